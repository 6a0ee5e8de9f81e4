// brief: node (marked)
/** What becomes of a job whose worker is told to stop before the job has ended. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { errorOf, notes, running, work } from "./_pool.ts";

const test = suite("job stops");

/** An empty file for what jobs write down. */
function noteFile(): string {
  const file = join(mkdtempSync(join(tmpdir(), "n-")), "notes");
  writeFileSync(file, "");
  return file;
}

async function begun(file: string, count: number): Promise<void> {
  while (notes(file).begun.size < count) await sleep(5);
}

/** A drain that no job of these tests ends within. */
const IMPATIENT = work({ drain: 100, stop: "3s" });

test(
  "with retries a job that a stop cuts short is begun again, generators and streams too",
  { brief: true },
  async (t) => {
    const { jobs, pool } = await running(t, { w: IMPATIENT });
    const file = noteFile();
    const input = (id: string): object => ({ file, id, items: 0 });
    const options = { retries: 1, queueTimeout: "15s" } as const;
    const calls = [
      jobs.run("untilStopped", input("async"), options),
      jobs.run("untilStopped", input("keyed"), { idempotencyKey: "k", queueTimeout: "15s" }),
      jobs.run("ponderUntilStopped", input("generator"), options),
      jobs.stream("itemsUntilStopped", input("stream"), options).result,
      // Items that nobody has asked for are no reason against it.
      jobs.run("itemsUntilStopped", { ...input("unread"), items: 3 }, options),
    ];
    await begun(file, calls.length);
    await pool.restart("w#0");
    assert.equal(await Promise.all(calls), [2, 2, 2, 2, 2]);
    for (const [id, count] of notes(file).begun) assert.is(count, 2, id);
  },
);

test("without retries it is WORKER_LOST, and so is a stream of which an item was read", async (t) => {
  const { jobs, pool } = await running(t, { w: IMPATIENT });
  const file = noteFile();
  const plain = errorOf(jobs.run("untilStopped", { file, id: "plain" }));
  const generator = errorOf(jobs.run("ponderUntilStopped", { file, id: "generator" }));
  const stream = jobs.stream("itemsUntilStopped", { file, id: "read", items: 2 }, { retries: 5 });
  const items: unknown[] = [];
  const read = errorOf(
    (async () => {
      for await (const item of stream) items.push(item);
    })(),
  );
  await begun(file, 3);
  await pool.restart("w#0");
  for (const error of [await plain, await generator]) {
    assert.is(error.code, "WORKER_LOST", error.message);
    assert.match(error.message, /worker w#0 stopped before the job had ended$/);
  }
  assert.is(((await plain).cause as Error).name, "AbortError", "what the job said of it");
  assert.is((await read).code, "WORKER_LOST");
  assert.match((await read).message, "worker w#0 stopped before the job had ended, after 2 items");
  assert.equal(items, [0, 1]);
  for (const [id, count] of notes(file).begun) assert.is(count, 1, id);
});

test("a failure of its own that a stop brings about stays JOB_FAILED where it may not run twice", async (t) => {
  const { jobs, pool } = await running(t, { w: IMPATIENT });
  const file = noteFile();
  const failed = errorOf(jobs.run("failWhenStopped", { file, id: "own" }));
  await begun(file, 1);
  await pool.restart("w#0");
  assert.is((await failed).code, "JOB_FAILED");
  assert.is(((await failed).cause as Error).message, "for a reason of its own");
});

test("retries are counted for stops as for losses, and a stopped worker makes nobody suspect", async (t) => {
  const { jobs, pool } = await running(t, { w: IMPATIENT });
  const file = noteFile();
  const once = errorOf(jobs.run("failWhenStopped", { file, id: "once" }, { retries: 1 }));
  const often = jobs.run("untilStopped", { file, id: "often" }, { retries: 5 });
  for (let stop = 1; stop <= 2; stop++) {
    while ((notes(file).begun.get("once") ?? 0) < stop) await sleep(5);
    await pool.restart("w#0");
  }
  assert.is((await once).code, "JOB_FAILED");
  assert.is(notes(file).begun.get("once"), 2);
  assert.is(await often, 2);
});

test.run();
