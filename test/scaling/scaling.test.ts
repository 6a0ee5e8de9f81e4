// timeout: 180
// brief: node (marked)
/** Groups that grow and shrink, with real workers. */
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import type { HookPayload, JobClient, Pool } from "../../index.ts";
import { byQueueWait, byRequest, bySchedule, byUtilisation, scaling } from "../../plugins/index.ts";
import type { ScalingStrategy } from "../../plugins/index.ts";
import { suite } from "../_suite.ts";
import { nextFact, poolFor, record } from "../harness/pool.ts";
import { connected, errorOf, running, work } from "../jobs/_pool.ts";

const test = suite("scaling");

/** Resolves with the next fact that a group has so many. */
const scaledTo = (pool: Pool, to: number): Promise<HookPayload<"group:scaled">> =>
  nextFact(pool, "group:scaled", (fact) => fact.to === to);

/** Keeps jobs waiting until it is ended: how fast workers come up is the machine's affair. */
function loading(jobs: JobClient): { end(): Promise<void> } {
  let isOver = false;
  const lane = async (): Promise<void> => {
    while (!isOver) await jobs.run("slow", { ms: 100 });
  };
  const lanes = Promise.all(Array.from({ length: 12 }, lane));
  return {
    async end() {
      isOver = true;
      await lanes;
    },
  };
}

const one = { maxConcurrent: 1 };

test(
  "from nothing by demand, up under load, one by one, and down to nothing",
  { brief: true, timeout: 90_000 },
  async (t) => {
    const { jobs, pool } = await running(
      t,
      { w: work({ workers: { min: 0, max: 3 }, jobs: one }) },
      { plugins: [scaling({}, { up: "200ms", down: "1s" })] },
    );
    const told = record(pool, "group:scaled");
    assert.is(await jobs.run("add", 1), 2);
    const load = loading(jobs);
    await scaledTo(pool, 3);
    await load.end();
    await scaledTo(pool, 0);
    const numbers = told.map(({ to }) => to);
    assert.equal(numbers, [1, 2, 3, 2, 1, 0]);
    assert.equal([...new Set(told.map(({ by }) => by))], ["scaling demand", "scaling byRequest"]);
    assert.is(await jobs.run("add", 2), 3, "and up again");
  },
);

test("the idlest goes, and what the others have goes on", { timeout: 90_000 }, async (t) => {
  const { jobs, pool } = await running(t, { w: work({ workers: { min: 1, max: 3 }, jobs: one }) });
  await pool.scale("w", 3);
  await connected(jobs, 3);
  const options = { affinity: "x" };
  const { slot: busy } = (await jobs.run("who", 0, options)) as { slot: string };
  const slow = jobs.run("slow", { ms: 1_500 }, options);
  await sleep(200);
  await pool.scale("w", 1);
  const left = pool.status().groups[0]!.slots.filter(({ state }) => state === "ready");
  assert.equal(
    left.map(({ id }) => id),
    [busy],
  );
  assert.is(await slow, 1_500);
});

test("the budget refuses, for the plugin as for everybody, and says why", { timeout: 90_000 }, async (t) => {
  const groups = {
    w: work({ workers: { min: 1, max: 4 }, jobs: one }),
    other: work({ workers: { min: 1, max: 4 } }),
  };
  let used = 0;
  const budget = { workers: 3, memory: 1_000_000_000 };
  const plugins = [scaling({}, { up: 100, budget, memory: () => ({ used, limit: 2e9 }) })];
  const { jobs, pool } = await running(t, groups, { plugins });
  const refused = new Promise<HookPayload<"group:refused">>((resolve) =>
    pool.hooks.hookOnce("group:refused", resolve),
  );
  const load = loading(jobs);
  const { group, by, reason } = await refused;
  assert.equal([group, by], ["w", "scaling byRequest"]);
  assert.match(reason, "the pool's budget is 3 workers, and it has 3");
  const error = await errorOf(pool.scale("other", 4));
  assert.is(error.code as string, "E_SCALE_REFUSED");
  await load.end();
  await pool.scale("w", 1);
  used = 999_999_999;
  assert.match((await errorOf(pool.scale("w", 2))).message, "of memory");
});

const busy: [name: string, strategy: ScalingStrategy][] = [
  ["eventLoop", byUtilisation({ target: 0.3 })],
  ["cpu", byUtilisation({ target: 0.1, of: "cpu" })],
];
for (const [name, strategy] of busy) {
  test(`by utilisation of the ${name}: up while workers are busy, down when they are not`, async (t) => {
    const { jobs, pool } = await running(
      t,
      { w: work({ workers: { min: 1, max: 2 } }) },
      { plugins: [scaling({ w: strategy }, { up: 200, down: "1s" })] },
    );
    const up = scaledTo(pool, 2);
    let isOver = false;
    const load = (async () => {
      while (!isOver) await jobs.map("burn", [{ ms: 30 }, { ms: 30 }]);
    })();
    assert.is((await up).by, "scaling byUtilisation");
    const down = scaledTo(pool, 1);
    isOver = true;
    await load;
    assert.is((await down).from, 2);
  });
}

test("by queue wait: more while jobs wait longer than they may", async (t) => {
  const { jobs, pool } = await running(
    t,
    { w: work({ workers: { min: 1, max: 4 }, jobs: one }) },
    { plugins: [scaling({ w: byQueueWait({ target: 150 }) }, { up: 100, down: "30s" })] },
  );
  const load = Array.from({ length: 40 }, () => jobs.run("slow", { ms: 100 }));
  await scaledTo(pool, 4);
  await Promise.all(load);
  // What waits less than that is no reason.
  const told = record(pool, "group:scaled");
  await Promise.all(Array.from({ length: 8 }, () => jobs.run("slow", { ms: 20 })));
  assert.equal(told, []);
});

test("by schedule, with another strategy that wants less", async (t) => {
  const allDay = bySchedule([{ from: "00:00", to: "24:00", workers: 2 }]);
  const { pool } = await running(
    t,
    { w: work({ workers: { min: 0, max: 4 } }) },
    { plugins: [scaling({ w: [byRequest(), allDay] }, { down: 100 })] },
  );
  assert.is((await scaledTo(pool, 2)).by, "scaling bySchedule");
});

test("a worker asks for workers: of its own group, and of those that it calls", async (t) => {
  const free = { workers: { min: 0, max: 1 } };
  const { pool, connection } = await running(t, {
    a: work({ workers: { min: 1, max: 2 }, calls: ["b"] }),
    b: work(free),
    c: work(free),
  });
  const told = record(pool, "group:scaled");
  const asked: string[] = [];
  pool.hooks.hook("scaling:requested", ({ group, by }) => void asked.push(`${by} for ${group}`));
  const up = Promise.all([scaledTo(pool, 1), scaledTo(pool, 2)]);
  for (const group of ["c", "nope", 7, "b", undefined]) await connection.jobs("a").run("needWorker", group);
  await up;
  assert.equal(asked, ["a#0 for b", "a#0 for a"]);
  assert.equal(
    told.map(({ group, to, by }) => [group, to, by]),
    [
      ["b", 1, "scaling demand"],
      ["a", 2, "scaling byRequest"],
    ],
  );
});

test("when none comes up, more of them are not tried", async (t) => {
  const { jobs, pool } = await running(
    t,
    { w: work({ workers: { min: 1, max: 4 } }) },
    { plugins: [scaling({}, { up: 50 })] },
  );
  pool.decisions.spawnOptions.tap("broken", () => {
    throw new Error("for the test");
  });
  const told = record(pool, "group:scaled");
  const tries = new Promise<void>((resolve) => {
    let count = 0;
    pool.hooks.hook("restart:decided", () => void (++count === 4 && resolve()));
  });
  const gone = new Promise((resolve) => pool.hooks.hookOnce("restart:decided", resolve));
  const lost = errorOf(jobs.run("exit", 1));
  assert.is((await lost).code, "WORKER_LOST");
  await gone;
  const waits = errorOf(jobs.run("add", 1, { queueTimeout: "20s" }));
  await tries;
  assert.equal(told, []);
  await pool.stop({ now: true });
  assert.is((await waits).code, "POOL_STOPPING");
});

test(
  "a group that is left alone, one that does not exist, one that cannot change",
  { brief: true },
  async (t) => {
    const start = (groups: object, workers: object): Promise<unknown> => {
      const pool = poolFor(t, {
        name: "x",
        groups: { w: work(workers) },
        plugins: [scaling(groups as never)],
      });
      return errorOf(pool.start());
    };
    assert.match(
      String(await start({ nope: byRequest() }, {})),
      'scaling: there is no group "nope"; there are w',
    );
    assert.match(String(await start({ w: byRequest() }, {})), "scaling: group w is fixed at 1 workers");
    assert.match(
      String(await start({ w: {} }, { workers: { min: 0, max: 1 } })),
      "expected strategies such as byRequest()",
    );
    const budget = { plugins: [scaling({}, { budget: { workers: 1 } })] };
    const many = poolFor(t, { name: "x", groups: { w: work({ workers: { min: 2, max: 3 } }) }, ...budget });
    assert.match((await errorOf(many.start())).message, "workers: 1 is not accepted; expected at least 2");
    const left = await running(
      t,
      { w: work({ workers: { min: 0, max: 1 } }) },
      { plugins: [scaling({ w: false })] },
    );
    assert.is((await errorOf(left.jobs.run("add", 1, { queueTimeout: 300 }))).code, "QUEUE_TIMEOUT");
  },
);

test.run();
