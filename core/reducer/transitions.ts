import type { Timeouts } from "../contract/config.ts";
import type { Intent, KillCause } from "../contract/exit.ts";
import type { DeadlineKind, SlotCause } from "../contract/states.ts";
import { DEADLINES, SLOT_STATES } from "../contract/states.ts";
import { timerAt } from "./degraded.ts";
import type { Draft } from "./state/draft.ts";
import type { Group, ReloadRecord, Slot } from "./state/state.ts";

/** Which wish of the supervisor outweighs which: shutdown > scale-down > giving up > the rest. */
const PRECEDENCE: Readonly<Record<Intent, number>> = {
  stop: 5,
  scale: 4,
  fail: 3,
  reload: 2,
  bounce: 1,
  restart: 0,
};

/**
 * Moves a slot by the table. Returns whether it moved: a cause that the row of its state does not name is
 * no error, it comes too late or too early.
 */
export function move(draft: Draft, index: number, cause: SlotCause, why: string = cause): boolean {
  const slot = draft.slot(index);
  const to = SLOT_STATES[slot.state].on[cause];
  if (!to) return false;
  const after = draft.change(index, { state: to });
  draft.fact("slot:state", { ...draft.named(after), seat: slot.seat, from: slot.state, to, cause: why });
  return true;
}

/** Arms the one deadline of a slot, `ms` from now; the time of the kind itself when it is left out. */
export function arm(draft: Draft, index: number, kind: DeadlineKind, ms?: number): void {
  const slot = draft.slot(index);
  const at = draft.now + (ms ?? timeOf(timeoutsOf(draft, slot), kind));
  const after = draft.change(index, { deadline: { kind, at, awayMs: draft.pool.awayMs } });
  draft.effect({ type: "arm", seat: index, at: timerOf(draft, after) });
}

/** When the timer of a slot has to look at its deadline: at the deadline, or before. */
export function timerOf(draft: Draft, slot: Slot): number {
  const { kind, at } = slot.deadline!;
  if (kind === "silence") return timerAt(slot, draft.now, at);
  return kind === "drain" ? Math.min(at, silentAt(draft, slot)) : at;
}

/**
 * When a worker that drains counts as silent. Until its goodbye it sends heartbeats as before: one that is stopped, or
 * stuck, must not keep its clients waiting for all of the drain.
 */
export function silentAt(draft: Draft, slot: Slot): number {
  const { lastWord, goodbye } = slot.worker!;
  if (!lastWord || goodbye) return Infinity;
  return lastWord.at + timeoutsOf(draft, slot).heartbeat + draft.pool.awayMs - lastWord.awayMs;
}

export function disarm(draft: Draft, index: number): void {
  if (!draft.slot(index).deadline) return;
  draft.change(index, { deadline: null });
  draft.effect({ type: "disarm", seat: index });
}

/** The times of the generation that a slot is of: of the one that is coming up, or of the group's own. */
export function timeoutsOf(draft: Draft, slot: Slot): Timeouts {
  return timeoutsBy(draft.pool.reload, draft.group(slot.group), slot);
}

/** The same, without a draft. */
export function timeoutsBy(reload: ReloadRecord | null, group: Group, slot: Slot): Timeouts {
  const plan =
    reload && reload.generation === slot.generation
      ? reload.plans.find((candidate) => candidate.group === slot.group)
      : undefined;
  return (plan ?? group).timeouts;
}

/** The silence that is told, in milliseconds: so much of the time for a heartbeat that two of them are missing. */
export function silenceMs({ heartbeat }: Timeouts): number {
  return Math.round((heartbeat * 5) / 6);
}

/** The milliseconds of a deadline. SIGTERM comes half way of the time to stop. */
export function timeOf(timeouts: Timeouts, kind: DeadlineKind): number {
  const fixed = DEADLINES[kind].ms;
  if (fixed !== null) return fixed;
  if (kind === "stop" || kind === "term") return timeouts.stop / 2;
  if (kind === "silence") return silenceMs(timeouts);
  if (kind === "heartbeat") return timeouts.heartbeat - silenceMs(timeouts);
  return kind in timeouts ? timeouts[kind as "hello"] : 0;
}

/**
 * Asks the worker of a slot to end, as gently as `how` says and never more gently than before. A slot without a
 * process just stops waiting. `intent` marks the exit as requested.
 */
export function end(draft: Draft, index: number, intent: Intent, how: "drain" | "stop" | "kill"): void {
  const slot = draft.slot(index);
  if (!slot.worker) {
    unqueue(draft, index);
    if (slot.state === "backoff") {
      disarm(draft, index);
      move(draft, index, "cancel", intent);
    }
    return;
  }
  const { intent: before } = slot.worker;
  if (!before || PRECEDENCE[intent] > PRECEDENCE[before]) draft.changeWorker(index, { intent });
  if (how === "kill") {
    kill(draft, index, undefined);
  } else if (how === "drain" && drain(draft, index, intent)) {
    return;
  } else if (slot.state === "starting" || how === "stop") {
    stop(draft, index, intent);
  }
}

/** The drain message, and the group's time for it. Returns whether the slot was ready. */
export function drain(draft: Draft, index: number, why: string): boolean {
  if (!move(draft, index, "drain", why)) return false;
  const slot = draft.slot(index);
  const { drain: deadlineMs } = timeoutsOf(draft, slot);
  draft.effect({ type: "send", ...draft.addressed(slot), frame: { type: "drain", deadlineMs } });
  draft.fact("worker:draining", { ...draft.named(slot), reason: why });
  draft.changeWorker(index, { lastWord: { at: draft.now, awayMs: draft.pool.awayMs } });
  arm(draft, index, "drain");
  return true;
}

/** The stop message now, SIGTERM half way of the time to stop, SIGKILL at its end. */
export function stop(draft: Draft, index: number, why: string): void {
  if (!move(draft, index, "stop", why)) return;
  const slot = draft.slot(index);
  const { stop: deadlineMs } = timeoutsOf(draft, slot);
  draft.effect({ type: "send", ...draft.addressed(slot), frame: { type: "stop", deadlineMs } });
  // Nobody listens to a message before hello.
  if (!slot.worker?.hello) signal(draft, index, "SIGTERM");
  arm(draft, index, "stop");
}

/** SIGKILL to the process group. A worker already in `killing` is not signalled again. */
export function kill(draft: Draft, index: number, cause: KillCause | undefined): void {
  const slot = draft.slot(index);
  if (!slot.worker) return;
  if (cause && !slot.worker.cause) draft.changeWorker(index, { cause });
  if (!move(draft, index, "kill", cause ?? slot.worker.intent ?? "kill")) return;
  signal(draft, index, "SIGKILL");
  arm(draft, index, "kill");
}

export function signal(draft: Draft, index: number, name: "SIGTERM" | "SIGKILL"): void {
  const slot = draft.slot(index);
  if (!slot.worker) return;
  draft.changeWorker(index, { sentSignals: [...slot.worker.sentSignals, name] });
  draft.effect({ type: "signal", ...draft.addressed(slot), signal: name });
}

/** Gives up a place in the start queue. */
export function unqueue(draft: Draft, index: number): void {
  if (draft.slot(index).ticket !== null) draft.change(index, { ticket: null });
}
