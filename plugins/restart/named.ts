import type { RestartName, RestartPolicy } from "../../core/contract/decisions.ts";
import { always, never, onFailure } from "./policies.ts";

/** The policies that have a name. */
export const namedPolicies: Readonly<Record<RestartName, RestartPolicy>> = {
  always: always(),
  "on-failure": orderly(onFailure()),
  never: orderly(never()),
};

/** To a program that knows nothing of pools, exit code 0 is its word that all went well. */
function orderly(policy: RestartPolicy): RestartPolicy {
  return function orderly(question) {
    const { verdict, report } = question;
    const isDone = verdict.class === "abrupt" && report.code === 0;
    return policy(isDone ? { ...question, verdict: { ...verdict, class: "ordered" } } : question);
  };
}
