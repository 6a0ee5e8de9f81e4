import type { RestartAnswer } from "../contract/decisions.ts";
import { formatDuration } from "../contract/duration.ts";
import type { Intent } from "../contract/exit.ts";
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
import type { Slot } from "./state/state.ts";

/** What the kernel knows about an exit, beside the answer of the policies. */
export interface ExitFacts {
  readonly now: number;
  /** A number in [0, 1), for the jitter. */
  readonly chance: number;
  /** Whether the pool still starts workers. */
  readonly isPoolUp: boolean;
  /** Why the supervisor had asked the worker to end. */
  readonly intent: Intent | undefined;
  /** How much the exit takes from the restart budget. */
  readonly counts: number;
  /** Counted exits in a row before this one. */
  readonly streak: number;
  /** Whether the worker lived for long and the budget of its slot was untouched. */
  readonly isFirstAfterLongLife: boolean;
  /** The slot, with this exit entered. */
  readonly slot: Slot;
}

/** How long a slot waits before its next start. */
export interface RestartWait {
  /** Milliseconds. */
  readonly delayMs: number;
  /** The rule of the kernel that set the wait; left out where the policy or the usual backoff did. */
  readonly kernelRule?: string;
}

/** Returns whether a counted exit meets a spent budget. A policy with a count of its own replaces the budget. */
export function isBudgetSpent(
  answer: RestartAnswer,
  { slot, counts }: Pick<ExitFacts, "slot" | "counts">,
): boolean {
  if (counts === 0 || answer.ownBudget) return false;
  return slot.degraded || slot.counted.length > SLOT_BUDGET;
}

/** Returns the wait of a slot that restarts because a policy answered so. */
export function restartWait(answer: RestartAnswer, facts: ExitFacts): RestartWait {
  const { slot, counts, chance } = facts;
  if (isBudgetSpent(answer, facts)) {
    const asked = Math.max(answer.delayMs ?? 0, longestBackoffMs(chance));
    return { delayMs: bounded(asked, SPAWN_INTERVAL_MS, facts), kernelRule: degradedRule(slot) };
  }
  const interval = counts > 0 ? SPAWN_INTERVAL_MS : UNCOUNTED_INTERVAL_MS;
  if (answer.delayMs !== undefined) {
    const delayMs = bounded(answer.delayMs, interval, facts);
    if (delayMs === answer.delayMs) return { delayMs };
    return { delayMs, kernelRule: `at least ${formatDuration(interval)} between two starts` };
  }
  if (counts > 0) {
    const backoff = facts.isFirstAfterLongLife ? 0 : backoffMs(facts.streak, chance);
    return { delayMs: bounded(backoff, interval, facts) };
  }
  const early = earlyEndBackoffMs(slot.earlyEnds, chance);
  const delayMs = bounded(early, interval, facts);
  return early > 0 ? { delayMs, kernelRule: earlyRule(slot) } : { delayMs };
}

/** Returns the wait of a slot whose worker was asked to end, to start again. Milliseconds. */
export function requestedWait(facts: ExitFacts): number {
  return bounded(0, UNCOUNTED_INTERVAL_MS, facts);
}

/** Returns `asked`, or a longer time if the last start is less than `interval` ago. Milliseconds. */
function bounded(asked: number, interval: number, { slot, now }: Pick<ExitFacts, "slot" | "now">): number {
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
