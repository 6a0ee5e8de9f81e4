/** A slot that fails again and again goes on at the longest wait, and ends nobody else. */
import * as assert from "uvu/assert";
import { limited, onFailure } from "../../plugins/restart/index.ts";
import { suite } from "../_suite.ts";
import type { FakeWorker } from "./_ports.ts";
import { obliging, rig, settled } from "./_ports.ts";

const test = suite("degraded");

const entry = "./g.ts";

/** Is ready, and then ends by an error. */
function failing(worker: FakeWorker): void {
  worker.say("hello", "ready");
  worker.exit(1);
}

/** Ends every worker that there is by an error. */
function crash(workers: readonly FakeWorker[]): void {
  for (const worker of workers) if (!worker.isGone) worker.exit(1);
}

test("a dependency that is away for 12 s does not end a pool of four", async () => {
  const { pool, clock, runtime, facts } = rig({ groups: { g: { entry, workers: 4 } } });
  await pool.start();
  await clock.pass(20_000);
  runtime.begin = failing;
  crash([...runtime.workers]);
  await clock.pass(12_000);
  assert.is(pool.status().pool.state, "running");
  runtime.begin = obliging;
  await clock.pass(31_000);
  assert.equal(
    pool.status().groups[0]!.slots.map(({ state }) => state),
    Array(4).fill("ready"),
  );
  assert.equal(facts("pool:critical"), []);
  await pool.stop();
});

test("eight crashes of one group leave the other alone", async () => {
  const { pool, clock, runtime, facts } = rig({
    groups: { web: { entry }, bad: { entry, workers: 2 } },
  });
  await pool.start();
  runtime.begin = failing;
  crash(runtime.workers.filter(({ request }) => request.group === "bad"));
  await clock.pass(120_000);
  assert.ok(facts("worker:exited").length >= 12);
  const [web, bad] = pool.status().groups;
  assert.equal([web!.slots[0]!.state, web!.slots[0]!.epoch], ["ready", 1]);
  for (const { state } of bad!.slots) assert.is(state, "backoff");
  await pool.stop();
});

test("five kills a second do not end a pool, and it recovers when they stop", async () => {
  const { pool, clock, runtime } = rig({ groups: { jobs: { entry, workers: 4 } } });
  await pool.start();
  for (let kill = 0; kill < 100; kill++) {
    const alive = runtime.workers.filter(({ isGone }) => !isGone);
    alive[kill % Math.max(1, alive.length)]?.exit(null, "SIGKILL");
    await clock.pass(200);
  }
  assert.is(pool.status().pool.state, "running");
  await clock.pass(31_000);
  for (const { state } of pool.status().groups[0]!.slots) assert.is(state, "ready");
  await pool.stop();
});

test("a slot over its budget is degraded: told, shown, at the longest wait, until 60 s of health", async () => {
  const { pool, clock, runtime, facts } = rig();
  await pool.start();
  runtime.begin = failing;
  crash([...runtime.workers]);
  // 0.25 + 0.5 + 1 + 2 + 4 s: the sixth exit is one more than the budget.
  await clock.pass(7_750);
  const decided = facts("restart:decided");
  assert.equal(
    decided.map(({ delayMs }) => delayMs),
    [250, 500, 1000, 2000, 4000, 30_000],
  );
  assert.equal(
    decided.map(({ action }) => action),
    Array(6).fill("restart"),
  );
  const [told, ...others] = facts("slot:degraded");
  assert.equal(others, []);
  assert.equal([told!.slot, told!.counted, told!.limit], ["g#0", 6, 5]);
  const slot = (): { state: string; degraded: boolean } => pool.status().groups[0]!.slots[0]!;
  assert.ok(slot().degraded);
  await clock.pass(30_000);
  assert.is(facts("restart:decided").at(-1)!.delayMs, 30_000);

  runtime.begin = obliging;
  await clock.pass(30_000);
  assert.equal([slot().state, slot().degraded], ["ready", true]);
  const beat = setBeat(runtime.workers.at(-1)!, clock);
  await beat(59_000);
  assert.ok(slot().degraded);
  await beat(1_000);
  assert.not(slot().degraded);
  assert.equal(
    facts("slot:recovered").map(({ slot: id, reason }) => [id, reason]),
    [["g#0", "ready for 60 s"]],
  );
  runtime.workers.at(-1)!.exit(1);
  assert.is(facts("restart:decided").at(-1)!.delayMs, 0);
  await pool.stop();
});

/** Lets a worker say each second that it lives. */
function setBeat(worker: FakeWorker, clock: { pass(ms: number): Promise<void> }) {
  return async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      await clock.pass(1_000);
      worker.say("heartbeat");
    }
  };
}

test("only a policy fails a slot, and one with a count of its own is never degraded", async () => {
  const { pool, clock, runtime, facts } = rig({
    groups: { g: { entry, restart: limited({ max: 7, interval: 300, step: 0 }) }, other: { entry } },
  });
  await pool.start();
  runtime.begin = failing;
  runtime.worker("g#0").exit(1);
  await clock.pass(3_000);
  assert.equal(facts("slot:degraded"), []);
  const decided = facts("restart:decided");
  assert.equal(
    decided.map(({ action }) => action),
    [...Array(7).fill("restart"), "fail"],
  );
  assert.is(decided.at(-1)!.by, "restart of group g");
  assert.is(pool.status().groups[0]!.slots[0]!.state, "failed");
  await pool.stop();
});

test("who has decided is named: the policy, or the kernel where it overrules or slows down", async () => {
  const { pool, clock, runtime, facts } = rig({
    groups: { g: { entry, workers: { min: 1, max: 2 } } },
    plugins: [
      {
        name: "hasty",
        setup({ decisions }) {
          decisions.restart.tap("hasty", ({ report }) =>
            report.code === 7 ? { action: "restart", delayMs: 0, reason: "at once" } : undefined,
          );
        },
      },
    ],
  });
  await pool.start();
  const last = () => facts("restart:decided").at(-1)!;
  runtime.worker("g#0").exit(7);
  assert.equal([last().action, last().by, last().delayMs], ["restart", "hasty", 250]);
  assert.is(last().kernelRule, "at least 250 ms between two starts");
  await clock.pass(250);
  runtime.worker("g#0").exit(1);
  assert.equal([last().by, last().delayMs, last().kernelRule], ["poolable:default", 500, undefined]);

  await clock.pass(500);
  await pool.scale("g", 2);
  await clock.pass(1_000);
  runtime.worker("g#1").send = () => true;
  void pool.scale("g", 1);
  runtime.worker("g#1").exit(7);
  assert.equal([last().action, last().by], ["idle", "poolable:kernel"]);

  runtime.begin = failing;
  runtime.worker("g#0").exit(7);
  await clock.pass(60_000);
  assert.equal([last().by, last().delayMs], ["poolable:default", 30_000]);
  assert.match(last().kernelRule!, "the slot is degraded");
});

test("a worker that ends in order right after its start backs off, and that is told", async () => {
  const { pool, clock, runtime, facts } = rig();
  await pool.start();
  runtime.begin = (worker) => {
    worker.say("hello", "ready");
    worker.goodbye("done");
    worker.exit(0);
  };
  runtime.worker("g#0").goodbye("done");
  runtime.worker("g#0").exit(0);
  await clock.pass(120_000);
  const decided = facts("restart:decided");
  assert.equal(
    decided.slice(0, 8).map(({ delayMs }) => delayMs),
    [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000],
  );
  assert.is(decided[0]!.kernelRule, undefined);
  assert.is(decided[2]!.kernelRule, "ended without an error 3 times in a row, each within 10 s of its start");
  assert.equal(facts("slot:degraded"), []);

  // One that lives for a while is at the pace of the others again.
  runtime.begin = obliging;
  await clock.pass(40_000);
  runtime.worker("g#0").goodbye("done");
  runtime.worker("g#0").exit(0);
  assert.is(facts("restart:decided").at(-1)!.delayMs, 0);
  await pool.stop();
});

test("a restart that a worker asks for is not slowed down", async () => {
  const { pool, clock, runtime, facts } = rig();
  await pool.start();
  runtime.begin = (worker) => {
    worker.say("hello", "ready");
    worker.goodbye("restart");
    worker.exit(0);
  };
  runtime.worker("g#0").goodbye("restart");
  runtime.worker("g#0").exit(0);
  await clock.pass(10_500);
  assert.equal(
    facts("restart:decided").map(({ delayMs }) => delayMs),
    Array(11).fill(1000),
  );
  await pool.stop();
});

test("onFailure leaves a worker that ended in order idle", async () => {
  const { pool, clock, runtime } = rig({ groups: { g: { entry, restart: onFailure() }, other: { entry } } });
  await pool.start();
  runtime.worker("g#0").goodbye("done");
  runtime.worker("g#0").exit(0);
  await clock.pass(60_000);
  assert.equal([pool.status().groups[0]!.slots[0]!.state, runtime.workers.length], ["idle", 2]);
  await pool.stop();
});

test("start() and scale() do not wait for a degraded slot, and restart() rejects when it is degraded again", async () => {
  const { pool, clock, runtime, facts } = rig({ groups: { g: { entry, workers: 2 } } }, (worker) => {
    if (worker.request.slot === "g#0") obliging(worker);
    else worker.exit(1);
  });
  const start = pool.start();
  assert.is(await settled(start), "pending");
  await clock.pass(8_000);
  assert.is(await settled(start), undefined);
  assert.is(facts("slot:degraded").length, 1);

  const restart = pool.restart("g#1").catch(String);
  await clock.pass(0);
  assert.is(facts("slot:recovered").at(-1)!.reason, "restarted on request");
  await clock.pass(10_000);
  assert.match((await settled(restart)) as string, /g#1 did not come up: code 1 before hello/);
  runtime.begin = obliging;
  const again = pool.restart("g#1");
  await clock.pass(300);
  assert.is(await settled(again), undefined);
  await pool.stop();
});

test("a new generation starts with a fresh budget", async () => {
  const { pool, clock, runtime } = rig({ groups: { g: { entry, workers: 2 } } }, (worker) => {
    if (worker.request.slot === "g#0") obliging(worker);
    else worker.exit(1);
  });
  void pool.start();
  await clock.pass(8_000);
  assert.ok(pool.status().groups[0]!.slots[1]!.degraded);
  runtime.begin = obliging;
  const reload = pool.reload();
  await clock.pass(20_000);
  assert.is((await reload).rolledBack, false);
  const slot = pool.status().groups[0]!.slots[1]!;
  assert.equal([slot.state, slot.degraded], ["ready", false]);
  await pool.stop();
});

test.run();
