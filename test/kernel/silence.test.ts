/** A worker that says nothing: told first, killed then, and only for a silence that the supervisor was there to hear. */
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import type { FakeWorker } from "./_ports.ts";
import { rig } from "./_ports.ts";

const test = suite("silence");

const groups = { g: { entry: "./g.ts", workers: 3, heartbeat: "30s" } };
const up = (worker: FakeWorker): void => worker.say("hello", "ready");
const isKilled = ({ heard }: FakeWorker): boolean => heard.includes("SIGKILL");

test("silence is told when two heartbeats are missing, and asked about; then it is the end", async () => {
  const { pool, context, clock, runtime, facts } = rig({ groups: { g: { entry: "./g.ts" } } }, up);
  await pool.start();
  const worker = runtime.worker("g#0");
  await clock.pass(24_999);
  assert.equal([facts("worker:silent").length, worker.heard], [0, []]);
  await clock.pass(1);
  const named = { slot: "g#0", group: "g", epoch: 1 };
  assert.equal(facts("worker:silent"), [{ ...named, pid: worker.pid, silentMs: 25_000, leftMs: 5_000 }]);
  assert.equal(worker.heard, ["ping"]);
  context().addEvidence("g#0", 1, { summary: "busy", stack: "at spin" });
  await clock.pass(4_999);
  assert.not(isKilled(worker));
  await clock.pass(1);
  assert.ok(isKilled(worker));
  context().addEvidence("g#0", 1, { summary: "very busy".padEnd(20_000) });
  worker.exit(null, "SIGKILL");
  const { report, verdict } = facts("exit:classified")[0]!;
  assert.is(report.evidence!.summary.length, 8 * 1024);
  assert.is(verdict.class, "stall");
  assert.match(verdict.reason, /^no heartbeat in time: very busy/);
  assert.is(facts("worker:evidence").length, 2);
});

test("one that speaks again goes on, and what was found out about it is forgotten", async () => {
  const { pool, context, clock, runtime, facts } = rig({ groups: { g: { entry: "./g.ts" } } }, up);
  await pool.start();
  const worker = runtime.worker("g#0");
  await clock.pass(26_000);
  context().addEvidence("g#0", 1, { summary: "busy" });
  worker.say("heartbeat");
  assert.equal(facts("worker:recovered"), [{ slot: "g#0", group: "g", epoch: 1, silentMs: 26_000 }]);
  context().addEvidence("g#0", 1, { summary: "too late" });
  context().addEvidence("g#0", 7, { summary: "nobody" });
  assert.is(facts("worker:evidence").length, 1);
  await clock.pass(24_000);
  assert.is(facts("worker:silent").length, 1);
  worker.exit(1);
  assert.is(facts("exit:classified")[0]!.report.evidence, undefined);
});

test("a worker that is silent while it drains does not have all of the drain", async () => {
  const group = { entry: "./g.ts", heartbeat: "6s", drain: "60s" };
  const { pool, clock, runtime, facts } = rig({ groups: { g: group } }, up);
  await pool.start();
  const worker = runtime.worker("g#0");
  void pool.restart("g#0");
  await clock.pass(5_000);
  worker.say("heartbeat");
  await clock.pass(5_999);
  assert.not(isKilled(worker));
  await clock.pass(1);
  assert.ok(isKilled(worker));
  worker.exit(null, "SIGKILL");
  const { class: name, reason } = facts("exit:classified")[0]!.verdict;
  assert.equal([name, reason], ["requested", "restart asked, forced by SIGKILL"]);
});

test("a worker that drains by itself and is silent is a stall", async () => {
  const group = { entry: "./g.ts", heartbeat: "6s", drain: "60s" };
  const { pool, clock, runtime, facts } = rig({ groups: { g: group } }, up);
  await pool.start();
  const worker = runtime.worker("g#0");
  worker.sink.frame({ type: "drainRequest" });
  await clock.pass(6_000);
  assert.ok(isKilled(worker));
  worker.exit(null, "SIGKILL");
  assert.is(facts("exit:classified")[0]!.verdict.class, "stall");
});

test("after its goodbye a worker that drains has no heartbeats to send", async () => {
  const group = { entry: "./g.ts", heartbeat: "6s", drain: "60s" };
  const { pool, clock, runtime } = rig({ groups: { g: group } }, up);
  await pool.start();
  const worker = runtime.worker("g#0");
  worker.sink.frame({ type: "goodbye", kind: "restart", drains: true });
  await clock.pass(59_999);
  assert.not(isKilled(worker));
});

test("a supervisor that was stopped kills nobody, also right at the deadline", async () => {
  for (const away of [24_500, 29_900, 30_000, 30_500, 31_500, 41_000, 3_600_000]) {
    const { pool, clock, runtime, facts } = rig({ groups }, up);
    await pool.start();
    await clock.pass(500);
    clock.stop(away);
    // Everybody was stopped: no word has come, and none comes at once.
    await clock.pass(9_000);
    for (const worker of runtime.workers) worker.say("heartbeat");
    await clock.pass(15_000);
    assert.is(runtime.workers.filter(isKilled).length, 0, `away for ${away}`);
    assert.is(facts("worker:silent").length, 0, `away for ${away}`);
    const { ms } = facts("pool:away")[0]!;
    assert.ok(ms >= away && ms <= away + 1_000, `${ms} of ${away}`);
  }
});

test("stopped again and again, it still finds the one that hangs, after the same time", async () => {
  const { pool, clock, runtime } = rig({ groups }, up);
  await pool.start();
  const [hanging, ...others] = runtime.workers as [FakeWorker, ...FakeWorker[]];
  let heard = 0;
  for (; !isKilled(hanging) && heard < 100_000; heard += 2_000) {
    clock.stop(10_000);
    await clock.pass(2_000);
    for (const worker of others) worker.say("heartbeat");
  }
  // Each time the last look before it was up to a second ago, which counts as away.
  assert.ok(heard >= 30_000 && heard <= 62_000, `${heard} ms`);
  assert.is(others.filter(isKilled).length, 0);
});

test("a word that comes with the first thing after a stop is enough", async () => {
  const { pool, clock, runtime } = rig({ groups }, up);
  await pool.start();
  for (let round = 0; round < 5; round++) {
    clock.stop(60_000);
    for (const worker of runtime.workers) worker.say("heartbeat");
    await clock.pass(20_000);
  }
  assert.is(runtime.workers.filter(isKilled).length, 0);
});

test("what comes up meanwhile has its time too", async () => {
  const { pool, clock, runtime } = rig({ groups: { g: { entry: "./g.ts", hello: "10s" } } }, () => {});
  void pool.start();
  await clock.pass(9_000);
  clock.stop(20_000);
  await clock.pass(900);
  const worker = runtime.worker("g#0");
  assert.not(isKilled(worker));
  await clock.pass(2_000);
  assert.ok(isKilled(worker));
});

test.run();
