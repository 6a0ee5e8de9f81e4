import { formatDuration } from "../contract/duration.ts";
import {
  AT_ONCE_UPTIME_MS,
  backoffMs,
  BUDGET_WINDOW_MS,
  earlyEndBackoffMs,
  longestBackoffMs,
  SLOT_BUDGET,
  SPAWN_INTERVAL_MS,
  UNCOUNTED_INTERVAL_MS,
} from "./restart-budget.ts";
import type { Exited } from "./state/events.ts";
import type { Slot } from "./state/state.ts";

/** How long a slot waits before its next start, and which rule of the kernel said so, where one did. */
export interface Pace {
  readonly delayMs: number;
  /** In words; left out where the policy or the usual backoff set the wait. */
  readonly kernelRule?: string;
}

/**
 * Ends with exit code 0 in a row, each soon after its start, that nobody asked for and that do not count: a program that
 * does its work and ends, for example.
 */
export function earlyEnds({ earlyEnds: before }: Slot, { report, verdict }: Exited, counts: number): number {
  if (verdict.class === "requested") return before;
  return counts === 0 && report.code === 0 && report.uptimeMs < AT_ONCE_UPTIME_MS ? before + 1 : 0;
}

/** Whether a counted exit meets a spent budget. A policy with a count of its own replaces the budget. */
export function isSpent(slot: Slot, { answer }: Exited, counts: number): boolean {
  if (counts === 0 || answer.ownBudget) return false;
  return slot.degraded || slot.counted.length > SLOT_BUDGET;
}

/**
 * The wait of a slot that restarts. `streak` is `undefined` for a worker that lived for long and met an untouched
 * budget: it restarts at once.
 */
export function paceOf(
  slot: Slot,
  event: Exited,
  now: number,
  counts: number,
  streak: number | undefined,
): Pace {
  const { answer, chance } = event;
  if (isSpent(slot, event, counts)) {
    const asked = Math.max(answer.delayMs ?? 0, longestBackoffMs(chance));
    return { delayMs: wait(slot, SPAWN_INTERVAL_MS, asked, now), kernelRule: degradedRule(slot) };
  }
  const interval = counts > 0 ? SPAWN_INTERVAL_MS : UNCOUNTED_INTERVAL_MS;
  if (answer.delayMs !== undefined) {
    const delayMs = wait(slot, interval, answer.delayMs, now);
    if (delayMs === answer.delayMs) return { delayMs };
    return { delayMs, kernelRule: `at least ${formatDuration(interval)} between two starts` };
  }
  if (counts > 0)
    return { delayMs: wait(slot, interval, streak === undefined ? 0 : backoffMs(streak, chance), now) };
  const early = earlyEndBackoffMs(slot.earlyEnds, chance);
  const delayMs = wait(slot, interval, early, now);
  return early > 0 ? { delayMs, kernelRule: earlyRule(slot) } : { delayMs };
}

/** The wait of a slot whose worker was asked to end, to start again. Milliseconds. */
export function requestedWait(slot: Slot, now: number): number {
  return wait(slot, UNCOUNTED_INTERVAL_MS, 0, now);
}

/** `asked`, or longer if the last start is less than `interval` ago. Milliseconds. */
function wait(slot: Slot, interval: number, asked: number, now: number): number {
  return Math.max(asked, slot.startedAt + interval - now, 0);
}

function degradedRule({ counted: { length: counted } }: Slot): string {
  const window = formatDuration(BUDGET_WINDOW_MS);
  return counted > SLOT_BUDGET
    ? `the slot is degraded: ${counted} counted exits in ${window}, ${SLOT_BUDGET} allowed`
    : `the slot is degraded: no worker has been ready for ${window} since its budget was spent`;
}

function earlyRule({ earlyEnds: ends }: Slot): string {
  const soon = formatDuration(AT_ONCE_UPTIME_MS);
  return `ended without an error ${ends} times in a row, each within ${soon} of its start`;
}
