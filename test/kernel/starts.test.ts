/** Starts that hang, and herds of them, hold nobody else up. */
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { obliging, rig } from "./_ports.ts";

const test = suite("starts");

const entry = "./g.ts";

test("eight starts of one group that hang do not hold up the restart of another", async () => {
  const { pool, clock, runtime } = rig({ groups: { bad: { entry, workers: 10 }, web: { entry } } });
  await pool.start();
  await clock.pass(20_000);
  runtime.begin = (worker) => {
    if (worker.request.group === "web") obliging(worker);
    else worker.say("hello");
  };
  for (const worker of [...runtime.workers]) if (worker.request.group === "bad") worker.exit(1);
  await clock.pass(100);
  runtime.worker("web#0").exit(1);
  // The eight have just been started: so many at once are what the machine is spared.
  await clock.pass(900);
  const web = (): { state: string; epoch: number } => pool.status().groups[1]!.slots[0]!;
  assert.equal([web().state, web().epoch], ["ready", 2]);
  await clock.pass(2_000);
  runtime.worker("web#0").exit(1);
  await clock.pass(600);
  assert.equal([web().state, web().epoch], ["ready", 3]);
  const hanging = pool.status().groups[0]!.slots.filter(({ state }) => state === "starting");
  assert.is(hanging.length, 8, "more of one group start at the same time than the bound");
});

test("a long queue of one group does not come before the others", async () => {
  const { pool, clock, runtime } = rig({
    groups: { herd: { entry, workers: 100 }, web: { entry, workers: 2 } },
  });
  runtime.begin = (worker) => void setTimeout(() => obliging(worker), 0);
  void pool.start();
  await clock.pass(0);
  const order = runtime.workers.map(({ request }) => request.slot);
  assert.ok(order.slice(0, 4).includes("web#1"), order.join(" "));
});

test("a herd of many groups is started eight a second while nobody comes up", async () => {
  const groups = Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [`g${index}`, { entry, workers: 2 }]),
  );
  const { pool, clock, runtime } = rig({ groups }, (worker) => worker.say("hello"));
  void pool.start();
  for (const started of [8, 16, 24]) {
    await clock.pass(0);
    assert.is(runtime.workers.length, started);
    await clock.pass(999);
    assert.is(runtime.workers.length, started);
    await clock.pass(1);
  }
});

test.run();
