import * as assert from "uvu/assert";
import type { GroupConfig, Pool, PoolConfig } from "../../index.ts";
import { never, reload } from "../../plugins/index.ts";
import type { Suite, TestContext } from "../_suite.ts";
import { fixture, poolsIn, testsIn } from "./_pool.ts";
import type { Pools } from "./_pool.ts";
import type { World } from "./_worlds.ts";

/** What may differ in the next generation. */
type Change = Pick<PoolConfig, "strategy"> & Pick<GroupConfig, "ready" | "restart">;

/** A pool whose next generation is what `deploy` sets. */
function makeDeployable(
  { started }: Pools,
  t: TestContext,
  group: Partial<GroupConfig> = {},
): { pool: Pool; deploy(env: Record<string, string>, changed?: Change): void } {
  let env: Record<string, string> = { VERSION: "1" };
  let change: Change = {};
  const config = ({ strategy, ...changed } = change): PoolConfig => ({
    name: "reloads",
    ...(strategy && { strategy }),
    plugins: [reload({ minReady: 300 })],
    groups: {
      w: {
        entry: fixture("versioned.mjs"),
        listen: { port: 0 },
        workers: 2,
        ready: "2s",
        drain: "3s",
        ...group,
        ...changed,
        env,
      },
    },
  });
  const pool = started(t, config(), { load: config });
  return {
    pool,
    deploy(next, changed = {}) {
      env = next;
      change = changed;
    },
  };
}

const slots = (pool: Pool, key: "generation" | "epoch" | "state"): unknown[] =>
  pool.status().groups[0]!.slots.map((slot) => slot[key]);

/** How reloads go with real processes. */
export function reloadBehaviours(suite: Suite, world: World): void {
  const test = testsIn(suite, world);
  const pools = poolsIn(world);
  const deployable = (t: TestContext, group?: Partial<GroupConfig>): ReturnType<typeof makeDeployable> =>
    makeDeployable(pools, t, group);

  test(
    "soft: every worker is replaced, never fewer than wanted are ready, and one is surplus at most",
    { brief: true },
    async (t) => {
      const { pool, deploy } = deployable(t);
      await pool.start();
      const ready = new Set(["w#0 1", "w#1 1"]);
      const alive = new Set(ready);
      let [least, most] = [ready.size, alive.size];
      pool.hooks.hook("slot:state", ({ slot, epoch, to }) => {
        const worker = `${slot} ${epoch}`;
        if (to === "starting") alive.add(worker);
        else if (to === "idle" || to === "backoff") alive.delete(worker);
        if (to === "ready") ready.add(worker);
        else ready.delete(worker);
        least = Math.min(least, ready.size);
        most = Math.max(most, alive.size);
      });
      deploy({ VERSION: "2" });
      const logs: string[] = [];
      pool.hooks.hook("worker:log", ({ slot, message }) => void logs.push(`${slot} ${message}`));
      const report = await pool.reload();
      assert.equal([report.replaced, report.failed, report.rolledBack, report.reason], [2, 0, false, null]);
      assert.equal(slots(pool, "generation"), [2, 2]);
      assert.equal(slots(pool, "epoch"), [2, 2]);
      assert.is(pool.status().pool.generation, 2);
      assert.equal([least, most], [2, 3]);
      assert.equal(logs, ["w#0 reload", "w#1 reload"]);
    },
  );

  for (const [broken, indicator] of [
    ["import", "throws at import"],
    ["neverReady", "not ready in time"],
    ["early", "code 5"],
  ] as const) {
    test(
      `rolled back: a generation that is broken by ${broken}`,
      { brief: broken === "import" },
      async (t) => {
        const { pool, deploy } = deployable(t);
        await pool.start();
        const before = slots(pool, "epoch");
        deploy({ VERSION: "2", BROKEN: broken });
        const report = await pool.reload();
        assert.ok(report.rolledBack);
        assert.match(report.reason ?? "", indicator);
        assert.equal(slots(pool, "epoch"), before);
        assert.equal(slots(pool, "generation"), [1, 1]);
        assert.is(pool.status().pool.generation, 1);
      },
    );
  }

  test("rolled back in the middle: what was replaced goes back", async (t) => {
    const { pool, deploy } = deployable(t);
    await pool.start();
    pool.hooks.hookOnce("reload:progress", () => {
      // The second new worker gets no folder to start in.
      pool.decisions.spawnOptions.tap("saboteur", (options, { generation }) =>
        generation === 2 ? { ...options, cwd: "/nowhere" } : options,
      );
    });
    deploy({ VERSION: "2" });
    const report = await pool.reload();
    assert.ok(report.rolledBack);
    assert.is(report.replaced, 2);
    assert.equal(slots(pool, "generation"), [1, 1]);
    assert.equal(slots(pool, "state"), ["ready", "ready"]);
  });

  test("hard: all end before one starts", { brief: true }, async (t) => {
    const { pool, deploy } = deployable(t);
    await pool.start();
    const order: string[] = [];
    pool.hooks.hook("worker:exited", () => void order.push("exit"));
    pool.hooks.hook("worker:spawned", () => void order.push("spawn"));
    deploy({ VERSION: "2" });
    const report = await pool.reload({ hard: true });
    assert.equal(order, ["exit", "exit", "spawn", "spawn"]);
    assert.equal([report.replaced, report.rolledBack], [2, false]);
    assert.equal(slots(pool, "generation"), [2, 2]);
    assert.is(pool.status().pool.state, "running");
  });

  test("reloads during a reload wait and become one, and hard wins", { timeout: 40_000 }, async (t) => {
    const { pool } = deployable(t);
    await pool.start();
    const [first, second, third] = [
      pool.reload(),
      pool.reload({ hard: true }),
      pool.reload({ groups: ["w"] }),
    ];
    assert.is((await first).generation, 2);
    assert.is((await second).generation, 3);
    assert.equal([(await third).generation, (await third).hard], [3, true]);
  });

  test("a new generation has its own timeouts and restart policy, from its first worker on", async (t) => {
    const { pool, deploy } = deployable(t, { workers: 1, ready: "30s" });
    await pool.start();
    // With the time of the generation before it would wait for half a minute.
    deploy({ VERSION: "2", BROKEN: "neverReady" }, { ready: "300ms", restart: never() });
    assert.ok((await pool.reload()).rolledBack);
    deploy({ VERSION: "3" }, { restart: never() });
    await pool.reload();
    const failed = new Promise<void>((resolve) => {
      pool.hooks.hook("slot:state", ({ to }) => void (to === "failed" && resolve()));
    });
    process.kill(pool.status().groups[0]!.slots[0]!.pid!, "SIGKILL");
    await failed;
  });

  test("an unknown group, and a config that only a restart can take, are refused", async (t) => {
    const { pool, deploy } = deployable(t);
    await pool.start();
    const unknown = await pool.reload({ groups: ["x"] }).catch((error: { code: string }) => error.code);
    assert.is(unknown, "E_UNKNOWN_GROUP");
    deploy({}, { strategy: "one-for-all" });
    const refused = await pool.reload().catch((error: Error) => error);
    assert.match(
      (refused as Error).message,
      'strategy: "one-for-all" instead of "one-for-one"; a reload keeps it',
    );
  });

  test("stop in the middle of a reload", { brief: true }, async (t) => {
    const { pool } = deployable(t);
    await pool.start();
    const report = pool.reload();
    await new Promise<void>((resolve) => pool.hooks.hookOnce("worker:spawned", () => resolve()));
    assert.is((await pool.stop()).exitCode, 0);
    assert.match((await report).reason ?? "", "stop");
  });

  test("scale and crash in the middle of a reload", { timeout: 40_000 }, async (t) => {
    const { pool } = deployable(t, { workers: { min: 1, max: 4 } });
    await pool.start();
    const report = pool.reload();
    await pool.scale("w", 4);
    process.kill(pool.status().groups[0]!.slots[3]!.pid!, "SIGKILL");
    await pool.scale("w", 2);
    assert.is((await report).rolledBack, false);
    assert.equal(slots(pool, "generation").slice(0, 2), [2, 2]);
  });
}
