import * as assert from "uvu/assert";
import type { GroupConfig, PoolError } from "../../index.ts";
import { definePlugin } from "../../index.ts";
import { limited, never, onFailure } from "../../plugins/index.ts";
import type { Suite } from "../_suite.ts";
import { nextFact, record } from "../harness/pool.ts";
import { fixture, poolsIn, rogue, testsIn } from "./_pool.ts";
import type { World } from "./_worlds.ts";

const worker = (act: string, group: Partial<GroupConfig> = {}): GroupConfig => ({
  entry: fixture("worker.mjs"),
  args: [act],
  stop: "2s",
  drain: "2s",
  ...group,
});

/** How a pool as a whole behaves with real processes. */
export function poolBehaviours(suite: Suite, world: World): void {
  const test = testsIn(suite, world);
  const { poolOf, started } = poolsIn(world);

  test("fatal: the pool shuts down with 1, its other workers in order", { brief: true }, async (t) => {
    const pool = started(t, { name: "p", groups: { w: worker("fatal"), other: worker("serve") } });
    const ends = record(pool, "exit:classified");
    await pool.start();
    const end = await pool.closed;
    assert.is(end.exitCode, 1);
    assert.match(end.reason, "nothing can go on");
    assert.equal(ends.map(({ verdict }) => verdict.class).toSorted(), ["fatal", "requested"]);
  });

  test("all permanent or ended: 0", async (t) => {
    const groups = { gone: worker("permanent"), done: worker("done", { restart: onFailure() }) };
    const pool = started(t, { name: "p", groups });
    await pool.start();
    assert.is((await pool.closed).exitCode, 0);
    const states = pool.status().groups.map(({ slots }) => slots[0]!.state);
    assert.equal(states, ["permanent", "idle"]);
  });

  test("a spent budget: degraded, and it goes on at the longest wait", async (t) => {
    const heavy = definePlugin(() => ({
      name: "heavy",
      setup({ decisions }) {
        decisions.classifyExit.tap("heavy", () => ({ class: "heavy", reason: "heavy", counts: 3 }));
      },
    }));
    const pool = poolOf(t, ["late", "9"], {}, { plugins: [heavy()] });
    const decided = record(pool, "restart:decided");
    const degraded = nextFact(pool, "slot:degraded");
    await pool.start();
    assert.is((await degraded).counted, 6);
    assert.equal(
      decided.map(({ action }) => action),
      ["restart", "restart"],
    );
    assert.ok(decided[1]!.delayMs >= 24_000);
    assert.is(pool.status().groups[0]!.slots[0]!.degraded, true);
  });

  test("an error after the goodbye is no flow violation: while it drains", { brief: true }, async (t) => {
    const pool = poolOf(t, ["endThenThrow"], { listen: { port: 0 } }, { onViolation: "shutdown" });
    const opened = nextFact(pool, "listener:opened");
    const ended = nextFact(pool, "exit:classified");
    await pool.start();
    const { at } = await opened;
    await fetch(at).catch(() => {});
    const { verdict, report } = await ended;
    assert.is(verdict.class, "selfRestart", verdict.reason);
    assert.match(verdict.reason, "goodbye restart: quota, then code 1", JSON.stringify(report));
    assert.is(pool.status().pool.state, "running");
  });

  test("an error after the goodbye is no flow violation: in its cleanup", { brief: true }, async (t) => {
    const pool = poolOf(t, ["cleanupThrows"], {}, { onViolation: "shutdown" });
    const ended = nextFact(pool, "exit:classified");
    await pool.start();
    process.kill(pool.status().groups[0]!.slots[0]!.pid!, "SIGTERM");
    const { verdict, report } = await ended;
    assert.is(verdict.class, "uncaught", verdict.reason);
    assert.match(verdict.reason, `code ${report.code} after goodbye`);
    assert.match(verdict.reason, "from the cleanup");
    assert.is(pool.status().pool.state, "running");
  });

  test("three flow violations shut the pool down", { timeout: 30_000 }, async (t) => {
    const pool = poolOf(t, ["serve"], rogue(world, "junk"));
    const ends = record(pool, "exit:classified");
    await pool.start();
    const end = await pool.closed;
    assert.is(end.exitCode, 1);
    assert.match(end.reason, "3 flow violations in 1 min");
    assert.is(ends.length, 3);
  });

  test("a policy of a group decides: limited", async (t) => {
    const pool = poolOf(t, ["late", "1"], { restart: limited({ max: 1, interval: 1 }) });
    const decided = record(pool, "restart:decided");
    await pool.start();
    assert.is((await pool.closed).exitCode, 75);
    assert.equal(
      decided.map(({ action }) => action),
      ["restart", "fail"],
    );
    assert.match(decided[0]!.by, "restart of group ");
  });

  test("a plugin decides before everybody, and its nonsense is reported by name", async (t) => {
    const nonsense = definePlugin(() => ({
      name: "nonsense",
      setup({ decisions }) {
        decisions.restart.tap("nonsense", () => ({ action: "restart", delayMs: -1, reason: "?" }));
        decisions.classifyExit.tap("thrower", () => {
          throw new Error("no idea");
        });
      },
    }));
    const pool = poolOf(t, ["late", "1"], { restart: never() }, { plugins: [nonsense(), false, [null]] });
    const errors = record(pool, "plugin:error");
    const decided = nextFact(pool, "restart:decided");
    await pool.start();
    assert.is((await decided).action, "fail");
    assert.equal(
      errors.map(({ plugin, stage }) => `${plugin} ${stage}`),
      ["thrower classifyExit", "nonsense restart"],
    );
  });

  test("last words before an exit are told before the exit", { brief: true }, async (t) => {
    const pool = poolOf(t, ["lastWords"]);
    const told: string[] = [];
    pool.hooks.hook("worker:output", ({ stream, line }) => void told.push(`${stream}: ${line}`));
    pool.hooks.hook("worker:exited", ({ code }) => void told.push(`exit ${code}`));
    await pool.start();
    await pool.closed;
    assert.equal(told.slice(0, 2).toSorted(), ["stderr: last line on stderr", "stdout: last line on stdout"]);
    assert.is(told[2], "exit 3");
  });

  test("an error of run comes with its cause", async (t) => {
    const pool = poolOf(t, ["throwInRun"]);
    const ended = nextFact(pool, "exit:classified");
    await pool.start();
    const { report, verdict } = await ended;
    assert.is(report.error?.name, "TypeError");
    assert.is(report.error?.cause?.message, "the cause");
    assert.match(report.error?.stack ?? "", "worker.mjs");
    assert.match(verdict.reason, "from run");
  });

  test(
    "a worker that ignores everything is killed after its time, and only then",
    { brief: true },
    async (t) => {
      const pool = poolOf(t, ["stubborn"], { drain: "300ms", stop: "600ms" });
      const ended = nextFact(pool, "exit:classified");
      await pool.start();
      const startedAt = performance.now();
      const end = await pool.stop();
      const { report, verdict } = await ended;
      assert.is(end.exitCode, 0);
      assert.is(verdict.class, "requested");
      assert.match(verdict.reason, "forced");
      assert.equal(report.sentSignals, ["SIGTERM", "SIGKILL"]);
      assert.ok(performance.now() - startedAt >= 850);
    },
  );

  test("a second stop with now kills at once", async (t) => {
    const pool = poolOf(t, ["stubborn"], { drain: "1h", stop: "1h" });
    await pool.start();
    const gentle = pool.stop();
    const forced = await pool.stop({ now: true });
    assert.equal(forced, await gentle);
  });

  test("stop during backoff cancels the restart", async (t) => {
    const pool = poolOf(t, ["late", "1"], { restart: limited({ max: 9, interval: "1h" }) });
    const decided = nextFact(pool, "restart:decided");
    await pool.start();
    await decided;
    assert.is(pool.status().groups[0]!.slots[0]!.state, "backoff");
    assert.is((await pool.stop()).exitCode, 0);
  });

  test(
    "restart replaces the worker, uncounted; unknown and permanent slots are refused",
    { brief: true },
    async (t) => {
      const groups = { w: worker("serve"), gone: worker("permanent") };
      const pool = started(t, { name: "p", groups });
      const permanent = nextFact(pool, "restart:decided", ({ group }) => group === "gone");
      await pool.start();
      await permanent;
      const before = pool.status().groups[0]!.slots[0]!;
      const ended = nextFact(pool, "exit:classified", ({ group }) => group === "w");
      await pool.restart("w#0");
      assert.is((await ended).verdict.counts, 0);
      const after = pool.status().groups[0]!.slots[0]!;
      assert.is(after.epoch, before.epoch + 1);
      assert.is.not(after.pid, before.pid);
      assert.is(after.lastExit?.class, "requested");
      const refusal = (slot: string): Promise<string> =>
        pool.restart(slot).then(
          () => "accepted",
          ({ code, message }: PoolError) => `${code} ${message}`,
        );
      assert.match(await refusal("w#7"), "E_UNKNOWN_SLOT");
      assert.match(await refusal("gone#0"), /^E_RESTART_REFUSED .*gone#0 ended for good/);
    },
  );

  test("scale up and down within the range, refused outside of it", async (t) => {
    const pool = poolOf(t, ["serve"], { workers: { min: 1, max: 3 } });
    await pool.start();
    assert.equal(await pool.scale("w", 3), { from: 1, to: 3 });
    assert.equal(
      pool.status().groups[0]!.slots.map(({ state }) => state),
      ["ready", "ready", "ready"],
    );
    assert.equal(await pool.scale("w", 1), { from: 3, to: 1 });
    assert.equal(
      pool.status().groups[0]!.slots.map(({ state }) => state),
      ["ready", "idle", "idle"],
    );
    const refused = await pool.scale("w", 4).catch((error: { code: string; message: string }) => error);
    assert.is((refused as { code: string }).code, "E_SCALE_REFUSED");
    assert.match((refused as { message: string }).message, "takes 1 to 3 workers, not 4");
  });

  test(
    "rest-for-one: groups start in order, the later ones restart along, and stop goes in reverse",
    { brief: true },
    async (t) => {
      const groups = { a: worker("serve"), b: worker("serve"), c: worker("serve") };
      const pool = started(t, { name: "p", strategy: "rest-for-one", groups });
      const order: string[] = [];
      pool.hooks.hook("worker:ready", ({ group, epoch }) => void order.push(`${group} ready ${epoch}`));
      pool.hooks.hook("worker:exited", ({ group, epoch }) => void order.push(`${group} exit ${epoch}`));
      await pool.start();
      const back = nextFact(pool, "worker:ready", ({ group, epoch }) => group === "c" && epoch === 2);
      process.kill(pool.status().groups[1]!.slots[0]!.pid!, "SIGKILL");
      await back;
      await pool.stop();
      assert.equal(order, [
        ...["a ready 1", "b ready 1", "c ready 1"],
        ...["b exit 1", "c exit 1", "b ready 2", "c ready 2"],
        ...["c exit 2", "b exit 2", "a exit 1"],
      ]);
    },
  );

  test("one-for-all: every group restarts along", async (t) => {
    const groups = { a: worker("serve"), b: worker("serve") };
    const pool = started(t, { name: "p", strategy: "one-for-all", groups });
    await pool.start();
    const back = nextFact(pool, "worker:ready", ({ group, epoch }) => group === "b" && epoch === 2);
    process.kill(pool.status().groups[1]!.slots[0]!.pid!, "SIGKILL");
    await back;
    assert.equal(
      pool.status().groups.map(({ slots }) => slots[0]!.epoch),
      [2, 2],
    );
  });

  test("nothing that a worker says throws in the supervisor", { brief: true }, async (t) => {
    const pool = poolOf(t, ["serve"], rogue(world, "hostile"));
    const logs = record(pool, "worker:log");
    const heard = nextFact(pool, "worker:log", ({ message }) => message === "still here");
    await pool.start();
    await heard;
    assert.is(logs[0]!.level, "info");
    assert.is(({} as { a?: number }).a, undefined);
  });

  test("a JSON of 100,000 levels harms nobody", { brief: true }, async (t) => {
    const pool = poolOf(t, ["serve"], rogue(world, "deep"));
    const ends = record(pool, "exit:classified");
    const heard = nextFact(pool, "worker:log", ({ message }) => message === "still here");
    await pool.start();
    await Promise.race([heard, pool.closed, nextFact(pool, "exit:classified")]);
    assert.equal(ends, []);
    assert.is(pool.status().pool.state, "running");
  });

  test(
    "a port survives kill -9 of the worker that serves it",
    { brief: true, timeout: 30_000 },
    async (t) => {
      const groups = {
        w: { entry: fixture("echo.mjs"), listen: { port: 0, strategy: "shared" }, workers: 2 },
      };
      const pool = started(t, { name: "p", groups });
      const opened = nextFact(pool, "listener:opened");
      await pool.start();
      const { at } = await opened;
      const pids = new Set<number>();
      for (let round = 0; round < 3; round++) {
        const back = nextFact(pool, "worker:ready");
        const exited = nextFact(pool, "worker:exited");
        // Its answer may die with it.
        await fetch(`${at}/die`).catch(() => {});
        pids.add((await exited).pid!);
        await back;
        const answer = (await (await fetch(at)).json()) as { pid: number };
        assert.not(pids.has(answer.pid));
      }
      assert.is(pool.status().groups[0]!.strategy, "shared");
    },
  );

  test("a port in use: E_LISTEN before anything starts", { brief: true }, async (t) => {
    const first = started(t, {
      name: "p",
      groups: { w: { entry: fixture("echo.mjs"), listen: { port: 0 } } },
    });
    const opened = nextFact(first, "listener:opened");
    await first.start();
    const port = Number(new URL((await opened).at).port);
    const second = started(t, { name: "q", groups: { w: { entry: fixture("echo.mjs"), listen: port } } });
    const error = await second.start().catch((thrown: { code: string; message: string }) => thrown);
    assert.is((error as { code: string }).code, "E_LISTEN");
    assert.match((error as { message: string }).message, `port ${port} is in use`);
  });
}
