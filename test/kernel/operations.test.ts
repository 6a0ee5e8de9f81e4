/** start, stop, restart, scale and reload, through the pool that a user holds, over fakes of time and processes. */
import { setImmediate as turn } from "node:timers/promises";
import * as assert from "uvu/assert";
import type { PoolConfig } from "../../core/contract/config.ts";
import { PoolError } from "../../core/contract/errors.ts";
import type { HookPayload } from "../../core/contract/hooks.ts";
import type { Plugin } from "../../core/contract/plugin.ts";
import type { Pool } from "../../core/contract/pool.ts";
import type { ReloadOptions } from "../../core/contract/reload.ts";
import { reload } from "../../plugins/reload/index.ts";
import { suite } from "../_suite.ts";
import type { FakeWorker } from "./_ports.ts";
import { obliging, rig, settled } from "./_ports.ts";

const test = suite("operations");

const entry = "./g.ts";
const range = (min: number, max: number): PoolConfig["groups"] => ({ g: { entry, workers: { min, max } } });

/** What a call is refused with: its code and its message. */
async function refusal(promise: Promise<unknown>): Promise<string> {
  const outcome = await settled(promise);
  const { code, message } = outcome as PoolError;
  return code === undefined ? `not refused: ${String(outcome)}` : `${code} ${message}`;
}

test("start() resolves when every worker is ready, and stop() when every one is gone", async () => {
  const { pool, runtime, facts } = rig({ groups: range(2, 2) }, (worker) => worker.say("hello"));
  const start = pool.start();
  assert.is(await settled(start), "pending");
  runtime.worker("g#0").say("ready");
  assert.is(await settled(start), "pending");
  runtime.worker("g#1").say("ready");
  assert.is(await settled(start), undefined);
  assert.ok(runtime.isOpen);

  const stop = pool.stop({ reason: "enough" });
  for (const { heard } of runtime.workers) assert.equal(heard, ["drain"]);
  runtime.worker("g#0").goodbye("drained");
  runtime.worker("g#0").exit(0);
  assert.is(await settled(pool.closed), "pending");
  runtime.worker("g#1").exit(0);
  assert.equal(await settled(stop), { exitCode: 0, reason: "enough" });
  assert.equal(await settled(pool.closed), { exitCode: 0, reason: "enough" });
  assert.not(runtime.isOpen);
  assert.equal(facts("pool:stopped"), [{ pool: "test", exitCode: 0, reason: "enough" }]);
});

test("a pool is started once", async () => {
  const { pool } = rig();
  await pool.start();
  assert.is(await refusal(pool.start()), "E_STATE the pool has been started already");
  assert.throws(() => pool.use({ name: "late", setup() {} }), /use\(\) comes before start\(\)/);
  await pool.stop();
  assert.is(await refusal(pool.start()), "E_STATE the pool has been started already");
});

test("a pool that was never started stops, and cannot be started any more", async () => {
  const { pool, runtime } = rig();
  assert.equal(await settled(pool.stop()), { exitCode: 0, reason: "asked to stop" });
  assert.is(pool.status().pool.state, "terminated");
  assert.is(await refusal(pool.start()), "E_STATE the pool has been started already");
  assert.is(runtime.workers.length, 0);
});

test("a stop while the plugins are set up starts nothing", async () => {
  const notes: string[] = [];
  let done!: () => void;
  const slow: Plugin = {
    name: "slow",
    async setup() {
      await new Promise<void>((resolve) => (done = resolve));
      return () => void notes.push("disposed");
    },
  };
  const { pool, runtime } = rig({ plugins: [slow] });
  const start = pool.start();
  await turn();
  const stop = pool.stop({ reason: "changed my mind" });
  assert.is(await settled(stop), "pending");
  done();
  assert.is(await settled(start), undefined);
  assert.equal(await settled(stop), { exitCode: 0, reason: "changed my mind" });
  assert.equal(notes, ["disposed"]);
  assert.is(runtime.workers.length, 0);
  assert.not(runtime.isOpen);
  assert.is(pool.status().pool.state, "terminated");
});

test("a stop while the runtimes are looked for sets up no plugin and opens nothing", async () => {
  const notes: string[] = [];
  const { pool, runtime } = rig({ plugins: [{ name: "late", setup: () => void notes.push("set up") }] });
  let found!: () => void;
  runtime.prepare = () => new Promise<void>((resolve) => (found = resolve));
  const start = pool.start();
  await turn();
  const stop = pool.stop({ reason: "changed my mind" });
  assert.is(await settled(stop), "pending");
  found();
  assert.equal(await settled(stop), { exitCode: 0, reason: "changed my mind" });
  assert.is(await settled(start), undefined);
  assert.equal(notes, []);
  assert.not(runtime.isOpen);
});

for (const [what, now, ms] of [
  ["10 s", false, 10_000],
  ["nothing, when it is forced", true, 0],
] as const) {
  test(`a stop waits for a setup that hangs for ${what}, and lets go of what it takes later`, async () => {
    const notes: string[] = [];
    let done!: () => void;
    const first: Plugin = { name: "first", setup: () => () => void notes.push("first disposed") };
    const hanging: Plugin = {
      name: "hanging",
      async setup() {
        await new Promise<void>((resolve) => (done = resolve));
        return () => void notes.push("hanging disposed");
      },
    };
    const never: Plugin = { name: "never", setup: () => void notes.push("set up after a stop") };
    const { pool, clock, runtime } = rig({ plugins: [first, hanging, never] });
    const start = pool.start();
    await turn();
    const stop = pool.stop({ now });
    if (ms > 0) {
      await clock.pass(ms - 1);
      assert.is(await settled(stop), "pending");
      await clock.pass(1);
    }
    assert.equal(await settled(stop), { exitCode: 0, reason: "asked to stop" });
    assert.is(await settled(start), undefined);
    assert.equal(notes, ["first disposed"]);
    done();
    await turn();
    assert.equal(notes, ["first disposed", "hanging disposed"]);
    assert.not(runtime.isOpen);
  });
}

for (const [what, refuse] of [
  [
    "its runtime is missing",
    ({ runtime }) => (runtime.prepare = () => Promise.reject(new PoolError("E_RUNTIME", "no such runtime"))),
  ],
  [
    "its runtime cannot run a group",
    ({ runtime }) => (runtime.refuse = () => ({ key: "entry", reason: "no such file" })),
  ],
  [
    "its runtime does not open",
    ({ runtime }) => (runtime.open = () => Promise.reject(new PoolError("E_LISTEN", "no room"))),
  ],
] as readonly (readonly [string, (made: ReturnType<typeof rig>) => unknown])[]) {
  test(`a start that is refused because ${what} leaves nothing, and closed settles`, async () => {
    const notes: string[] = [];
    const made = rig({
      plugins: [
        {
          name: "noting",
          setup() {
            notes.push("+");
            return () => void notes.push("-");
          },
        },
      ],
    });
    refuse(made);
    const { pool, runtime } = made;
    const error = (await settled(pool.start())) as PoolError;
    assert.ok(error instanceof PoolError, String(error));
    assert.equal(await settled(pool.closed), { exitCode: 2, reason: "start failed" });
    assert.is(notes.filter((note) => note === "+").length, notes.filter((note) => note === "-").length);
    assert.is(pool.status().pool.state, "terminated");
    assert.equal(await settled(pool.stop()), { exitCode: 2, reason: "start failed" });
    assert.not(runtime.isOpen);
  });
}

test("the first reason to end stands", async () => {
  const { pool, runtime, facts } = rig({}, (worker) => worker.say("hello", "ready"));
  await pool.start();
  const first = pool.stop({ reason: "first" });
  const second = pool.stop({ reason: "second" });
  runtime.worker("g#0").goodbye("fatal");
  runtime.worker("g#0").exit(1);
  for (const stop of [first, second, pool.closed]) {
    assert.equal(await settled(stop), { exitCode: 0, reason: "first" });
  }
  assert.is(facts("pool:stopping").length, 1);
  assert.equal(facts("pool:critical"), []);
});

test("a critical end keeps its exit code when somebody asks to stop after it", async () => {
  const { pool, runtime } = rig({ groups: range(2, 2) }, (worker) => worker.say("hello", "ready"));
  await pool.start();
  runtime.worker("g#0").goodbye("fatal");
  runtime.worker("g#0").exit(1);
  const stop = pool.stop({ reason: "Ctrl-C" });
  runtime.worker("g#1").exit(0);
  const { exitCode, reason } = (await settled(stop)) as { exitCode: number; reason: string };
  assert.is(exitCode, 1);
  assert.is(reason, "goodbye fatal");
});

test("a stop with now kills what is left at once", async () => {
  const { pool, runtime } = rig({ groups: range(2, 2) }, (worker) => worker.say("hello", "ready"));
  await pool.start();
  void pool.stop();
  runtime.worker("g#0").exit(0);
  const stop = pool.stop({ now: true });
  assert.equal(runtime.worker("g#0").heard, ["drain"]);
  assert.equal(runtime.worker("g#1").heard, ["drain", "SIGKILL"]);
  runtime.worker("g#1").exit(null, "SIGKILL");
  assert.equal(await settled(stop), { exitCode: 0, reason: "asked to stop" });
});

test("a worker that ignores everything hears drain, stop, SIGTERM, SIGKILL in their times, and then an alarm", async () => {
  const groups = { g: { entry, drain: 3000, stop: 800 } };
  const { pool, clock, runtime, facts } = rig({ groups }, (worker) => worker.say("hello", "ready"));
  await pool.start();
  void pool.stop();
  const { heard } = runtime.worker("g#0");
  for (const [ms, word] of [
    [2999, "drain"],
    [1, "stop"],
    [399, "stop"],
    [1, "SIGTERM"],
    [399, "SIGTERM"],
    [1, "SIGKILL"],
  ] as const) {
    await clock.pass(ms);
    assert.is(heard.at(-1), word);
  }
  assert.equal(facts("worker:alarm"), []);
  await clock.pass(5000);
  assert.is(facts("worker:alarm").length, 1);
  assert.equal(heard, ["drain", "stop", "SIGTERM", "SIGKILL"]);
});

test("scale() resolves when the new workers are ready, and when the ones too many are gone", async () => {
  const { pool, runtime, facts } = rig({ groups: range(1, 3) }, (worker) => worker.say("hello"));
  const start = pool.start();
  await turn();
  runtime.worker("g#0").say("ready");
  await start;
  const up = pool.scale("g", 3, "test");
  await turn();
  runtime.worker("g#1").say("ready");
  assert.is(await settled(up), "pending");
  runtime.worker("g#2").say("ready");
  assert.equal(await settled(up), { from: 1, to: 3 });
  const down = pool.scale("g", 1);
  assert.is(await settled(down), "pending");
  runtime.worker("g#1").exit(0);
  runtime.worker("g#2").exit(0);
  assert.equal(await settled(down), { from: 3, to: 1 });
  assert.equal(
    facts("group:scaled").map(({ from, to, by }) => [from, to, by]),
    [
      [1, 3, "test"],
      [3, 1, "call"],
    ],
  );
});

test("questions have the time of the wall, so that a schedule needs no clock of its own", async () => {
  const asked: number[] = [];
  const hear = (_: unknown, { wallNow }: { wallNow: number }): undefined => void asked.push(wallNow);
  const schedule: Plugin = {
    name: "schedule",
    setup({ decisions }) {
      decisions.scaleTarget.tap("schedule", hear as never);
      decisions.reloadPlan.tap("schedule", hear as never);
      decisions.restart.tap("schedule", ({ wallNow }) => void asked.push(wallNow));
    },
  };
  const { pool, clock, runtime } = rig({ groups: range(1, 2), plugins: [schedule] });
  await pool.start();
  await clock.pass(5_000);
  await pool.scale("g", 2);
  void pool.reload();
  await clock.pass(5_000);
  runtime.worker("g#0").exit(1);
  assert.equal(asked, [1_005_000, 1_005_000, 1_010_000]);
});

test("scale() takes idle slots before those whose worker still drains", async () => {
  const { pool, runtime } = rig({ groups: range(1, 4) }, (worker) => worker.say("hello", "ready"));
  await pool.start();
  await pool.scale("g", 3);
  void pool.scale("g", 1);
  await turn();
  assert.equal(await settled(pool.scale("g", 2)), "pending", "two still drain");
  assert.is(runtime.worker("g#3").request.epoch, 1);
  assert.equal(
    pool.status().groups[0]!.slots.map(({ state }) => state),
    ["ready", "draining", "draining", "ready"],
  );
});

test("a scale that cannot be is refused with its reason, and told", async () => {
  const { pool, facts, runtime } = rig({
    groups: { ...range(1, 3), one: { entry }, two: { entry, workers: 2 } },
    plugins: [
      {
        name: "ration",
        setup({ decisions }) {
          decisions.refuseScale.tap("ration", ({ to }) => (to === 3 ? "three is a crowd" : undefined));
        },
      },
    ],
  });
  assert.is(await refusal(pool.scale("g", 2)), "E_SCALE_REFUSED the pool is not running (init)");
  await pool.start();
  for (const [group, count, message] of [
    ["G", 2, 'E_UNKNOWN_GROUP no group is called "G"; there are g, one, two'],
    ["g", 4, "E_SCALE_REFUSED group g takes 1 to 3 workers, not 4; set workers: { min, max } in its config"],
    ["g", 0, "E_SCALE_REFUSED group g takes 1 to 3 workers, not 0; set workers: { min, max } in its config"],
    ["g", 1.5, "E_SCALE_REFUSED 1.5 is not a whole number of workers"],
    ["g", Number.NaN, "E_SCALE_REFUSED NaN is not a whole number of workers"],
    ["g", 3, "E_SCALE_REFUSED three is a crowd"],
    [
      "one",
      2,
      "E_SCALE_REFUSED group one is fixed at 1 worker, not 2; set workers: { min, max } in its config",
    ],
    [
      "two",
      1,
      "E_SCALE_REFUSED group two is fixed at 2 workers, not 1; set workers: { min, max } in its config",
    ],
  ] as const) {
    assert.is(await refusal(pool.scale(group, count, "me")), message);
  }
  const last = facts("group:refused").at(-2)!;
  assert.equal([last.group, last.to, last.by], ["one", 2, "me"]);

  runtime.worker("g#0").goodbye("permanent");
  runtime.worker("g#0").exit(0);
  await turn();
  assert.equal(await settled(pool.scale("g", 2)), { from: 1, to: 2 });
  const able = "group g has 2 slots that can start, not 3: the others ended for good or failed";
  assert.is(await refusal(pool.scale("g", 3)), `E_SCALE_REFUSED ${able}`);
  await pool.stop();
  assert.is(await refusal(pool.scale("g", 2)), "E_SCALE_REFUSED the pool is not running (terminated)");
});

test("scale() does not wait any more when the pool goes down", async () => {
  const { pool, runtime } = rig({ groups: range(1, 2) }, (worker) => worker.say("hello", "ready"));
  await pool.start();
  runtime.begin = () => {};
  const up = pool.scale("g", 2);
  await turn();
  assert.is(await settled(up), "pending");
  void pool.stop({ now: true });
  assert.equal(await settled(up), { from: 1, to: 2 });
});

test("restart() resolves when the new worker is ready", async () => {
  const { pool, clock, runtime } = rig();
  await pool.start();
  await clock.pass(5000);
  runtime.begin = (worker) => worker.say("hello");
  const restart = pool.restart("g#0");
  await turn();
  assert.is(runtime.worker("g#0").request.epoch, 2);
  assert.is(await settled(restart), "pending");
  runtime.worker("g#0").say("ready");
  assert.is(await settled(restart), undefined);
  assert.is(pool.status().groups[0]!.slots[0]!.restarts, 1);
});

test("a restart that cannot be is refused with its reason", async () => {
  const { pool, runtime } = rig({ groups: range(1, 3) });
  assert.is(await refusal(pool.restart("g#0")), "E_RESTART_REFUSED the pool is not running (init)");
  await pool.start();
  await pool.scale("g", 2);
  assert.is(
    await refusal(pool.restart("h#0")),
    'E_UNKNOWN_SLOT no slot is called "h#0"; there are g#0, g#1, g#2',
  );
  assert.is(
    await refusal(pool.restart("g#3")),
    'E_UNKNOWN_SLOT no slot is called "g#3"; there are g#0, g#1, g#2',
  );
  const down = "g#2 is not running; scale its group up to start it";
  assert.is(await refusal(pool.restart("g#2")), `E_RESTART_REFUSED ${down}`);
  runtime.worker("g#0").goodbye("permanent");
  runtime.worker("g#0").exit(0);
  const permanent = "g#0 ended for good; it starts again with the pool";
  assert.is(await refusal(pool.restart("g#0")), `E_RESTART_REFUSED ${permanent}`);
  await pool.stop();
  assert.is(await refusal(pool.restart("g#1")), "E_RESTART_REFUSED the pool is not running (terminated)");
});

/** A restart is under way, and its worker does not come up: it must not wait for ever. */
for (const [what, then] of [
  ["is scaled away", ({ pool }) => void pool.scale("g", 1)],
  [
    "ends for good instead",
    ({ runtime }) => {
      runtime.worker("g#1").goodbye("permanent");
      runtime.worker("g#1").exit(0);
    },
  ],
  ["goes down with the pool", ({ pool }) => void pool.stop({ now: true })],
] as readonly (readonly [string, (made: ReturnType<typeof rig>) => void])[]) {
  test(`restart() rejects when its slot ${what}`, async () => {
    const made = rig({ groups: range(1, 2) });
    const { pool, clock, runtime } = made;
    await pool.start();
    await pool.scale("g", 2);
    await clock.pass(5000);
    runtime.begin = (worker) => worker.say("hello");
    const restart = refusal(pool.restart("g#1"));
    await turn();
    then(made);
    await clock.pass(60_000);
    assert.match(await restart, /^E_RESTART_REFUSED g#1 did not come up: /);
  });
}

test("restart() of a worker that is just leaving for good brings up the next one", async () => {
  const { pool, clock, runtime } = rig({ groups: range(2, 2) }, (worker) => worker.say("hello", "ready"));
  await pool.start();
  runtime.worker("g#1").goodbye("permanent");
  const restart = pool.restart("g#1");
  runtime.worker("g#1").exit(0);
  assert.is(await settled(restart), "pending");
  await clock.pass(1000);
  assert.is(await settled(restart), undefined);
  assert.is(runtime.worker("g#1").request.epoch, 2);
});

test("reloads that wait become one: all their groups, hard wins, and each caller gets its own report", async () => {
  const groups = { a: { entry, workers: 2 }, b: { entry }, c: { entry } };
  const { pool, clock, facts } = rig({ groups });
  await pool.start();
  const first = pool.reload({ groups: ["c"] });
  const soft = pool.reload({ groups: ["a"] });
  const hard = pool.reload({ groups: ["b"], hard: true });
  await clock.pass(20_000);
  const of = async (promise: ReturnType<Pool["reload"]>): Promise<unknown[]> => {
    const { generation, hard: isHard, groups: names, replaced, reason } = await promise;
    return [generation, isHard, names, replaced, reason];
  };
  assert.equal(await of(first), [2, false, ["c"], 1, null]);
  assert.equal(await of(soft), [3, true, ["a"], 2, null]);
  assert.equal(await of(hard), [3, true, ["b"], 1, null]);
  assert.equal(
    pool.status().groups.map(({ slots: [slot] }) => slot!.generation),
    [3, 3, 2],
  );
  assert.is(facts("reload:done").length, 2);
});

test("one that cannot be takes nobody along", async () => {
  const picky: Plugin = {
    name: "picky",
    setup({ decisions }) {
      decisions.reloadPlan.tap("picky", (plan, { group }) =>
        group === "b" ? { ...plan, refusal: "not this one" } : plan,
      );
    },
  };
  const { pool, clock } = rig({ groups: { a: { entry }, b: { entry } }, plugins: [picky] });
  await pool.start();
  const first = pool.reload({ groups: ["a"] });
  const unknown = refusal(pool.reload({ groups: ["x"] }));
  const wrong = refusal(pool.reload({ surge: 0 }));
  const refused = refusal(first.then(() => pool.reload({ groups: ["b"] })));
  const fine = pool.reload({ groups: ["a"] });
  assert.is(await unknown, 'E_UNKNOWN_GROUP no group is called "x"; there are a, b');
  assert.match(await wrong, /^E_CONFIG reload\(\{ surge \}\): 0 is not accepted; expected a whole number/);
  const both = pool.reload().catch((error: PoolError) => error.code);
  await clock.pass(20_000);
  assert.equal([(await first).generation, (await fine).generation], [2, 3]);
  assert.is(await both, "E_RELOAD_REFUSED");
  await refused;
});

/** How many reload at the same time at most, and how long all of it takes. */
async function waves(workers: number, options: ReloadOptions, plugins: Plugin[] = []): Promise<number[]> {
  const { pool, clock } = rig({ groups: { g: { entry, workers } }, plugins });
  await pool.start();
  await clock.pass(1_000);
  let [live, most, least] = [workers, 0, workers];
  pool.hooks.hook("slot:state", ({ from, to }) => {
    if (to === "ready") live++;
    if (from === "ready") live--;
    most = Math.max(most, live - workers);
    least = Math.min(least, live);
  });
  const report = pool.reload(options);
  await clock.pass(workers * 20_000);
  const { replaced, tookMs } = await report;
  assert.equal([replaced, least], [workers, workers], "all, and never fewer than wanted");
  await pool.stop();
  return [most, Math.round(tookMs / 1_000)];
}

test("a soft reload takes 8 waves at most, however large its group is", async () => {
  assert.equal(await waves(1, {}), [1, 1]);
  assert.equal(await waves(8, {}), [1, 8]);
  assert.equal(await waves(9, {}), [2, 5]);
  const [most, seconds] = await waves(100, {});
  assert.is(most, 13);
  assert.ok(seconds! <= 8, `${seconds} s`);
});

test("surge and minReady are set by the caller, else by the plugin, as a number or a share", async () => {
  assert.equal(await waves(4, { surge: 2, minReady: "3s" }), [2, 6]);
  assert.equal(await waves(4, { surge: "75%" }), [3, 2]);
  assert.equal(await waves(4, {}, [reload({ surge: "50%", minReady: 2_000 })]), [2, 4]);
  assert.equal(await waves(4, { surge: 4 }, [reload({ surge: 1, minReady: 2_000 })]), [4, 2]);
  for (const options of [
    { surge: 1.5 },
    { surge: "0%" },
    { surge: "101%" },
    { surge: "2" },
    { minReady: "soon" },
  ])
    assert.throws(() => reload(options), /^reload\(\{ \w+ \}\): .+ is not accepted; expected /);
});

test("a reload that is asked for in the very moment when one ends does not run beside the one that waits", async () => {
  const { pool, clock, facts } = rig({ groups: range(1, 1) });
  await pool.start();
  // Every depth of promises between a reload's end and the next call.
  for (let depth = 0; depth < 12; depth++) {
    const first = pool.reload();
    const second = pool.reload();
    const third = after(first, depth).then(() => pool.reload());
    await clock.pass(20_000);
    const reports = await Promise.all([first, second, third]);
    for (const { reason } of reports) assert.is(reason, null, `after ${depth} promises`);
  }
  assert.equal(facts("reload:rolledback"), []);
});

async function after(promise: Promise<unknown>, depth: number): Promise<void> {
  await promise;
  for (let index = 0; index < depth; index++) await undefined;
}

test("a worker that restarts has the environment of its generation, whatever the config has written since", async () => {
  let version = "1";
  const { pool, clock, runtime } = rig();
  runtime.environment = () => ({ VERSION: version });
  await pool.start();
  await clock.pass(20_000);
  const before = runtime.worker("g#0").request.env;
  version = "2";
  runtime.worker("g#0").exit(1);
  await clock.pass(1_000);
  assert.equal(runtime.worker("g#0").request.env, before);
  const reloaded = pool.reload();
  await clock.pass(5_000);
  await reloaded;
  assert.equal(runtime.worker("g#0").request.env, { VERSION: "2" });
});

test("a reload that cannot be is refused", async () => {
  let config: PoolConfig = { name: "test", root: "/", groups: { g: { entry } } };
  const { pool } = rig({}, obliging, () => config);
  assert.is(await refusal(pool.reload()), "E_STATE the pool is not running (init)");
  await pool.start();
  assert.is(
    await refusal(pool.reload({ groups: ["h"] })),
    'E_UNKNOWN_GROUP no group is called "h"; there are g',
  );
  config = { ...config, groups: { g: { entry, workers: 2 } } };
  assert.match(await refusal(pool.reload()), /^E_CONFIG groups\.g\.workers: a reload keeps it/);
  config = { ...config, groups: { g: { entry }, h: { entry } } };
  assert.match(await refusal(pool.reload()), /^E_CONFIG groups: g, h instead of g/);
  assert.is(pool.status().pool.generation, 1);
  await pool.stop();
});

test("where the kernel overrules a policy, the kernel is named: a worker that breaks the protocol while it is scaled down", async () => {
  const { pool, runtime, facts } = rig({ groups: range(1, 2) }, (worker: FakeWorker) =>
    worker.say("hello", "ready"),
  );
  await pool.start();
  await pool.scale("g", 2);
  const scaled = pool.scale("g", 1);
  const worker = runtime.worker("g#1");
  worker.say("ready");
  worker.exit(null, "SIGKILL");
  const [{ verdict, action, by, reason }] = facts("restart:decided") as [HookPayload<"restart:decided">];
  assert.is(verdict.class, "flowViolation");
  assert.equal([action, by, reason], ["idle", "poolable:kernel", "scaled down meanwhile"]);
  assert.equal(await scaled, { from: 2, to: 1 });
  assert.is(pool.status().groups[0]!.slots[1]!.state, "idle");
});

test("send() reaches the ready worker of a slot and no other", async () => {
  const { pool, context, runtime } = rig({ groups: range(1, 2) }, (worker: FakeWorker) =>
    worker.say("hello"),
  );
  void pool.start();
  await turn();
  assert.not(context().send("g#0", { type: "serve" }));
  runtime.worker("g#0").say("ready");
  assert.ok(context().send("g#0", { type: "serve" }));
  assert.not(context().send("g#0", { type: "serve" }, 2));
  assert.not(context().send("g#1", { type: "serve" }));
  assert.throws(() => context().send("g#2", { type: "serve" }), /no slot is called "g#2"/);
  assert.equal(runtime.worker("g#0").heard, ["serve"]);
});

test("an observer may call the pool: what it asks for comes after the step that it observes", async () => {
  const { pool, facts } = rig({ groups: range(1, 2) });
  const states: number[] = [];
  const scaled = new Promise((resolve) => {
    pool.hooks.hookOnce("worker:ready", () => {
      resolve(pool.scale("g", 2));
      states.push(facts("group:scaled").length);
    });
  });
  await pool.start();
  assert.equal(await scaled, { from: 1, to: 2 });
  assert.equal(states, [0]);
  await pool.stop();
});

test.run();
