import { KERNEL } from "../../core/exit.ts";
import { formatDuration } from "../../core/duration.ts";
import type { HookPayload } from "../../core/hooks.ts";

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
