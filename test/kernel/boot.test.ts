/** A group that cannot start ends the pool while that starts, and never later. */
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import type { FakeWorker } from "./_ports.ts";
import { obliging, rig } from "./_ports.ts";

const test = suite("boot");

const entry = "./g.ts";

/** Cannot start: its entry throws, or its `setup` does. */
const broken =
  (stage: string) =>
  (worker: FakeWorker): void => {
    worker.say("hello");
    fail(worker, stage);
  };

function fail(worker: FakeWorker, stage: string): void {
  worker.sink.frame({ type: "goodbye", kind: "startFailed", stage, reason: "no database" });
  worker.exit(1);
}

for (const [stage, exitCode] of [
  ["import", 2],
  ["setup", 1],
] as const) {
  test(`a group none of whose workers comes up ends the pool that starts: ${stage}`, async () => {
    const { pool, clock } = rig({ groups: { web: { entry }, bad: { entry, workers: 2 } } }, (worker) =>
      worker.request.group === "bad" ? broken(stage)(worker) : obliging(worker),
    );
    void pool.start();
    await clock.pass(1_000);
    const end = await pool.closed;
    assert.is(end.exitCode, exitCode);
    assert.is(end.reason, "group bad cannot start: no database");
  });
}

test("an entry that cannot be loaded ends the pool that starts at its first failure, and is told once", async () => {
  const { pool, clock, runtime, facts } = rig(
    { groups: { web: { entry }, bad: { entry, workers: 4 } } },
    (worker) => {
      if (worker.request.group === "web") return obliging(worker);
      // The others are still at it.
      worker.say("hello");
      worker.send = (frame) => {
        if (frame.type === "stop") queueMicrotask(() => fail(worker, "import"));
        return true;
      };
    },
  );
  void pool.start();
  await clock.pass(10);
  fail(runtime.worker("bad#2"), "import");
  await clock.pass(10);
  assert.is(pool.status().pool.state, "terminated");
  const end = await pool.closed;
  assert.equal(end, { exitCode: 2, reason: "group bad cannot start: no database" });
  assert.is(facts("pool:critical").length, 1);
  const failures = facts("restart:decided").filter(({ verdict }) => verdict.class === "startFailure");
  assert.equal(
    failures.map(({ slot, action }) => [slot, action]),
    [["bad#2", "shutdown"]],
  );
  assert.is(runtime.workers.filter(({ request }) => request.group === "bad").length, 4);
});

test("an entry that one worker has loaded is not given up because another one could not", async () => {
  const { pool, clock, runtime } = rig({ groups: { web: { entry, workers: 2 } } }, (worker) =>
    worker.request.slot === "web#1" ? worker.say("hello") : obliging(worker),
  );
  void pool.start();
  await clock.pass(10);
  fail(runtime.worker("web#1"), "import");
  await clock.pass(100);
  assert.is(pool.status().pool.state, "running");
  await pool.stop();
});

test("a group that starts from zero and cannot start ends nothing, hours after the start", async () => {
  const { pool, clock, runtime } = rig({
    groups: { web: { entry }, images: { entry, type: "job", workers: { min: 0, max: 2 } } },
  });
  await pool.start();
  await clock.pass(10_000);
  runtime.begin = broken("setup");
  void pool.scale("images", 1, "by request");
  await clock.pass(10_000);
  assert.is(pool.status().pool.state, "running");
  assert.is(runtime.worker("web#0").request.epoch, 1);
  runtime.begin = obliging;
  await clock.pass(30_000);
  assert.is(pool.status().groups[1]!.slots[0]!.state, "ready");
  await pool.stop();
});

test("nor while the pool starts", async () => {
  const { pool, clock } = rig(
    { groups: { web: { entry }, images: { entry, type: "job", workers: { min: 0, max: 2 } } } },
    (worker) => {
      if (worker.request.group === "images") broken("setup")(worker);
      else worker.say("hello");
    },
  );
  void pool.start();
  await clock.pass(10);
  void pool.scale("images", 1);
  await clock.pass(5_000);
  assert.is(pool.status().pool.state, "running");
});

test("a pool that was running once goes on, also when a group has never been ready", async () => {
  // Its first worker has ended for good: there was nothing more to wait for.
  const { pool, clock, runtime } = rig({
    groups: { web: { entry }, late: { entry, workers: { min: 1, max: 2 } } },
  });
  runtime.begin = (worker) => {
    if (worker.request.group === "web") return obliging(worker);
    worker.say("hello");
    worker.goodbye("permanent");
    worker.exit(0);
  };
  await pool.start();
  runtime.begin = broken("import");
  await clock.pass(1_000);
  void pool.scale("late", 2).catch(() => {});
  void pool.scale("late", 1).catch(() => {});
  await clock.pass(5_000);
  assert.is(pool.status().pool.state, "running");
});

test.run();
