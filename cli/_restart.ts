import type { RestartPolicy } from "../core/decisions.ts";
import { always, never, onFailure } from "../plugins/restart/index.ts";
import { show, usage } from "./_args.ts";

/** What `--restart` takes. */
export const RESTARTS = ["never", "on-failure", "always"] as const;

/** The policy that `--restart` names. Throws `E_USAGE`. */
export function restartPolicy(text: string): RestartPolicy {
  const policies = { never: orderly(never()), "on-failure": orderly(onFailure()), always: always() };
  if (!Object.hasOwn(policies, text))
    throw usage(`--restart: ${show(text)} is not one of ${RESTARTS.join(", ")}`);
  return policies[text as keyof typeof policies];
}

/** The policy of an entry that is no server: a program that has done its work is not run again. */
export function onceDone(): RestartPolicy {
  const [policy, repeat] = [orderly(onFailure()), always()];
  return function onceDone(question) {
    // Somebody else has asked it to end: its work is not done.
    if (question.report.goodbye === "drained") return repeat(question);
    const answer = policy(question);
    if (answer?.action !== "idle") return answer;
    return { ...answer, reason: "ended in order and is not repeated; `--restart always` repeats it" };
  };
}

/** To a program that knows nothing of pools, exit code 0 is its word that all went well. */
function orderly(policy: RestartPolicy): RestartPolicy {
  return function orderly(question) {
    const { verdict, report } = question;
    const isDone = verdict.class === "abrupt" && report.code === 0;
    return policy(isDone ? { ...question, verdict: { ...verdict, class: "ordered" } } : question);
  };
}
