// timeout: 180
/** Groups that grow and shrink, with real workers. */
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import type { HookPayload, Pool } from "../../index.ts";
import { createPool } from "../../index.ts";
import { byRequest, scaling } from "../../plugins/index.ts";
import { connected, errorOf, running, work } from "../jobs/_pool.ts";
import { suite } from "../_suite.ts";

const test = suite("scaling");

/** Steps of a group, as they are told. */
function steps(pool: Pool): HookPayload<"group:scaled">[] {
  const told: HookPayload<"group:scaled">[] = [];
  pool.hooks.hook("group:scaled", (fact) => void told.push(fact));
  return told;
}

/** Resolves with the next fact that a group has so many. */
function scaledTo(pool: Pool, to: number): Promise<HookPayload<"group:scaled">> {
  return new Promise((resolve) => {
    const remove = pool.hooks.hook("group:scaled", (fact) => {
      if (fact.to !== to) return;
      remove();
      resolve(fact);
    });
  });
}

const one = { maxConcurrent: 1 };

test(
  "from nothing by demand, up under load, one by one, and down to nothing",
  { timeout: 40_000 },
  async (t) => {
    const { jobs, pool } = await running(
      t,
      { w: work({ workers: { min: 0, max: 3 }, jobs: one }) },
      { plugins: [scaling({}, { up: "200ms", down: "1s" })] },
    );
    const told = steps(pool);
    const before = performance.now();
    assert.is(await jobs.run("add", 1), 2);
    const firstAnswer = performance.now() - before;
    assert.ok(firstAnswer < 5_000, `${firstAnswer} ms`);
    const load = Array.from({ length: 30 }, () => jobs.run("slow", { ms: 100 }));
    await scaledTo(pool, 3);
    await Promise.all(load);
    await scaledTo(pool, 0);
    const numbers = told.map(({ to }) => to);
    assert.equal(numbers, [1, 2, 3, 2, 1, 0]);
    assert.equal([...new Set(told.map(({ by }) => by))], ["scaling demand", "scaling byRequest"]);
    assert.is(await jobs.run("add", 2), 3, "and up again");
  },
);

test("the idlest goes, and what the others have goes on", { timeout: 30_000 }, async (t) => {
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

test("the budget refuses, for the plugin as for everybody, and says why", { timeout: 30_000 }, async (t) => {
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
  const load = Promise.all(Array.from({ length: 20 }, () => jobs.run("slow", { ms: 100 })));
  const { group, by, reason } = await refused;
  assert.equal([group, by], ["w", "scaling byRequest"]);
  assert.match(reason, "the pool's budget is 3 workers, and it has 3");
  const error = await errorOf(pool.scale("other", 4));
  assert.is(error.code as string, "E_SCALE_REFUSED");
  await load;
  await pool.scale("w", 1);
  used = 999_999_999;
  assert.match((await errorOf(pool.scale("w", 2))).message, "of memory");
});

test("a group that is left alone, one that does not exist, one that cannot change", async (t) => {
  const start = (groups: object, workers: object): Promise<unknown> => {
    const pool = createPool({ name: "x", groups: { w: work(workers) }, plugins: [scaling(groups as never)] });
    t.defer(() => pool.stop({ now: true }));
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
  const left = await running(
    t,
    { w: work({ workers: { min: 0, max: 1 } }) },
    { plugins: [scaling({ w: false })] },
  );
  assert.is((await errorOf(left.jobs.run("add", 1, { queueTimeout: 300 }))).code, "QUEUE_TIMEOUT");
});

test.run();
