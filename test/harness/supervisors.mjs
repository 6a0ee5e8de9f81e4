/** Which test files run with a supervisor under Bun, Deno and other versions of Node too, and how under each. */
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import "./register.mjs";

/** The Node of this machine also where npm has put another first in PATH; see unshadow.mjs. */
export const node = process.env.npm_node_execpath ?? process.execPath;

const root = fileURLToPath(new URL("../..", import.meta.url));
const register = fileURLToPath(new URL("register.mjs", import.meta.url));
const { findExecutables } = await import("../../runtimes/discovery/executable.ts");

/** @param {"bun" | "deno"} name */
const packaged = (name) => findExecutables(name, { root, env: process.env })[0]?.file ?? name;

/** Other versions of Node, by the names of their packages. */
const versions = ["node22", "node24", "node26"];

/** @type {Readonly<Record<string, readonly string[]>>} The words before a file, by runtime. */
export const commands = {
  node: [node, "--import", register],
  bun: [packaged("bun")],
  deno: [packaged("deno"), "run", "--allow-all"],
  ...Object.fromEntries(
    versions.map((name) => [name, [join(root, "node_modules", name, "bin/node"), "--import", register]]),
  ),
};

/**
 * Every file runs with the supervisor under Node. These, by the beginning of their path, run under Bun and Deno too,
 * and what is about workers of the supervisor's own Node under its other versions: `inside` the runtime itself, where
 * the test is the supervisor; `beside` it, where the test is a program under Node that starts one. `brief`: only their
 * tests that say so, unless POOLABLE_FULL is `matrix` or 1; else the whole file is left to it.
 *
 * @type {readonly { files: string, where: "inside" | "beside", brief: boolean }[]}
 */
const matrix = [
  { files: "behaviour/exits-", where: "inside", brief: true },
  { files: "behaviour/pools-", where: "inside", brief: true },
  { files: "behaviour/reloads-", where: "inside", brief: true },
  { files: "runtimes/listener", where: "inside", brief: true },
  { files: "runtimes/processes", where: "inside", brief: true },
  { files: "runtimes/descriptors", where: "inside", brief: true },
  { files: "runtimes/channel", where: "inside", brief: false },
  { files: "runtimes/workers-", where: "inside", brief: false },
  { files: "runtimes/orphans-", where: "beside", brief: true },
  { files: "control/", where: "inside", brief: false },
  { files: "sockets/ring-", where: "beside", brief: true },
  { files: "sockets/shared-", where: "beside", brief: true },
  { files: "sockets/stop-", where: "beside", brief: true },
  { files: "sockets/trial-", where: "beside", brief: false },
  { files: "sockets/retire-", where: "beside", brief: false },
  { files: "sockets/activation", where: "beside", brief: true },
  { files: "jobs/settles", where: "inside", brief: false },
  { files: "recycle/recycle", where: "inside", brief: false },
  { files: "cli/commands", where: "beside", brief: true },
  { files: "cli/flood", where: "beside", brief: true },
  { files: "cli/hangup", where: "beside", brief: true },
  { files: "cli/output", where: "beside", brief: true },
  { files: "cli/config", where: "inside", brief: false },
  { files: "cli/deploy", where: "beside", brief: false },
  { files: "cli/environment", where: "beside", brief: true },
  { files: "cli/faults", where: "beside", brief: false },
];

/**
 * The ways in which a file is run.
 *
 * @param {string} path Below `test/`.
 * @returns {{ supervisor: string, command: readonly string[], brief: boolean }[]}
 */
export function waysOf(path) {
  const full = ["1", "matrix"].includes(process.env.POOLABLE_FULL ?? "");
  const row = matrix.find(({ files }) => path.startsWith(files));
  const hasVersions =
    row?.where === "inside" && path.startsWith("behaviour/") && path.endsWith("-node.test.ts");
  const others = row && (full || row.brief) ? ["bun", "deno", ...(hasVersions ? versions : [])] : [];
  return ["node", ...others].map((supervisor) => ({
    supervisor,
    command: /** @type {readonly string[]} */ (commands[row?.where === "inside" ? supervisor : "node"]),
    brief: supervisor !== "node" && !full,
  }));
}
