#!/usr/bin/env node
/**
 * Runs every `test/**\/*.test.ts`, each file as its own process, two at a time; many of them once for each runtime
 * that a supervisor runs under, see `harness/supervisors.mjs`.
 *
 *   node test/run.mjs [--jobs n] [--verbose] [--supervisor node|bun|deno] [part of a path | file]...
 *
 * A file may say `// timeout: 300` (seconds) in its first line; without it 120 s. The last line is
 * `N passed, N failed`; the exit code is 1 if anything failed or nothing ran.
 */
import { readFileSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { killAll, runFile } from "./harness/process.mjs";
import { waysOf } from "./harness/supervisors.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: "string", default: "2" },
    verbose: { type: "boolean", default: false },
    supervisor: { type: "string" },
  },
});

/** @param {string} path */
const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** @returns {Promise<string[]>} Paths to run, the ones that may take long first. */
async function discover() {
  const named = positionals.filter(isFile);
  const parts = positionals.filter((part) => !isFile(part));
  const all = await readdir(join(root, "test"), { recursive: true });
  const found = all
    .filter((path) => path.endsWith(".test.ts") && !path.includes("node_modules"))
    .map((path) => join(root, "test", path))
    .filter((path) => parts.some((part) => relative(root, path).includes(part)) || positionals.length === 0);
  return [...new Set([...named, ...found.toSorted()])].toSorted((a, b) => timeoutOf(b) - timeoutOf(a));
}

/** @param {string} path @returns {number} Seconds. */
function timeoutOf(path) {
  const [, seconds] = /^\/\/ timeout: (\d+)/.exec(readFileSync(path, "utf8")) ?? [];
  return Number(seconds ?? 120);
}

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.once(signal, () => {
    killAll();
    process.exit(1);
  });
}

/** Of each failed test, its title and the beginning of why. */
const LINES_OF_A_FAILURE = 12;

const total = { passed: 0, failed: 0 };
/** @type {string[]} */
const failures = [];
const queue = (await discover()).flatMap((path) =>
  waysOf(relative(join(root, "test"), path))
    .filter(({ supervisor }) => (values.supervisor ?? supervisor) === supervisor)
    .map((way) => ({ path, way })),
);

async function lane() {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { path, way } = next;
    const result = await runFile(path, timeoutOf(path) * 1000, way);
    total.passed += result.passed;
    total.failed += result.failed;
    const under = way.supervisor === "node" ? "" : ` (supervisor: ${way.supervisor})`;
    const name = `${relative(root, path)}${under}`;
    print(name, result);
    if (result.failed > 0) failures.push(...summaryOf(name, result));
  }
}

/**
 * What failed, in short, for the end of a long log.
 *
 * @param {string} name @param {import("./harness/process.mjs").FileResult} result
 */
function summaryOf(name, { output, problems }) {
  const lines = output.split("\n");
  const titles = lines.flatMap((line, at) =>
    /^\s*FAIL\s/.test(line) ? lines.slice(at, at + LINES_OF_A_FAILURE) : [],
  );
  return [`FAIL ${name}`, ...problems, ...titles.filter((line) => line.trim())];
}

/** @param {string} name @param {import("./harness/process.mjs").FileResult} result */
function print(name, result) {
  const mark = result.failed > 0 ? "FAIL" : "ok  ";
  const seconds = (result.milliseconds / 1000).toFixed(1);
  console.log(`${mark} ${name}  ${result.passed} passed, ${result.failed} failed, ${seconds} s`);
  for (const line of result.skips) console.log(`     skipped: ${line}`);
  if (result.only) console.log("     only some tests ran: there is a test.only");
  for (const line of result.problems) console.log(`     ${line}`);
  if (result.failed > 0 || values.verbose) console.log(result.output.replace(/^/gm, "     | ").trimEnd());
}

await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs) || 1) }, lane));

for (const line of failures) console.log(line);
if (total.passed + total.failed === 0) console.log("nothing ran: no test file matches");
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
