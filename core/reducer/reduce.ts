import { isUp } from "../contract/states.ts";
import { commands } from "./commands.ts";
import { exited } from "./exited.ts";
import { advance } from "./group-order.ts";
import { extendDeadline, movesDeadlineOnly, recovered } from "./heartbeat.ts";
import { rearm } from "./pool-timer.ts";
import { advanceReloads, heard, minReadyMs, surgeExited } from "./reload/reload.ts";
import { settle } from "./shutdown.ts";
import { pump } from "./start-queue.ts";
import { Draft } from "./state/draft.ts";
import type { Effect, KernelEvent, WorkerEvent } from "./state/events.ts";
import type { KernelState } from "./state/state.ts";
import { arm, disarm, drain, kill, move } from "./transitions.ts";

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
  const seat = "epoch" in event ? seatOf(state, event) : undefined;
  if ("epoch" in event && seat === undefined) return { state, effects: [] };
  if (event.type === "heartbeat" && movesDeadlineOnly(state.slots.get(seat!)))
    return { state: extendDeadline(state, seat!, now), effects: [] };
  const draft = new Draft(state, now);
  if ("epoch" in event) ofWorker(draft, seat!, event);
  else commands(draft, event);
  const movedPool = draft.pool.state !== state.pool.state;
  const { counts, halting, stuck } = draft.pool;
  const isConcerned = draft.countsChanged || movedPool || halting > 0 || counts.queued > 0 || stuck !== null;
  if (isConcerned || event.type === "reload") {
    if (draft.pool.ordered || draft.pool.halting > 0) advance(draft);
    advanceReloads(draft);
    if (isUp(draft.pool.state)) pump(draft);
    if (draft.pool.state === "running" && counts.unready === 0) draft.pool.booted = true;
    settle(draft);
    rearm(draft);
  }
  return { state: draft.commit(), effects: draft.effects };
}

/** The seat of the worker that an event is about, or `undefined` when it is gone. */
export function seatOf(state: KernelState, worker: { slot: number; epoch: number }): number | undefined {
  const main = state.slots.get(worker.slot);
  if (main.worker && main.epoch === worker.epoch) return main.index;
  const surge = state.slots.get(main.twin);
  return surge.worker && surge.epoch === worker.epoch ? surge.index : undefined;
}

function ofWorker(draft: Draft, seat: number, event: WorkerEvent): void {
  const slot = draft.slot(seat);
  const worker = slot.worker!;
  const waitsForWord = slot.state === "starting" || slot.state === "ready";
  switch (event.type) {
    case "spawned":
      draft.changeWorker(seat, { pid: event.pid, spawnedAt: draft.now });
      draft.fact("worker:spawned", { ...draft.named(slot), pid: event.pid });
      return;
    case "hello":
      draft.changeWorker(seat, { hello: true });
      if (slot.state === "starting") arm(draft, seat, "ready");
      return;
    case "ready": {
      // What went wrong on the way is not what it ends with later.
      draft.changeWorker(seat, { ready: true, readyAt: draft.now, error: undefined });
      if (!move(draft, seat, "ready")) return;
      draft.editGroup(slot.group).everReady = true;
      const tookMs = draft.now - worker.spawnedAt;
      draft.fact("worker:ready", { ...draft.named(slot), pid: worker.pid!, tookMs });
      if (slot.seat === "main") arm(draft, seat, "silence");
      else arm(draft, seat, "settle", minReadyMs(draft, slot));
      return;
    }
    case "heartbeat":
      if (slot.state !== "ready") return;
      if (slot.deadline?.kind === "heartbeat") recovered(draft, seat);
      if (slot.seat === "surge") heard(draft, seat);
      return;
    case "drainAsked":
      drain(draft, seat, "SIGTERM");
      return;
    case "error":
      draft.changeWorker(seat, { error: event.error });
      return;
    case "evidence":
      // It may come too late: of one that speaks again nothing has to be known.
      if (slot.state === "ready" && slot.deadline?.kind !== "heartbeat") return;
      draft.changeWorker(seat, { evidence: event.evidence });
      draft.fact("worker:evidence", { ...draft.named(slot), evidence: event.evidence });
      return;
    case "goodbye":
      draft.changeWorker(seat, {
        goodbye: event.kind,
        goodbyeReason: event.reason,
        failedStage: event.stage,
      });
      draft.effect({ type: "send", ...draft.addressed(slot), frame: { type: "ack" } });
      move(draft, seat, "goodbye", event.kind);
      if (draft.slot(seat).state === "killing") return;
      // It has the time of a drain, which it does not get twice.
      if (!event.drains || slot.state === "stopping") arm(draft, seat, "leave");
      else if (slot.state !== "draining") arm(draft, seat, "drain");
      return;
    case "violation":
      if (!worker.violation) draft.changeWorker(seat, { violation: event.violation });
      draft.fact("worker:violation", { ...draft.named(slot), ...event.violation });
      draft.effect({ type: "disconnect", ...draft.addressed(slot) });
      kill(draft, seat, "violation");
      return;
    case "disconnected":
      // Its end of the connection closes when a process dies: wait for the exit a moment before it counts.
      if (!worker.goodbye && (waitsForWord || slot.state === "draining")) arm(draft, seat, "channel");
      return;
    case "exited":
      disarm(draft, seat);
      if (slot.seat === "main") exited(draft, seat, event);
      else surgeExited(draft, seat, event);
  }
}
