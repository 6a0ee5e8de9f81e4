// timeout: 240
// supervisors: node, bun, deno (beside)
// brief: node (marked)
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { PoolStatus } from "../../core/contract/status.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";
import { supervisorCommand } from "../harness/supervisor.ts";
import { gone } from "../runtimes/_spawn.ts";
import { createCli } from "./_cli.ts";
import type { Cli } from "./_cli.ts";

const test = suite("cli hangup");

const bin = fileURLToPath(new URL("../../dist/cli.mjs", import.meta.url));
const fixture = fileURLToPath(new URL("../fixtures/cli/flood/quiet.mjs", import.meta.url));
const skip = spawnSync("script", ["--version"]).error ? "there is no script(1) for a terminal" : undefined;

/** A pool in a terminal, which is closed when `terminal` is killed. Its log is a file, which outlives the terminal. */
async function inTerminal(
  t: TestContext,
): Promise<{ cli: Cli; close: () => void; log: () => string; pid: number }> {
  const cli = await createCli(t);
  const log = join(cli.runtimeFolder, "log");
  writeFileSync(log, "");
  const words = [...supervisorCommand(process.execPath), bin, "start", fixture, "--type", "service"];
  const command = `exec ${words.map((word) => `'${word}'`).join(" ")} > '${log}'`;
  const terminal = spawn("script", ["-qfc", command, "/dev/null"], {
    env: { ...process.env, POOLABLE_RUNTIME_DIR: `${cli.runtimeFolder}/poolable` },
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = once(terminal, "exit");
  t.defer(async () => {
    await cli.run(["stop", "--now"]);
    terminal.kill("SIGKILL");
    await ended;
  });
  const read = (): string => readFileSync(log, "utf8");
  await says(t, read, "is running");
  const status = JSON.parse((await cli.run(["status", "--json"])).stdout) as PoolStatus;
  return { cli, close: () => terminal.kill("SIGKILL"), log: read, pid: status.pool.pid };
}

async function says(t: TestContext, log: () => string, text: string): Promise<void> {
  while (!log().includes(text)) {
    t.signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a terminal that is closed stops the pool", { timeout: 60_000, skip }, async (t) => {
  const { close, log, pid } = await inTerminal(t);
  close();
  await gone(t, pid);
  assert.match(log(), /SIGHUP: the terminal was closed, stopping/);
  assert.match(log(), /stopped with exit code 0/);
  assert.not.match(log(), /reload/);
});

test("SIGHUP reloads a pool whose terminal is there", { timeout: 60_000, brief: true, skip }, async (t) => {
  const { cli, log, pid } = await inTerminal(t);
  process.kill(pid, "SIGHUP");
  await says(t, log, "reloaded to generation 2");
  assert.is((await cli.run(["stop"])).code, 0);
});

test("SIGHUP reloads a pool of a session without a terminal", { timeout: 60_000, skip }, async (t) => {
  const cli = await createCli(t);
  const pool = cli.start(["start", fixture, "--type", "service"]);
  await pool.says("is running");
  pool.child.kill("SIGHUP");
  await pool.says("reloaded to generation 2");
  pool.child.kill("SIGTERM");
  assert.is((await pool.finished).code, 0);
});

test.run();
