// timeout: 120
// supervisors: node, bun, deno (inside)
// brief: node (marked)
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync } from "node:fs";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import { acquireLock, readLock } from "../../plugins/control/lock.ts";
import { isAlive } from "../../system/process.ts";
import { readToken } from "../../system/token.ts";
import type { TestContext } from "../_suite.ts";
import { suite } from "../_suite.ts";
import { temporaryFolder } from "./_helpers.ts";

const test = suite("control lock");

/** A process that waits to be told to take the lock of a folder. */
interface Holder {
  readonly child: ChildProcess;
  go(): void;
  outcome(): Promise<string>;
}

async function startHolder(folder: string, { defer }: TestContext): Promise<Holder> {
  const loader = new URL("../harness/register.mjs", import.meta.url).href;
  const file = new URL("../fixtures/cli/holder.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--import", loader, file, folder], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  defer(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  assert.is((await lines.next()).value, "waiting");
  return {
    child,
    go: () => void child.stdin!.write("go\n"),
    outcome: async () => (await lines.next()).value as string,
  };
}

/** Eight processes at once; returns their outcomes. */
async function race(folder: string, t: TestContext): Promise<{ outcomes: string[]; holders: Holder[] }> {
  const holders = await Promise.all(Array.from({ length: 8 }, () => startHolder(folder, t)));
  for (const holder of holders) holder.go();
  return { holders, outcomes: await Promise.all(holders.map((holder) => holder.outcome())) };
}

async function killAll(holders: Holder[]): Promise<void> {
  const exits = holders.map(({ child }) => once(child, "exit"));
  for (const { child } of holders) child.kill("SIGKILL");
  await Promise.all(exits);
}

test(
  "a named pipe in the place of the lock, or of a token, is refused and holds nobody up",
  { brief: true },
  async (t) => {
    const folder = await temporaryFolder(t);
    const path = join(folder, "lock");
    execFileSync("mkfifo", [path]);
    // A read that hangs would keep the process of this test from ending: give it what it waits for.
    t.defer(() => closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK)));
    const refused = new RegExp(`cannot read ${path}: it is not a regular file; remove it`);
    for (const read of [readLock, acquireLock, () => readToken(path)]) {
      const outcome = await Promise.race([
        Promise.resolve(read(folder)).then(String, (error: Error) => error.message),
        sleep(5_000, "it hangs", { ref: false }),
      ]);
      assert.match(outcome, read === readLock || read === acquireLock ? refused : "not a regular file");
    }
  },
);

test("of eight starts at once one wins, and again over its dead lock", { timeout: 90_000 }, async (t) => {
  const folder = await temporaryFolder(t);
  for (let round = 0; round < 3; round++) {
    const { holders, outcomes } = await race(folder, t);
    const winners = outcomes.filter((outcome) => outcome.startsWith("got"));
    assert.is(winners.length, 1, outcomes.join("\n"));
    const pid = winners[0]!.slice(4);
    assert.is(String((await readLock(folder))?.pid), pid);
    for (const outcome of outcomes.filter((line) => line !== winners[0])) {
      assert.match(outcome, `refused E_RUNNING pool "`);
      assert.match(outcome, `is already running as process ${pid}:`);
    }
    // The next round finds the lock of a process that SIGKILL took.
    await killAll(holders);
    assert.is(await readLock(folder), undefined);
  }
  assert.equal(
    (await readdir(folder)).filter((file) => file.includes(".dead.")),
    [],
  );
});

test("many attempts within one process have one winner, over a dead lock too", { brief: true }, async (t) => {
  const folder = await temporaryFolder(t);
  for (let round = 0; round < 100; round++) {
    const attempts = Array.from({ length: 8 }, () => acquireLock(folder));
    const won = (await Promise.allSettled(attempts)).filter(({ status }) => status === "fulfilled");
    assert.is(won.length, 1);
    await writeFile(join(folder, "lock"), deadOwner(round));
  }
});

test("a start that died while it took over a lock is taken over as well", async (t) => {
  const folder = await temporaryFolder(t);
  for (let round = 0; round < 30; round++) {
    await writeFile(join(folder, "lock"), deadOwner(round));
    for (const level of [0, 1]) await writeFile(tombstoneOf(folder, round, level), deadOwner(900 + level));
    const attempts = Array.from({ length: 8 }, () => acquireLock(folder));
    const won = (await Promise.allSettled(attempts)).filter(({ status }) => status === "fulfilled");
    assert.is(won.length, 1);
    assert.equal(await readdir(folder), ["lock"]);
  }
});

test("nobody removes a dead lock while a living process is at it", { brief: true }, async (t) => {
  const folder = await temporaryFolder(t);
  const holder = await startHolder(folder, t);
  await writeFile(join(folder, "lock"), deadOwner(1));
  const rival = await ownerOf(holder.child.pid!);
  await writeFile(tombstoneOf(folder, 1, 0), rival);
  const error = await acquireLock(folder).catch((error: unknown) => error as Error);
  assert.match(String((error as Error).message), `is being started by process ${holder.child.pid}`);
  assert.is(await readFile(join(folder, "lock"), "utf8"), deadOwner(1));
});

test("a pid that belongs to a later process does not hold the lock", { brief: true }, async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(
    join(folder, "lock"),
    JSON.stringify({ pid: process.pid, startTime: "1", id: "0".repeat(16) }),
  );
  const lock = await acquireLock(folder);
  assert.is(lock.owner.pid, process.pid);
});

test("junk in the lock file is taken over", { brief: true }, async (t) => {
  const folder = await temporaryFolder(t);
  for (const junk of ["", "{", "null", '{"pid":"1"}', "\0".repeat(100)]) {
    await writeFile(join(folder, "lock"), junk);
    await (await acquireLock(folder)).release();
  }
  assert.equal(await readdir(folder), []);
});

test("release leaves the lock of a successor alone", { brief: true }, async (t) => {
  const folder = await temporaryFolder(t);
  const lock = await acquireLock(folder);
  await writeFile(join(folder, "lock"), deadOwner(7));
  await lock.release();
  assert.is(await readFile(join(folder, "lock"), "utf8"), deadOwner(7));
});

test("a zombie is not alive", { brief: true }, async ({ defer }) => {
  // The shell never waits for the child that exits at once, after it became `sleep`.
  const parent = spawn("/bin/sh", ["-c", "sh -c 'echo $$' & exec sleep 30"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  defer(async () => {
    parent.kill("SIGKILL");
    await once(parent, "exit");
  });
  const [line] = (await once(createInterface({ input: parent.stdout! }), "line")) as [string];
  for (let wait = 0; wait < 100 && (await isAlive({ pid: Number(line), startTime: "" })); wait++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.not(await isAlive({ pid: Number(line), startTime: "" }));
  assert.ok(await isAlive({ pid: parent.pid!, startTime: "" }));
});

function idOf(number: number): string {
  return number.toString(16).padStart(16, "0");
}

/** A lock of a process that never was: pids end at 2^22. */
function deadOwner(number: number): string {
  return JSON.stringify({ pid: 2 ** 22 + 1, startTime: "1", id: idOf(number) });
}

async function ownerOf(pid: number): Promise<string> {
  return JSON.stringify({ pid, startTime: "", id: "f".repeat(16) });
}

function tombstoneOf(folder: string, number: number, level: number): string {
  return join(folder, `lock.${idOf(number)}.dead.${level}`);
}

test.run();
