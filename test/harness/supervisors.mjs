/** The supervisors that tests run under, and the command of each. */
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { SUPERVISORS } from "./header.mjs";
import "./register.mjs";

/** The Node of this machine also where npm has put another first in PATH; see unshadow.mjs. */
export const node = process.env.npm_node_execpath ?? process.execPath;

const root = fileURLToPath(new URL("../..", import.meta.url));
const register = fileURLToPath(new URL("register.mjs", import.meta.url));
const { findExecutables } = await import("../../runtimes/discovery/executable.ts");

/** @param {"bun" | "deno"} name */
const packaged = (name) => findExecutables(name, { root, env: process.env })[0]?.file ?? name;

/** Other versions of Node, by the names of their packages. */
const versions = SUPERVISORS.filter((name) => /^node\d/.test(name));

/** @type {Readonly<Record<string, readonly string[]>>} The words before a file, by supervisor. */
export const commands = {
  node: [node, "--import", register],
  bun: [packaged("bun")],
  deno: [packaged("deno"), "run", "--allow-all"],
  ...Object.fromEntries(
    versions.map((name) => [name, [join(root, "node_modules", name, "bin/node"), "--import", register]]),
  ),
};
