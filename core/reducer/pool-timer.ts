import { giveUp, giveUpAt, watchTrouble } from "./give-up.ts";
import { roomAt } from "./start-queue.ts";
import type { Draft } from "./state/draft.ts";

/** The pool's one timer goes by the seat after the last. */
export function poolSeat(draft: Draft): number {
  return draft.slotCount;
}

/** The pool's timer has come: `rearm` and the rest of the step do what is due. */
export function wake(draft: Draft): void {
  draft.pool.wakeAt = null;
  draft.countsChanged = true;
  giveUp(draft);
}

/** Arms the pool's timer for what comes next by time alone. */
export function rearm(draft: Draft): void {
  watchTrouble(draft);
  const { pool } = draft;
  const at = Math.min(giveUpAt(draft), roomAt(draft));
  const next = at === Infinity ? null : at;
  if (next === pool.wakeAt) return;
  pool.wakeAt = next;
  const seat = poolSeat(draft);
  draft.effect(next === null ? { type: "disarm", seat } : { type: "arm", seat, at: next });
}
