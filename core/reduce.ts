import { commands } from "./commands.ts";
import { Draft } from "./draft.ts";
import type { Effect, KernelEvent, WorkerEvent } from "./events.ts";
import { exited } from "./exited.ts";
import { arm, disarm, kill, move } from "./moves.ts";
import { advance } from "./order.ts";
import { settle } from "./shutdown.ts";
import { pump } from "./starting.ts";
import type { KernelState } from "./state.ts";

/** The next state, and what the shell has to do about it. */
export interface Step {
  readonly state: KernelState;
  readonly effects: readonly Effect[];
}

/**
 * The kernel: a pure function. Same state, event and time give the same step; `state` is not touched; the cost
 * does not grow with the number of slots, except for the commands that concern all of them.
 *
 * An event only marks what happened; `advance`, `pump` and `settle` then bring what is there closer to what is
 * desired, so that starts, stops, scaling and crashes compose.
 */
export function reduce(state: KernelState, event: KernelEvent, now: number): Step {
  if ("epoch" in event && !isCurrent(state, event)) return { state, effects: [] };
  const draft = new Draft(state, now);
  if ("epoch" in event) ofWorker(draft, event);
  else commands(draft, event);
  if (draft.countsChanged || draft.pool.halting > 0 || event.type === "start") {
    if (draft.pool.ordered || draft.pool.halting > 0) advance(draft);
    if (draft.pool.state === "running") pump(draft);
    settle(draft);
  }
  return { state: draft.commit(), effects: draft.effects };
}

function isCurrent(state: KernelState, event: WorkerEvent): boolean {
  const slot = state.slots.get(event.slot);
  return slot.worker !== null && slot.epoch === event.epoch;
}

function ofWorker(draft: Draft, event: WorkerEvent): void {
  const slot = draft.slot(event.slot);
  const worker = slot.worker!;
  const waitsForWord = slot.state === "starting" || slot.state === "ready";
  switch (event.type) {
    case "spawned":
      draft.changeWorker(event.slot, { pid: event.pid, spawnedAt: draft.now });
      draft.fact("worker:spawned", { ...draft.named(slot), pid: event.pid });
      return;
    case "hello":
      draft.changeWorker(event.slot, { hello: true });
      if (slot.state === "starting") arm(draft, event.slot, "ready");
      return;
    case "ready": {
      draft.changeWorker(event.slot, { ready: true, readyAt: draft.now });
      if (!move(draft, event.slot, "ready")) return;
      draft.editGroup(slot.group).everReady = true;
      const tookMs = draft.now - worker.spawnedAt;
      draft.fact("worker:ready", { ...draft.named(slot), pid: worker.pid!, tookMs });
      arm(draft, event.slot, "heartbeat");
      return;
    }
    case "heartbeat":
      // Only the deadline moves: the armed timer finds it later than itself and is armed again. A heartbeat
      // is the most frequent event by far, and this way it has no effect to carry out.
      if (slot.state === "ready" && slot.deadline?.kind === "heartbeat") {
        const at = draft.now + draft.group(slot.group).timeouts.heartbeat;
        draft.change(event.slot, { deadline: { kind: "heartbeat", at } });
      }
      return;
    case "error":
      draft.changeWorker(event.slot, { error: event.error });
      return;
    case "goodbye":
      draft.changeWorker(event.slot, { goodbye: event.kind, goodbyeReason: event.reason });
      draft.effect({ type: "send", slot: event.slot, frame: { type: "ack" } });
      move(draft, event.slot, "goodbye", event.kind);
      if (draft.slot(event.slot).state !== "killing") arm(draft, event.slot, "leave");
      return;
    case "violation":
      if (!worker.violation) draft.changeWorker(event.slot, { violation: event.violation });
      draft.fact("worker:violation", { ...draft.named(slot), ...event.violation });
      draft.effect({ type: "disconnect", slot: event.slot });
      kill(draft, event.slot, "violation");
      return;
    case "disconnected":
      // Its end of the connection closes when a process dies: wait for the exit a moment before it counts.
      if (!worker.goodbye && (waitsForWord || slot.state === "draining")) arm(draft, event.slot, "channel");
      return;
    case "exited":
      disarm(draft, event.slot);
      exited(draft, event);
  }
}
