import type { DeadlineKind } from "../contract/states.ts";
import type { Draft } from "./state/draft.ts";
import type { Deadline, KernelState, Slot } from "./state/state.ts";
import { arm, kill, silenceMs, timeOf, timeoutsBy, timeoutsOf } from "./transitions.ts";

/**
 * A ready worker sends heartbeats. When two of them are missing it is silent: this is told, and the worker is asked for a
 * word. When the group's time for a heartbeat is over it is killed, and its exit is a `stall`. A worker that drains is
 * killed likewise, without being asked for one.
 */

/** The deadlines that judge a worker's silence. Time that the supervisor was away proves nothing about it. */
const SILENCE: ReadonlySet<DeadlineKind> = new Set([
  "hello",
  "ready",
  "silence",
  "heartbeat",
  "channel",
  "leave",
]);

/** Whether a heartbeat of this seat changes nothing but its deadline. */
export function movesDeadlineOnly({ seat, state, deadline }: Slot): boolean {
  return state === "draining" || (seat === "main" && deadline?.kind !== "heartbeat");
}

/**
 * A heartbeat of a slot's worker moves the deadline alone: the armed timer finds it later than itself and is armed
 * again. It is the most frequent event by far, so it goes without a draft, and has no effect to carry out.
 */
export function extendDeadline(state: KernelState, seat: number, now: number): KernelState {
  const { pool, groups, slots } = state;
  const slot = slots.get(seat);
  if (slot.state === "draining" && slot.worker?.lastWord) {
    const worker = { ...slot.worker, lastWord: { at: now, awayMs: pool.awayMs } };
    return { pool, groups, slots: slots.set(seat, { ...slot, worker }) };
  }
  if (slot.state !== "ready" || slot.deadline?.kind !== "silence") return state;
  const at = now + silenceMs(timeoutsBy(pool.reload, groups.get(slot.group), slot));
  const deadline = { kind: "silence", at, awayMs: pool.awayMs } as const;
  return { pool, groups, slots: slots.set(seat, { ...slot, deadline }) };
}

/** When a deadline comes, later by the time that the supervisor was away since it was set. */
export function extendedAt(draft: Draft, { kind, at, awayMs }: Deadline): number {
  return SILENCE.has(kind) ? at + draft.pool.awayMs - awayMs : at;
}

/** A ready worker has said nothing for most of its time for a heartbeat. */
export function heartbeatMissing(draft: Draft, slot: Slot): void {
  const silentMs = timeOf(timeoutsOf(draft, slot), "silence");
  const leftMs = timeOf(timeoutsOf(draft, slot), "heartbeat");
  draft.effect({ type: "send", ...draft.addressed(slot), frame: { type: "ping" } });
  draft.fact("worker:silent", { ...draft.named(slot), pid: slot.worker!.pid!, silentMs, leftMs });
  arm(draft, slot.index, "heartbeat");
}

/** The time for a heartbeat is over. */
export function heartbeatLost(draft: Draft, { index }: Slot): void {
  kill(draft, index, "heartbeatLost");
}

/** A worker that drains has sent nothing for its time for a heartbeat. One that was asked to end ends as asked. */
export function silentInDrain(draft: Draft, { index, worker }: Slot): void {
  kill(draft, index, worker!.intent ? undefined : "heartbeatLost");
}

/** A worker that was silent for most of its time speaks again. */
export function recovered(draft: Draft, index: number): void {
  const slot = draft.slot(index);
  const { heartbeat } = timeoutsOf(draft, slot);
  const silentMs = draft.now - (extendedAt(draft, slot.deadline!) - heartbeat);
  draft.changeWorker(index, { evidence: undefined });
  arm(draft, index, "silence");
  draft.fact("worker:recovered", { ...draft.named(slot), silentMs });
}
