import type { ResolvedPool } from "../../core/contract/config.ts";
import type { RestartPolicy, RestartQuestion } from "../../core/contract/decisions.ts";
import type { Exited } from "../../core/reducer/state/events.ts";
import type { ExitCase } from "../../core/shell/exit-decision.ts";
import { judgeExit } from "../../core/shell/exit-decision.ts";
import { bootFailure, defaultRestart } from "../../plugins/restart/defaults.ts";
import { createEscalation } from "../../plugins/restart/escalation.ts";
import { classify } from "../../plugins/restart/index.ts";
import { groupsBounced } from "../../plugins/restart/strategy.ts";

/** Says what becomes of an ended worker, as the event that the reducer takes. */
export type Judge = (exit: ExitCase) => Exited;

/** The kernel's own judging, with the rules of `plugins/restart` asked in the order of its taps. `asked` hears the questions. */
export function createJudge(config: ResolvedPool, asked: (question: RestartQuestion) => void): Judge {
  const escalate = createEscalation(config.onViolation);
  const policies = new Map(
    config.groups.map(({ name, restart }) => [name, restart as RestartPolicy | undefined]),
  );
  return (exit) =>
    judgeExit(
      {
        classifyExit: (report) => ({ answer: classify(report), by: "sim" }),
        restart(question) {
          asked(question);
          const answer = escalate(question) ??
            bootFailure(question) ??
            policies.get(question.group.name)?.(question) ??
            defaultRestart(question) ?? { action: "idle", reason: "no plugin decided" };
          return { answer, by: "sim" };
        },
        bounce: (question) => groupsBounced(config, question.group.name),
      },
      exit,
    );
}
