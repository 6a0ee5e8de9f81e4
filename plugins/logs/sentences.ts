import { formatDuration } from "../../core/contract/duration.ts";
import { KERNEL } from "../../core/contract/exit.ts";
import type { HookPayload } from "../../core/contract/hooks.ts";

/** What follows a decision, in words. */
const actions = {
  idle: "stays idle",
  permanent: "ended for good",
  fail: "failed",
  shutdown: "the pool shuts down",
} as const;

/** One line about an ended worker: what ended, its class, the indicators, the decision, by whom, and when. */
export function exitSentence(fact: HookPayload<"restart:decided">): string {
  const { report, verdict, action, delayMs, reason, by, kernelRule } = fact;
  const who =
    report.pid === undefined
      ? "never ran"
      : `pid ${report.pid} ended after ${formatDuration(report.uptimeMs)}`;
  const when = delayMs > 0 ? `restart in ${formatDuration(delayMs)}` : "restart now";
  const what = action === "restart" ? when : actions[action];
  const rule = kernelRule === undefined ? "" : `; the wait is by ${KERNEL}: ${kernelRule}`;
  return `${fact.slot} ${who}: ${verdict.class} (${verdict.reason}); ${what}: ${reason} [${by}]${rule}`;
}

/** One line about a worker that another one has replaced in a reload. */
export function replacementSentence(fact: HookPayload<"reload:progress">): string {
  const { slot, pid, generation, old, replaced } = fact;
  const before =
    old.pid === undefined
      ? `a worker of generation ${old.generation} that had ended`
      : `pid ${old.pid} (generation ${old.generation})`;
  return `${slot}: pid ${pid} (generation ${generation}) replaced ${before}; ${replaced} replaced so far`;
}
