/** Failures and names that are larger than a group's `maxBytes`. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { createJobClient } from "../../plugins/jobs/client/client.ts";
import { Dispatcher } from "../../plugins/jobs/client/dispatcher.ts";
import { suite } from "../_suite.ts";
import { errorOf, notes, running, work } from "./_pool.ts";

const test = suite("job failures");

test("a failure over maxBytes is shortened and says so; the neighbours run once and end well", async (t) => {
  const { jobs } = await running(t, { w: work({ jobs: { maxBytes: 2_048 } }) });
  const file = join(mkdtempSync(join(tmpdir(), "n-")), "notes");
  writeFileSync(file, "");
  const neighbours = Array.from({ length: 8 }, (_, id) =>
    jobs.run("note", { file, id: String(id), ms: 300 }, { retries: 3 }),
  );
  for (const part of ["message", "causes", "code"]) {
    const error = await errorOf(jobs.run("failLarge", { part, bytes: 3_000 }));
    assert.is(error.code, "JOB_FAILED", part);
    assert.match(error.message, "the error is shortened: the limit of the group is 2048 bytes", part);
    assert.ok((error.cause as Error).message.length > 5, part);
  }
  assert.equal(
    await Promise.all(neighbours),
    neighbours.map((_, id) => String(id)),
  );
  for (const [id, count] of notes(file).begun) assert.is(count, 1, id);
});

test("the group's limit holds for what was called before it was known, as it was said", async (t) => {
  const dispatcher = new Dispatcher({
    group: "w",
    clock: { now: () => 0, at: () => () => {}, random: () => 0 },
    connect: () => ({ run() {}, abort() {}, pull() {}, close() {} }),
    directory: { isWorker: false, needWorker() {}, stuck() {} },
    pick: () => undefined,
  });
  t.defer(() => dispatcher.close());
  const client = createJobClient("w", dispatcher, () => dispatcher.maxBytes);
  const large = errorOf(client.run("echo", Buffer.alloc(20 * 1024 * 1024)));
  const small = errorOf(client.run("echo", Buffer.alloc(1_000)));
  const terms = { maxBytes: 2_048, maxQueued: 9, maxQueuedBytes: 9_000, pick: "leastJobs", abortGrace: 1 };
  dispatcher.update({ terms, whole: true, up: [], state: "open" });
  assert.is((await large).code, "VALUE_TOO_LARGE");
  assert.match((await large).message, /w\.echo: an input of \d+ bytes, the limit is 2048/);
  dispatcher.close();
  assert.is((await small).code, "POOL_STOPPING");
});

test("a worker with many jobs serves in a group of small values", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "m-"));
  const entry = join(folder, "many.mjs");
  writeFileSync(
    entry,
    `export default { jobs: Object.fromEntries(Array.from({ length: 500 }, (_, at) => ["a-long-name-" + at, () => at])) };`,
  );
  const { jobs } = await running(t, { w: work({ entry, jobs: { maxBytes: 1_024 } }) });
  assert.is(await jobs.run("a-long-name-499", 0, { queueTimeout: "5s" }), 499);
});

test.run();
