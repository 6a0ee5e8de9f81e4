/** Runs one test file as a process of its own, and leaves nothing of it behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { leftOvers } from "./left-overs.mjs";
import { commands, node } from "./supervisors.mjs";

/**
 * @typedef {object} FileResult
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} skips
 * @property {boolean} only
 * @property {number} leftOut How many tests of the file are left to the matrix run.
 * @property {{ title: string, milliseconds: number }[]} tests What each test took.
 * @property {string[]} problems What went wrong outside of the tests, a line each.
 * @property {string} output
 * @property {number} milliseconds
 */

/** How long a process may take to end after the file that started it: what dies with it needs a moment. */
const grace = 1000;
/** A file that writes without end must not fill the memory of the runner. */
const outputLimit = 4 * 1024 * 1024;

/** @type {Map<number, { marker: string, folder: string }>} The groups that run now, by pid. */
const running = new Map();

/** Ends everything that was started, at once. */
export function killAll() {
  for (const [pid, { marker, folder }] of running) {
    killGroup(pid);
    for (const other of leftOvers(marker, folder)) kill(other.pid);
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} path
 * @param {number} timeout Milliseconds.
 * @param {import("./selection.mjs").Way} way
 * @returns {Promise<FileResult>}
 */
export async function runFile(path, timeout, { supervisor, where, brief }) {
  // Short, and not below os.tmpdir(): the path of a Unix socket ends at 107 bytes.
  const folder = mkdtempSync(join(process.platform === "win32" ? process.cwd() : "/tmp", "pt-"));
  const marker = `POOLABLE_TEST_RUN=${process.pid}-${folder.slice(-6)}`;
  const reportFile = `${folder}/.report`;
  const started = performance.now();
  const [file, ...words] = commands[where === "inside" ? supervisor : "node"];
  const child = spawn(file, [...words, path], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      POOLABLE_TEST: "1",
      POOLABLE_TEST_RUN: marker.slice(marker.indexOf("=") + 1),
      POOLABLE_TEST_REPORT: reportFile,
      POOLABLE_TEST_SUPERVISOR: supervisor,
      POOLABLE_TEST_COMMAND: JSON.stringify(commands[supervisor]),
      POOLABLE_TEST_NODE: node,
      POOLABLE_TEST_BRIEF: brief,
      TMPDIR: folder,
      XDG_RUNTIME_DIR: folder,
      POOLABLE_RUNTIME_DIR: `${folder}/poolable`,
    },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${file}`);
  running.set(pid, { marker, folder });

  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      if (output.length < outputLimit) output += text;
    });
  }
  const closed = once(child, "close");
  const problems = [];
  let timer = setTimeout(() => {
    problems.push(`killed: longer than ${timeout / 1000} s`);
    // Politely first: the process then says which test it is in.
    child.kill("SIGTERM");
    timer = setTimeout(killGroup, grace, pid);
  }, timeout);
  const [code, signal] = await once(child, "exit");
  clearTimeout(timer);

  const report = readReport(reportFile);
  problems.push(...(await reap(pid, marker, folder)));
  // A stream that a stranger still holds open must not hold up the runner.
  await Promise.race([closed, sleep(grace, undefined, { ref: false })]);
  running.delete(pid);
  rmSync(folder, { recursive: true, force: true });

  if (!report) problems.push(`ended with ${signal ?? `code ${code}`} and no report`);
  else if (report.passed + report.failed + report.skips.length === 0) problems.push("no test ran");
  else if (code !== 0 && report.failed === 0) problems.push(`ended with ${signal ?? `code ${code}`}`);
  const { passed = 0, failed = 0, skips = [], only = false, leftOut = 0, tests = [] } = report ?? {};
  const milliseconds = performance.now() - started;
  return {
    passed,
    failed: failed + problems.length,
    skips,
    only,
    leftOut,
    tests,
    problems,
    output,
    milliseconds,
  };
}

/** @param {string} file @returns {Pick<FileResult, "passed" | "failed" | "skips" | "only" | "leftOut" | "tests"> | undefined} */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** @param {number} pid @param {string} marker @param {string} folder @returns {Promise<string[]>} What was left. */
async function reap(pid, marker, folder) {
  const end = performance.now() + grace;
  while (leftOvers(marker, folder).length > 0 && performance.now() < end) await sleep(50);
  const left = leftOvers(marker, folder);
  killGroup(pid);
  for (const other of left) kill(other.pid);
  return left.map((other) => `left running and killed: ${other.pid} ${other.command}`);
}

/** @param {number} pid */
function killGroup(pid) {
  kill(process.platform === "win32" ? pid : -pid);
}

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended on its own.
  }
}
