import type { RestartAnswer } from "../contract/decisions.ts";
import { KERNEL } from "../contract/exit.ts";
import type { Intent } from "../contract/exit.ts";
import type { ExitFacts, RestartWait } from "./restart-wait.ts";
import { isBudgetSpent, requestedWait, restartWait } from "./restart-wait.ts";
import type { PolicyAnswer } from "./state/events.ts";

/** What becomes of a slot, why, and who decided so. */
export interface RestartDecision extends RestartWait {
  readonly action: RestartAnswer["action"];
  readonly reason: string;
  /** The tap whose answer holds, or the kernel where no policy was asked or a rule stands above its answer. */
  readonly by: string;
  /** Whether the exit met a spent budget: the slot goes on, and is degraded. */
  readonly isBudgetSpent: boolean;
}

/**
 * Decides what becomes of the slot of an ended worker. All bounds of the kernel on the answer of a policy are here; how
 * long a restart waits is in `restart-wait.ts`.
 *
 * @param policy `null` when the exit was requested: no policy is asked then.
 */
export function decideRestart(policy: PolicyAnswer | null, facts: ExitFacts): RestartDecision {
  const { slot, isPoolUp } = facts;
  if (policy === null) return decideRequested(facts);
  const { answer, by } = policy;
  const { action, reason } = answer;
  const asAnswered: RestartDecision = { action, delayMs: 0, reason, by, isBudgetSpent: false };
  if (action === "shutdown") return asAnswered;
  if (!isPoolUp) return byKernel("idle", "the pool is shutting down");
  if (action === "permanent") return asAnswered;
  if (slot.ended) return byKernel("idle", "its group was stopped");
  if (action !== "restart") return asAnswered;
  if (!slot.wanted) return byKernel("idle", "scaled down meanwhile");
  return { ...asAnswered, ...restartWait(answer, facts), isBudgetSpent: isBudgetSpent(answer, facts) };
}

/** Decides about a worker that the supervisor had asked to end. */
function decideRequested(facts: ExitFacts): RestartDecision {
  const { slot, isPoolUp, intent } = facts;
  if (!slot.wanted || !isPoolUp) return byKernel("idle", "as asked");
  if (slot.ended) return byKernel("idle", "its group was stopped");
  if (intent === "fail") return byKernel("fail", "its group was given up");
  return byKernel("restart", "as asked", requestedWait(facts));
}

/** Decides about a worker in a surge seat: the seat stays empty, and the slot goes on in its main seat. */
export function decideSurge(intent: Intent | undefined): RestartDecision {
  return byKernel("idle", intent ? "as asked" : "the old generation goes on");
}

function byKernel(action: RestartDecision["action"], reason: string, delayMs: number = 0): RestartDecision {
  return { action, delayMs, reason, by: KERNEL, isBudgetSpent: false };
}
