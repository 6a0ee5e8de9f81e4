import { ownRuntime, type RuntimeName } from "../../runtimes/discovery/traits.ts";

/** The runtime that the supervisors of this run are under. */
export const supervisor: RuntimeName = (process.env["POOLABLE_TEST_SUPERVISOR"] as RuntimeName) || ownRuntime;

/** The Node of this machine, also where the test itself runs under another runtime. */
export const node: string = process.env["POOLABLE_TEST_NODE"] || process.execPath;

const { POOLABLE_TEST_COMMAND: given } = process.env;

/** The words that run a file as a supervisor. `underNode` are those for Node. */
export function supervisorCommand(...underNode: [file: string, ...flags: string[]]): string[] {
  return supervisor === "node" || !given ? underNode : (JSON.parse(given) as string[]);
}
