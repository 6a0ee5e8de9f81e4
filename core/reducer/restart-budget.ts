/**
 * How many counted exits a slot may have, and how fast it starts again. The shape is OTP's restart intensity
 * (erlang.org/doc/system/sup_princ) with exponential backoff in front of it; a spent budget slows a slot down and
 * ends nothing.
 */

/** The sliding window of a slot's budget, in milliseconds. */
export const BUDGET_WINDOW_MS = 60_000;
/** Counted exits of one slot within the window; with one more the slot is degraded. */
export const SLOT_BUDGET = 5;
/** Time of uninterrupted readiness after which a slot's streak starts afresh and it is not degraded any more. Milliseconds. */
export const HEALTHY_MS = 60_000;
/** A worker that lived this long and meets an untouched budget restarts at once. Milliseconds. */
export const AT_ONCE_UPTIME_MS = 10_000;
/** Restarts that do not count come at most once in this time. Milliseconds. */
export const UNCOUNTED_INTERVAL_MS = 1_000;
/** No slot ever spawns twice within this time, whatever a policy answers. Milliseconds. */
export const SPAWN_INTERVAL_MS = 250;

const BACKOFF_BASE_MS = 250;
const BACKOFF_MAX_MS = 30_000;
const JITTER = 0.2;
/** The backoff of this streak is the longest one. */
const LONGEST_STREAK = 20;

/** The wait before restart number `streak` (from 0), jittered by ±20 % with `chance` in [0, 1). Milliseconds. */
export function backoffMs(streak: number, chance: number): number {
  const wait = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** Math.min(streak, LONGEST_STREAK));
  return Math.min(BACKOFF_MAX_MS, Math.round(wait * (1 - JITTER + 2 * JITTER * chance)));
}

/** The wait of a degraded slot, jittered so that many of them do not start together. Milliseconds. */
export function longestBackoffMs(chance: number): number {
  return backoffMs(LONGEST_STREAK, chance);
}

/**
 * The wait after the `ends`th end in a row that did not count and came soon after the start: a program that ends by
 * itself must not be started once a second for ever. Nothing for the first, then from 2 s, doubling. Milliseconds.
 */
export function earlyEndBackoffMs(ends: number, chance: number): number {
  const first = Math.log2(UNCOUNTED_INTERVAL_MS / BACKOFF_BASE_MS);
  return ends > 1 ? backoffMs(first + ends - 1, chance) : 0;
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
