#!/usr/bin/env node
/**
 * Runs `test/**\/*.test.ts`, each file as its own process, two at a time, the slowest of the last run first.
 *
 *   node test/run.mjs [--jobs n] [--verbose] [--supervisor name] [part of a path | file]...
 *
 * - Without a name it is the brief run: every kind of test once.
 * - Files that are named run whole, under Node or under the supervisor that is named.
 * - With `POOLABLE_FULL=matrix` every file runs whole, under every supervisor of its header.
 *
 * A test file begins with its header, one `//` line for each of these; see `harness/header.mjs`:
 *
 *   // timeout: 180                            seconds that the file may take; 120 without it
 *   // supervisors: node, bun, deno (inside)   under what it runs in the matrix; Node without it. `inside`: the test
 *                                              itself runs there; `beside`: it starts a supervisor there
 *   // brief: bun (marked)                     under what it runs in the brief run; the first supervisor without it.
 *                                              `(marked)`: only the tests that say `{ brief: true }`
 *   // only: matrix                            the brief run does not have it
 *
 * The last line is `N passed, N failed`; the exit code is 1 if anything failed or nothing ran.
 */
import { readFileSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readDurations, writeDurations } from "./harness/durations.mjs";
import { HeaderError, parseHeader } from "./harness/header.mjs";
import { killAll, runFile } from "./harness/process.mjs";
import { scopeOf, waysOf } from "./harness/selection.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: "string", default: "2" },
    verbose: { type: "boolean", default: false },
    supervisor: { type: "string" },
    // For the tests of the runner itself: where the test files are, and where it keeps how long they take.
    folder: { type: "string", default: join(root, "test") },
    cache: { type: "string", default: join(root, "node_modules/.cache/poolable-tests") },
  },
});
const folder = resolve(values.folder);
const scope = scopeOf({ named: positionals.length > 0, supervisor: values.supervisor });

/** @param {string} path */
const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** @returns {Promise<string[]>} The paths that are named; all when none is. */
async function discover() {
  const named = positionals.filter(isFile);
  const parts = positionals.filter((part) => !isFile(part));
  const all = await readdir(folder, { recursive: true });
  const found = all
    .filter((path) => path.endsWith(".test.ts") && !/(^|\/)(node_modules|fixtures)\//.test(path))
    .map((path) => join(folder, path))
    .filter((path) => parts.some((part) => relative(root, path).includes(part)) || positionals.length === 0);
  return [...new Set([...named.map((path) => resolve(path)), ...found.toSorted()])];
}

/**
 * One run of a file.
 *
 * @typedef {object} Run
 * @property {string} path
 * @property {string} name Its name in the output.
 * @property {import("./harness/header.mjs").Header} header
 * @property {import("./harness/selection.mjs").Way} way
 */

/** @param {string} path @param {typeof scope} scope @returns {Run[]} */
function runsOf(path, scope) {
  const file = relative(root, path);
  const header = parseHeader(readFileSync(path, "utf8"), file);
  return waysOf(header, scope, values.supervisor).map((way) => ({
    path,
    name: way.supervisor === "node" ? file : `${file} (supervisor: ${way.supervisor})`,
    header,
    way,
  }));
}

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.once(signal, () => {
    killAll();
    process.exit(1);
  });
}

/** Of each failed test, its title and the beginning of why. */
const LINES_OF_A_FAILURE = 12;
/** How many files the end of the output names as the slowest. */
const SLOWEST = 5;

const total = { passed: 0, failed: 0, leftOut: 0 };
/** @type {string[]} */
const failures = [];
/** @type {Record<string, number>} */
const seconds = {};

/** @param {Run[]} queue */
async function lane(queue) {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { path, name, header, way } = next;
    const result = await runFile(path, header.timeout * 1000, way);
    total.passed += result.passed;
    total.failed += result.failed;
    total.leftOut += result.leftOut;
    seconds[name] = result.milliseconds / 1000;
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
  console.log(`${mark} ${name}  ${result.passed} passed, ${result.failed} failed, ${inSeconds(result)}`);
  for (const line of result.skips) console.log(`     skipped: ${line}`);
  if (result.only) console.log("     only some tests ran: there is a test.only");
  for (const line of result.problems) console.log(`     ${line}`);
  if (values.verbose) for (const test of result.tests) console.log(`     ${inSeconds(test)}  ${test.title}`);
  if (result.failed > 0 || values.verbose) console.log(result.output.replace(/^/gm, "     | ").trimEnd());
}

/** @param {{ milliseconds: number }} duration */
const inSeconds = ({ milliseconds }) => `${(milliseconds / 1000).toFixed(1)} s`;

/** Prints what the brief run has left out. @param {Run[]} runs @param {Run[]} matrix */
function printLeftOut(runs, matrix) {
  const here = new Set(runs.map(({ path }) => path));
  const files = new Set(matrix.map(({ path }) => path).filter((path) => !here.has(path)));
  const names = new Set(runs.map(({ name }) => name));
  const again = matrix.filter(({ path, name }) => here.has(path) && !names.has(name));
  console.log(
    `left out: ${files.size} files of the matrix run, ${again.length} runs of other files under other supervisors, ` +
      `and ${total.leftOut} tests of files that ran; POOLABLE_FULL=matrix npm test runs them`,
  );
}

/** Runs everything that is asked for, and reports it. */
async function main() {
  const paths = await discover();
  const durations = readDurations(values.cache, scope);
  /** @param {Run} run */
  const expected = ({ name, header }) => durations[name] ?? header.timeout;
  const runs = paths.flatMap((path) => runsOf(path, scope)).toSorted((a, b) => expected(b) - expected(a));
  const queue = [...runs];
  const lanes = Math.max(1, Number(values.jobs) || 1);
  await Promise.all(Array.from({ length: lanes }, () => lane(queue)));
  writeDurations(values.cache, scope, seconds);

  if (runs.length > SLOWEST) {
    const slowest = Object.entries(seconds).toSorted(([, a], [, b]) => b - a);
    const named = slowest.slice(0, SLOWEST).map(([name, took]) => `${name} ${took.toFixed(1)} s`);
    console.log(`slowest: ${named.join(", ")}`);
  }
  if (scope === "brief") {
    const matrix = paths.flatMap((path) => runsOf(path, "matrix"));
    printLeftOut(runs, matrix);
  }
  for (const line of failures) console.log(line);
  if (total.passed + total.failed === 0) console.log("nothing ran: no test file matches");
}

try {
  await main();
} catch (error) {
  if (!(error instanceof HeaderError)) throw error;
  console.log(error.message);
  total.failed += 1;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
