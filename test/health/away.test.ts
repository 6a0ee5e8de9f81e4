// timeout: 240
// brief: node (marked)
/**
 * A supervisor that was away, stopped or blocked, for longer than its workers may be silent: no worker dies of that
 * (races 40 and 42).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { findExecutables } from "../../runtimes/discovery/executable.ts";
import type { RuntimeName } from "../../runtimes/discovery/traits.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";

const test = suite("health: the supervisor away");

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** The time for a heartbeat: long enough that a busy machine does not take it from a worker. */
const HEARTBEAT_MS = 3_000;

interface Said {
  readonly word: string;
  readonly ms?: number;
  readonly pids?: number[];
}

interface Supervisor {
  readonly pid: number;
  readonly workers: readonly number[];
  /** Tells it what to do. */
  tell(line: string): void;
  /** All that it said until it said `word`. */
  until(word: string): Promise<Said[]>;
}

/** How a supervisor runs under each runtime, from its source. */
const WORDS: Readonly<Record<RuntimeName, readonly string[]>> = {
  node: ["--import", path("harness/register.mjs")],
  bun: [],
  deno: ["run", "-A"],
};

async function supervise(t: TestContext, runtime: RuntimeName = "node"): Promise<Supervisor> {
  const [found] = findExecutables(runtime, { root: path(".."), env: process.env });
  const args = [...WORDS[runtime], path("fixtures/health/supervisor.ts"), `${HEARTBEAT_MS}ms`, "2"];
  const child = spawn(found!.file, args, { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  t.defer(async () => {
    child.kill("SIGCONT");
    child.stdin.end();
    await exited;
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const until = async (word: string): Promise<Said[]> => {
    const said: Said[] = [];
    while (said.at(-1)?.word !== word) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the supervisor ended before it said ${word}`);
      said.push(JSON.parse(value as string) as Said);
    }
    return said;
  };
  const up = (await until("up")).at(-1);
  return { pid: child.pid!, workers: up!.pids!, until, tell: (line) => void child.stdin.write(`${line}\n`) };
}

/** More time than a heartbeat has, as the supervisor sees it, in which nobody may die. */
async function livesOn(supervisor: Supervisor, what: string): Promise<Said[]> {
  supervisor.tell(`later ${1.5 * HEARTBEAT_MS}`);
  const said = await supervisor.until("later");
  assert.equal(
    said.filter(({ word }) => word === "exited"),
    [],
    what,
  );
  for (const pid of supervisor.workers) assert.ok(process.kill(pid, 0), what);
  return said;
}

/** As long as the time for a heartbeat and about it, where the deadlines come while it is away, or right after. */
const STOPS = [0.97, 1.1, 1.6].map((part) => part * HEARTBEAT_MS);

test(
  "stopped by SIGSTOP for longer than a heartbeat's time: no worker dies",
  { brief: true, timeout: 60_000 },
  async (t) => {
    await Promise.all(
      STOPS.map(async (ms) => {
        const supervisor = await supervise(t);
        process.kill(supervisor.pid, "SIGSTOP");
        await sleep(ms);
        process.kill(supervisor.pid, "SIGCONT");
        const said = await livesOn(supervisor, `stopped for ${ms} ms`);
        const [away] = said.filter(({ word }) => word === "away");
        assert.ok(away && away.ms! >= 0.9 * ms, `stopped for ${ms} ms, noticed ${away?.ms}`);
      }),
    );
  },
);

for (const runtime of ["bun", "deno"] as const) {
  test(`the same where the supervisor runs on ${runtime}`, { timeout: 60_000 }, async (t) => {
    const supervisor = await supervise(t, runtime);
    process.kill(supervisor.pid, "SIGSTOP");
    await sleep(1.1 * HEARTBEAT_MS);
    process.kill(supervisor.pid, "SIGCONT");
    await livesOn(supervisor, `${runtime} stopped`);
    supervisor.tell(`block ${1.3 * HEARTBEAT_MS}`);
    await livesOn(supervisor, `${runtime} blocked`);
  });
}

test(
  "all stopped together, and the supervisor goes on first: no worker dies",
  { timeout: 60_000 },
  async (t) => {
    await Promise.all(
      STOPS.map(async (ms) => {
        const supervisor = await supervise(t);
        const { pid, workers } = supervisor;
        for (const each of [pid, ...workers]) process.kill(each, "SIGSTOP");
        await sleep(ms);
        process.kill(pid, "SIGCONT");
        await sleep(300);
        for (const each of workers) process.kill(each, "SIGCONT");
        await livesOn(supervisor, `all stopped for ${ms} ms`);
      }),
    );
  },
);

test(
  "its event loop blocked, at once or in pieces: what waits is read first",
  { timeout: 60_000 },
  async (t) => {
    await Promise.all(
      ["block", "pieces"].flatMap((how) =>
        [1.1, 1.8].map(async (part) => {
          const supervisor = await supervise(t);
          supervisor.tell(`${how} ${part * HEARTBEAT_MS}`);
          await livesOn(supervisor, `${how} for ${part} of a heartbeat's time`);
        }),
      ),
    );
  },
);

test.run();
