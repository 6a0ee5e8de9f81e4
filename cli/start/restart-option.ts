import { RESTART_NAMES } from "../../core/contract/decisions.ts";
import type { RestartName, RestartPolicy } from "../../core/contract/decisions.ts";
import { namedPolicies } from "../../plugins/restart/named.ts";
import { show, usage } from "../args.ts";

/** What `--restart` says. Throws `E_USAGE`. */
export function restartName(text: string): RestartName {
  const name = RESTART_NAMES.find((known) => known === text);
  if (name === undefined) throw usage(`--restart: ${show(text)} is not one of ${RESTART_NAMES.join(", ")}`);
  return name;
}

/** The policy of an entry that is no server: a program that has done its work is not run again. */
export function onceDone(): RestartPolicy {
  const { always, "on-failure": onFailure } = namedPolicies;
  return function onceDone(question) {
    // Somebody else has asked it to end: its work is not done.
    if (question.report.goodbye === "drained") return always(question);
    const answer = onFailure(question);
    if (answer?.action !== "idle") return answer;
    return { ...answer, reason: "ended in order and is not repeated; `--restart always` repeats it" };
  };
}
