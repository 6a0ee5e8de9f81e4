import type { RestartAnswer, RestartQuestion } from "../../core/contract/decisions.ts";
import { EXIT_CRITICAL, EXIT_USAGE } from "../../core/contract/exit-codes.ts";
import { always } from "./policies.ts";
import { isUnloadable } from "./signatures.ts";

const restartAlways = always();

/** The built-in answers, by class. A class that is not here is restarted at the kernel's pace. */
const answers: Readonly<Record<string, (question: RestartQuestion) => RestartAnswer | undefined>> = {
  fatal: ({ verdict }) => ({ action: "shutdown", exitCode: EXIT_CRITICAL, reason: verdict.reason }),
  permanent: () => ({ action: "permanent", reason: "as it said" }),
  selfRestart: () => ({ action: "restart", delayMs: 0, reason: "asked for its own restart" }),
};

/** What happens to a slot when no plugin and no policy of the group has decided. */
export function defaultRestart(question: RestartQuestion): RestartAnswer | undefined {
  return answers[question.verdict.class]?.(question) ?? restartAlways(question);
}

/**
 * While the pool starts: a group that has to have workers, and all of whose slots have failed to start, is not going to
 * work by trying again. An entry that cannot be loaded is the user's mistake: the first failure is enough. A pool that
 * was running once, and a group that starts from zero, go on: what worked will work again.
 */
export function bootFailure(question: RestartQuestion): RestartAnswer | undefined {
  const { report, verdict, group, booting } = question;
  if (verdict.class !== "startFailure" || !booting || group.min === 0) return undefined;
  const cannotLoad = report.failedStage === "import" || isUnloadable(report.code, report.stderrTail);
  const isMistake = cannotLoad && report.cause === undefined;
  if (group.everReady || (!isMistake && group.bootFailures < group.wanted)) return undefined;
  const exitCode = isMistake ? EXIT_USAGE : EXIT_CRITICAL;
  return { action: "shutdown", exitCode, reason: `group ${group.name} cannot start: ${verdict.reason}` };
}
