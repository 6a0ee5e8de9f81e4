/** What of each test file a run has. */
import process from "node:process";

/** @import { Header, Supervisor } from "./header.mjs" */

/**
 * Which part of the test files runs: `brief` what `npm test` does; `whole` every test of the files that are named, under
 * one supervisor; `matrix` every test under every supervisor.
 *
 * @typedef {"brief" | "whole" | "matrix"} Scope
 */

/**
 * How a file is run once.
 *
 * @typedef {object} Way
 * @property {Supervisor} supervisor
 * @property {Header["where"]} where
 * @property {"" | "all" | "marked"} brief Empty unless the run is brief; then the tests of the file that run.
 */

/**
 * Returns the scope of a run.
 *
 * @param {{ named: boolean, supervisor: string | undefined }} asked Whether files are named, and one supervisor.
 * @param {string} [full] `POOLABLE_FULL`: `matrix`, or `1`, which also has the long load tests.
 * @returns {Scope}
 */
export function scopeOf({ named, supervisor }, full = process.env.POOLABLE_FULL ?? "") {
  if (full === "matrix" || full === "1") return "matrix";
  return named || supervisor !== undefined ? "whole" : "brief";
}

/**
 * Returns the ways in which a file is run.
 *
 * @param {Header} header
 * @param {Scope} scope
 * @param {string | undefined} supervisor The only one to run under.
 * @returns {Way[]}
 */
export function waysOf({ supervisors, where, brief }, scope, supervisor) {
  const first = supervisors.slice(0, 1);
  const whole = supervisor === undefined ? first : supervisors;
  const under = { brief: brief.supervisors, whole, matrix: supervisors }[scope];
  return under
    .filter((name) => (supervisor ?? name) === name)
    .map((name) => ({
      supervisor: name,
      where,
      brief: scope !== "brief" ? "" : brief.marked ? "marked" : "all",
    }));
}
