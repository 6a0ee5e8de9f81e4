/** One group is stopped on request; the pool goes on. */
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { obliging, rig } from "./_ports.ts";
import type { Rig } from "./_ports.ts";

const test = suite("stop-group");

const entry = "./g.ts";

async function started(options = {}): Promise<Rig> {
  const all = rig(
    { groups: { web: { entry }, images: { entry, type: "job", workers: { min: 2, max: 3 } } }, ...options },
    obliging,
  );
  await all.pool.start();
  return all;
}

const statesOf = ({ pool }: Rig, group: string): string[] =>
  pool
    .status()
    .groups.find(({ name }) => name === group)!
    .slots.map(({ state }) => state);

test("the workers of the group end, none starts again, and the pool goes on", async () => {
  const all = await started();
  const { pool, clock, runtime } = all;
  await pool.stop({ group: "images" });
  assert.equal(statesOf(all, "images"), ["idle", "idle", "idle"]);
  for (const slot of ["images#0", "images#1"]) assert.equal(runtime.worker(slot).heard, ["drain", "ack"]);
  await clock.pass(600_000);
  assert.is(pool.status().pool.state, "running");
  assert.equal(statesOf(all, "images"), ["idle", "idle", "idle"]);
  assert.equal(statesOf(all, "web"), ["ready"]);
  const { stopped, slots } = pool.status().groups[1]!;
  assert.ok(stopped);
  assert.is(slots[0]!.condition, "over");
  await pool.stop();
});

test("it resolves when no worker of the group is left, and not before", async () => {
  const all = await started();
  const { pool, clock, runtime } = all;
  const last = runtime.worker("images#1");
  last.send = () => true;
  let isDone = false;
  void pool.stop({ group: "images" }).then(() => (isDone = true));
  await clock.pass(10);
  assert.not(isDone);
  last.goodbye("drained");
  last.exit(0);
  await clock.pass(0);
  assert.ok(isDone);
  await pool.stop();
});

test("scaling, a restart of a slot, and a reload start it again", async () => {
  const all = await started();
  const { pool, clock } = all;
  await pool.stop({ group: "images" });
  const scaled = pool.scale("images", 3);
  await clock.pass(1_000);
  await scaled;
  assert.equal(statesOf(all, "images"), ["ready", "ready", "ready"]);

  await pool.stop({ group: "images" });
  await clock.pass(1_000);
  await pool.restart("images#1");
  assert.equal(statesOf(all, "images"), ["idle", "ready", "idle"]);
  assert.not(pool.status().groups[1]!.stopped);

  for (const hard of [false, true]) {
    await pool.stop({ group: "images" });
    await clock.pass(1_000);
    const reloaded = pool.reload({ hard });
    await clock.pass(60_000);
    await reloaded;
    assert.equal(statesOf(all, "images"), ["ready", "ready", "ready"]);
    const { generation } = pool.status().pool;
    for (const slot of pool.status().groups[1]!.slots) assert.is(slot.generation, generation);
  }
  await pool.stop();
});

test("whoever scales it while it still drains gets its workers", async () => {
  const all = await started();
  const { pool, clock, runtime } = all;
  const slow = runtime.worker("images#0");
  slow.send = () => true;
  const stop = pool.stop({ group: "images" });
  await clock.pass(10);
  const scaled = pool.scale("images", 2);
  await stop;
  slow.goodbye("drained");
  slow.exit(0);
  await clock.pass(2_000);
  await scaled;
  assert.is(statesOf(all, "images").filter((state) => state === "ready").length, 2);
  await pool.stop();
});

test("a worker of it that breaks the protocol meanwhile does not come back", async () => {
  const all = await started();
  const { pool, clock, runtime } = all;
  const bad = runtime.worker("images#0");
  bad.send = () => true;
  const stop = pool.stop({ group: "images" });
  bad.sink.violation({ kind: "malformed", detail: "no JSON" });
  await clock.pass(10_000);
  await stop;
  assert.equal(statesOf(all, "images"), ["idle", "idle", "idle"]);
  await pool.stop();
});

test("with now, its workers are killed", async () => {
  const { pool, runtime } = await started();
  await pool.stop({ group: "images", now: true });
  assert.equal(runtime.worker("images#0").heard, ["SIGKILL"]);
  assert.equal(runtime.worker("web#0").heard, []);
  await pool.stop();
});

test("the pool ends with 0 when every group was stopped, also one that somebody could have woken", async () => {
  const { pool } = rig(
    { groups: { web: { entry }, lazy: { entry, workers: { min: 0, max: 1 } } } },
    obliging,
  );
  await pool.start();
  await pool.stop({ group: "web" });
  assert.is(pool.status().pool.state, "running");
  await pool.stop({ group: "lazy" });
  assert.is((await pool.closed).exitCode, 0);
});

test("a stopped group has no part in giving up", async () => {
  const all = await started({ giveUp: "10s" });
  const { pool, clock } = all;
  await pool.stop({ group: "images" });
  await pool.scale("web", 1);
  await clock.pass(600_000);
  assert.is(pool.status().pool.state, "running");
  await pool.stop();
});

test("a group that had failed ends in order once it was stopped", async () => {
  const { pool, clock } = rig(
    {
      groups: {
        web: { entry },
        bad: { entry, restart: () => ({ action: "fail", reason: "no more" }) },
      },
    },
    (worker) => {
      obliging(worker);
      if (worker.request.group === "bad") worker.exit(1);
    },
  );
  await pool.start();
  await clock.pass(100);
  await pool.stop({ group: "bad" });
  await pool.stop({ group: "web" });
  assert.is((await pool.closed).exitCode, 0);
});

test("a group that nobody knows, and a pool that does not run, are refused", async () => {
  const { pool } = rig({ groups: { web: { entry } } }, obliging);
  const codeOf = (error: { code: string }): string => error.code;
  assert.is(await pool.stop({ group: "web" }).catch(codeOf), "E_STATE");
  await pool.start();
  assert.is(await pool.stop({ group: "wep" }).catch(codeOf), "E_UNKNOWN_GROUP");
  assert.is(pool.status().pool.state, "running");
  await pool.stop();
});

test.run();
