// supervisors: node, bun, deno (inside)
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import { control } from "../../plugins/control/index.ts";
import { acquireLock, readLock } from "../../plugins/control/lock.ts";
import { makeTemporary, sweepTemporary } from "../../system/temporary.ts";
import { suite } from "../_suite.ts";
import { createFakePool, setUp, temporaryFolder } from "./_helpers.ts";

const test = suite("control sweep");

/** The pid of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn("true", { stdio: "ignore" });
  await once(child, "exit");
  return child.pid!;
}

async function leave(base: string, name: string, pid: number): Promise<string> {
  const folder = join(base, name);
  await mkdir(join(folder, "jobs"), { recursive: true, mode: 0o700 });
  const owner = { pid, startTime: "1", id: "0123456789abcdef" };
  await writeFile(join(folder, "lock"), JSON.stringify(owner));
  for (const file of ["control.token", "scoreboard", "w0123456789ab.sock", "jobs/j01234567"])
    await writeFile(join(folder, file), "");
  return folder;
}

test("a start removes the folders of pools whose supervisor was killed, and no other file", async (t) => {
  const base = join(await temporaryFolder(t), "base");
  await mkdir(base, { mode: 0o700 });
  const dead = await leave(base, "dead", await deadPid());
  const used = await leave(base, "used", await deadPid());
  await writeFile(join(used, "notes.txt"), "of the user");
  const young = join(base, "young");
  await mkdir(young, { mode: 0o700 });
  const held = join(base, "held");
  await mkdir(held, { mode: 0o700 });
  const lock = await acquireLock(held);
  t.defer(() => lock.release());
  await setUp(control({ directory: join(base, "shop") }), createFakePool(), t);
  while (existsSync(dead) || (await readdir(used)).length > 1) await sleep(5);
  assert.equal(await readdir(used), ["notes.txt"]);
  assert.ok(existsSync(young));
  assert.is((await readLock(held))?.pid, process.pid);
});

test("a start waits for who sweeps its folder, and makes it again", async (t) => {
  const directory = join(await temporaryFolder(t), "base", "shop");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const sweeper = await acquireLock(directory, { sweeping: true });
  assert.is(await readLock(directory), undefined);
  const starting = acquireLock(directory);
  await sleep(30);
  await sweeper.release();
  const lock = await starting;
  assert.is((await readLock(directory))?.id, lock.owner.id);
  await lock.release();
});

test("temporary folders of dead processes are removed; of living ones, and of other containers, not", async (t) => {
  const base = await temporaryFolder(t);
  const mine = await makeTemporary("w", base);
  const name = mine.slice(base.length + 1);
  const pid = await deadPid();
  const dead = join(base, name.replace(String(process.pid), String(pid)));
  const reused = join(base, name.replace(/\.[0-9a-z]+\./, ".1."));
  const elsewhere = join(base, name.replace(/^(poolable-w)\d+(\.[0-9a-z]*\.)[0-9a-z]*-/, `$1${pid}$2zz-`));
  for (const folder of [dead, reused, elsewhere]) {
    await mkdir(folder);
    await writeFile(join(folder, "w.sock"), "");
  }
  await sweepTemporary(base);
  assert.equal(
    (await readdir(base)).toSorted(),
    [mine, elsewhere].map((path) => path.slice(base.length + 1)).toSorted(),
  );
});

test.run();
