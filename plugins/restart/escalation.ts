import type { ViolationPolicy } from "../../core/contract/config.ts";
import type { RestartAnswer, RestartQuestion } from "../../core/contract/decisions.ts";
import { formatDuration } from "../../core/contract/duration.ts";

/** Flow violations within the window that shut the pool down. */
export const VIOLATION_LIMIT = 3;
/** Milliseconds. */
export const VIOLATION_WINDOW_MS = 60_000;

/**
 * Decides about flow violations, the critical state of the lifecycle: restart, and shut the pool down at the
 * third within 60 s; or as `onViolation` says. A worker that speaks another version of the protocol at boot
 * always shuts the pool down: no restart can mend it.
 */
export function createEscalation(
  policy: ViolationPolicy,
): (question: RestartQuestion) => RestartAnswer | undefined {
  let violations: number[] = [];

  return ({ report, verdict, now, group }) => {
    if (verdict.class !== "flowViolation") return undefined;
    const critical = (why: string): RestartAnswer => ({
      action: "shutdown",
      exitCode: 1,
      reason: `${why} (${report.slot}: ${verdict.reason})`,
    });
    if (report.violation?.kind === "protocolMismatch" && !group.everReady)
      return critical("protocol mismatch at boot");
    if (policy === "shutdown") return critical("flow violation");
    if (policy === "restart") return { action: "restart", reason: "flow violation, restarted" };
    violations = [...violations.filter((at) => now - at < VIOLATION_WINDOW_MS), now];
    const window = formatDuration(VIOLATION_WINDOW_MS);
    if (violations.length >= VIOLATION_LIMIT)
      return critical(`${violations.length} flow violations in ${window}`);
    return {
      action: "restart",
      reason: `flow violation ${violations.length} of ${VIOLATION_LIMIT} in ${window}`,
    };
  };
}
