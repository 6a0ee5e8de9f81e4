/** What a status tells of slots that have no worker yet. */
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { obliging, rig } from "./_ports.ts";

const test = suite("status");

test("a slot that waits tells why, and when it starts", async () => {
  const { pool, clock, runtime } = rig();
  void pool.start();
  await clock.pass(1_000);
  const slot = () => pool.status().groups[0]!.slots[0]!;
  assert.is(slot().waiting, null);
  for (let left = 3; left > 0; left--) {
    runtime.worker("g#0").exit(1);
    await clock.pass(left > 1 ? 30_000 : 0);
  }
  assert.is(slot().state, "backoff");
  const { reason, startsInMs } = slot().waiting!;
  assert.match(reason, /^uncaught: /);
  assert.ok(startsInMs! > 0, String(startsInMs));
  await clock.pass(startsInMs!);
  assert.is(slot().waiting, null);
  void pool.stop();
  await clock.pass(100_000);
});

test("a slot whose group is not due yet tells so", async () => {
  const groups = { a: { entry: "./a.ts" }, b: { entry: "./b.ts" } };
  const begin = (worker: Parameters<typeof obliging>[0]): void =>
    worker.request.group === "a" ? undefined : obliging(worker);
  const { pool, clock } = rig({ groups, strategy: "rest-for-one" }, begin);
  const started = pool.start().catch(() => {});
  await clock.pass(1_000);
  assert.equal(pool.status().groups[1]!.slots[0]!.waiting, {
    reason: "the groups before its own are not ready",
    startsInMs: null,
  });
  void pool.stop({ now: true });
  await clock.pass(100_000);
  void started;
});

test.run();
