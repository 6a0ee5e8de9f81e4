import { HEALTHY_MS, isHealthy, SLOT_BUDGET } from "./restart-budget.ts";
import type { Draft } from "./state/draft.ts";
import type { Slot } from "./state/state.ts";

/** Marks a slot whose budget is spent. It goes on, at the longest wait. */
export function degrade(draft: Draft, index: number, reason: string): void {
  if (draft.slot(index).degraded) return;
  const slot = draft.change(index, { degraded: true });
  const { length: counted } = slot.counted;
  draft.fact("slot:degraded", { ...draft.named(slot), counted, limit: SLOT_BUDGET, reason });
}

/** Takes the mark away; idempotent. */
export function recover(draft: Draft, index: number, reason: string): void {
  if (!draft.slot(index).degraded) return;
  const slot = draft.change(index, { degraded: false });
  draft.fact("slot:recovered", { ...draft.named(slot), reason });
}

/** Takes the mark away from a slot whose worker has been ready for long enough. */
export function recoverIfHealthy(draft: Draft, index: number): void {
  const { degraded, worker } = draft.slot(index);
  if (degraded && worker && isHealthy(worker, draft.now)) recover(draft, index, "ready for 60 s");
}

/**
 * When the timer of a deadline has to come. That of a ready worker comes earlier where its slot is due to recover: a
 * slot has one timer, and one that finds its deadline later than itself is armed again.
 */
export function timerAt({ degraded, worker, state }: Slot, now: number, at: number): number {
  if (!degraded || !worker || state !== "ready") return at;
  const healthyAt = worker.readyAt + HEALTHY_MS;
  return healthyAt > now ? Math.min(at, healthyAt) : at;
}
