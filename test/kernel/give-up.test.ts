/** When a pool without any worker that is ready gives up, and what does not keep it open. */
import * as assert from "uvu/assert";
import { limited, never, onFailure } from "../../plugins/restart/index.ts";
import { suite } from "../_suite.ts";
import type { FakeWorker } from "./_ports.ts";
import { obliging, rig, settled } from "./_ports.ts";

const test = suite("give up");

const entry = "./g.ts";
const dormant = { entry, type: "job", workers: { min: 0, max: 2 } } as const;

const hopeless = (worker: FakeWorker): void => worker.exit(1);

test("a pool none of whose workers is ready for 5 minutes ends with 75", async () => {
  const { pool, clock, runtime } = rig({ groups: { g: { entry, workers: 2 } } });
  await pool.start();
  await clock.pass(20_000);
  runtime.begin = hopeless;
  runtime.worker("g#0").exit(1);
  await clock.pass(60_000);
  // The other one was ready until now.
  runtime.worker("g#1").exit(1);
  await clock.pass(299_000);
  assert.is(pool.status().pool.state, "running");
  await clock.pass(1_000);
  const end = await pool.closed;
  assert.is(end.exitCode, 75);
  assert.match(end.reason, "no worker of any group was ready for 5 min");
});

test("a slot that is ready for a moment begins the time anew", async () => {
  const { pool, clock, runtime } = rig({ giveUp: "60s" });
  await pool.start();
  runtime.begin = (worker) => {
    worker.say("hello", "ready");
    worker.exit(1);
  };
  runtime.worker("g#0").exit(1);
  await clock.pass(600_000);
  assert.is(pool.status().pool.state, "running");
  await pool.stop();
});

test("giveUp: false goes on for ever", async () => {
  const { pool, clock, runtime } = rig({ giveUp: false });
  await pool.start();
  runtime.begin = hopeless;
  runtime.worker("g#0").exit(1);
  await clock.pass(24 * 3_600_000);
  assert.is(pool.status().pool.state, "running");
  await pool.stop();
});

test("a start that takes longer than giveUp has its time, and time that the supervisor was away does not count", async () => {
  const groups = { g: { entry, ready: "10m" } };
  const { pool, clock, runtime } = rig({ giveUp: "60s", groups });
  await pool.start();
  runtime.begin = (worker) => worker.say("hello");
  runtime.worker("g#0").exit(1);
  await clock.pass(300_000);
  clock.stop(3_600_000);
  await clock.pass(200_000);
  assert.is(pool.status().pool.state, "running");
  runtime.worker("g#0").say("ready");
  assert.is(pool.status().groups[0]!.slots[0]!.state, "ready");
});

test("a group that only others call keeps no pool open when they have failed", async () => {
  const { pool, runtime } = rig({
    groups: { web: { entry, type: "reactor", calls: ["images"], restart: never() }, images: dormant },
  });
  await pool.start();
  runtime.worker("web#0").exit(1);
  const end = (await settled(pool.closed)) as { exitCode: number; reason: string };
  assert.is(end.exitCode, 75);
  assert.is(end.reason, "every slot that is left has failed");
});

test("nor when they have ended in order: 0", async () => {
  const { pool, runtime } = rig({
    groups: { web: { entry, type: "reactor", calls: ["images"], restart: onFailure() }, images: dormant },
  });
  await pool.start();
  runtime.worker("web#0").goodbye("done");
  runtime.worker("web#0").exit(0);
  assert.is(((await settled(pool.closed)) as { exitCode: number }).exitCode, 0);
});

test("one that somebody outside may call keeps it open until it gives up", async () => {
  const { pool, clock, runtime } = rig({
    groups: { web: { entry, restart: limited({ max: 0 }) }, images: dormant },
  });
  await pool.start();
  await clock.pass(1_000);
  runtime.worker("web#0").exit(1);
  await clock.pass(299_000);
  assert.is(pool.status().pool.state, "running");
  await clock.pass(1_000);
  assert.is((await pool.closed).exitCode, 75);
});

test("a pool that only waits to be called, or to be scaled up, does not give up", async () => {
  const { pool, clock, runtime } = rig({ groups: { images: { ...dormant, restart: limited({ max: 0 }) } } });
  await pool.start();
  await pool.scale("images", 2);
  runtime.worker("images#0").exit(1);
  await pool.scale("images", 0);
  await clock.pass(3_600_000);
  assert.is(pool.status().pool.state, "running");
  runtime.begin = obliging;
  await pool.scale("images", 1);
  await pool.stop();
});

test("giveUp takes a duration or false", () => {
  assert.throws(
    () => rig({ giveUp: "soon" }),
    /giveUp: "soon" is not accepted; expected milliseconds or text such as '30s', at most '8760h', or false/,
  );
  assert.throws(() => rig({ giveUp: 0 }), /giveUp: 0 is not accepted/);
  assert.is(rig({ giveUp: "2m" }).pool.config.giveUp, 120_000);
  assert.is(rig().pool.config.giveUp, 300_000);
});

test.run();
