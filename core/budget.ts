/**
 * How many counted exits are borne, and how fast a slot starts again. The shape is OTP's restart intensity
 * (erlang.org/doc/system/sup_princ) with exponential backoff in front of it.
 */

/** The sliding window of every budget, in milliseconds. */
export const BUDGET_WINDOW_MS = 60_000;
/** Counted exits of one slot within the window; one more fails the slot. */
export const SLOT_BUDGET = 5;
/** Time of uninterrupted readiness after which a slot's streak starts afresh, in milliseconds. */
export const HEALTHY_MS = 60_000;
/** A worker that lived this long and meets an untouched budget restarts at once. */
export const AT_ONCE_UPTIME_MS = 10_000;
/** Restarts that do not count come at most once in this time. */
export const UNCOUNTED_INTERVAL_MS = 1_000;
/** No slot ever spawns twice within this time, whatever a policy answers. */
export const SPAWN_INTERVAL_MS = 250;

const BACKOFF_BASE_MS = 250;
const BACKOFF_MAX_MS = 30_000;
const JITTER = 0.2;

/** Counted exits of the whole pool within the window; one more shuts it down. */
export function poolBudget(slots: number): number {
  return Math.max(10, 3 * slots);
}

/** The wait before restart number `streak` (from 0), jittered by ±20 % with `chance` in [0, 1). Milliseconds. */
export function backoffMs(streak: number, chance: number): number {
  const wait = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** Math.min(streak, 20));
  return Math.min(BACKOFF_MAX_MS, Math.round(wait * (1 - JITTER + 2 * JITTER * chance)));
}

/** Whether a worker was ready for so long that the streak of its slot starts afresh. */
export function isHealthy(
  worker: { readonly ready: boolean; readonly readyAt: number },
  now: number,
): boolean {
  return worker.ready && now - worker.readyAt >= HEALTHY_MS;
}

/** The entries of `times` that are still within the window at `now`. */
export function withinWindow(times: readonly number[], now: number): readonly number[] {
  return times.filter((time) => now - time < BUDGET_WINDOW_MS);
}

/** A sliding count whose size does not grow with what it counts: one bucket a second. */
export interface RollingCount {
  /** `[second, count]`, oldest first, at most one for each second of the window. */
  readonly buckets: readonly (readonly [second: number, count: number])[];
}

export const NO_COUNT: RollingCount = Object.freeze({ buckets: [] });

/** Adds `count` at `now` and drops what has left the window. */
export function addCount(rolling: RollingCount, count: number, now: number): RollingCount {
  const second = Math.floor(now / 1000);
  const kept = rolling.buckets.filter(([at]) => second - at < BUDGET_WINDOW_MS / 1000);
  const last = kept.at(-1);
  return last?.[0] === second
    ? { buckets: [...kept.slice(0, -1), [second, last[1] + count]] }
    : { buckets: [...kept, [second, count]] };
}

export function sumCount(rolling: RollingCount): number {
  return rolling.buckets.reduce((sum, [, count]) => sum + count, 0);
}
