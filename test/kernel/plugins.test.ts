import { setImmediate as turn } from "node:timers/promises";
import * as assert from "uvu/assert";
import { PoolError } from "../../core/contract/errors.ts";
import { definePlugin } from "../../core/contract/plugin.ts";
import type { Plugin, PluginInput } from "../../core/contract/plugin.ts";
import { suite } from "../_suite.ts";
import { obliging, rig, settled } from "./_ports.ts";

const test = suite("plugins");

/** A plugin that writes down when it is set up and disposed of. */
function noting(notes: string[], name: string): Plugin {
  return {
    name,
    setup() {
      notes.push(`+${name}`);
      return () => void notes.push(`-${name}`);
    },
  };
}

test("a list takes falsy values and nested lists, sets up in order and disposes in reverse", async () => {
  const notes: string[] = [];
  const { pool } = rig({
    plugins: [noting(notes, "a"), false, null, undefined, 0, "", [[noting(notes, "b")], noting(notes, "c")]],
  });
  pool.use(noting(notes, "d"), [false, noting(notes, "e")]);
  await pool.start();
  assert.equal(notes, ["+a", "+b", "+c", "+d", "+e"]);
  await pool.stop();
  assert.equal(notes, ["+a", "+b", "+c", "+d", "+e", "-e", "-d", "-c", "-b", "-a"]);
});

for (const [what, plugin] of [
  ["a factory that was not called", definePlugin(() => ({ name: "x", setup() {} }))],
  ["a plugin without a name", { setup() {} }],
  ["a plugin with an empty name", { name: "", setup() {} }],
  ["a plugin without setup", { name: "x" }],
  ["a text", "logs"],
  ["a number", 7],
  ["true", true],
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(
      () => rig({ plugins: [plugin as unknown as PluginInput] }),
      (error: PoolError) =>
        error.code === "E_PLUGIN" &&
        error.message === "plugins: expected { name, setup }; use definePlugin and call what it returns",
    );
  });
}

test("a plugin waits for those that `after` names, wherever they are listed", async () => {
  const notes: string[] = [];
  const plugin = (name: string, ...after: string[]): Plugin => ({ ...noting(notes, name), after });
  const { pool } = rig({ plugins: [plugin("d", "c", "b"), plugin("a"), plugin("c", "b")] });
  pool.use(plugin("b"), plugin("e"));
  await pool.start();
  assert.equal(notes, ["+a", "+b", "+c", "+d", "+e"]);
  await pool.stop();
  assert.equal(notes.slice(5), ["-e", "-d", "-c", "-b", "-a"]);
});

test("`after` a plugin that is not there, in a circle, or that is no list is refused by name", async () => {
  const plugin = (name: string, ...after: string[]): Plugin => ({ name, after, setup() {} });
  for (const [plugins, message] of [
    [
      [plugin("a"), plugin("b", "x")],
      /^plugin b is set up after x, and no plugin has this name; there are restart, a, b, rig$/,
    ],
    [
      [plugin("a", "b"), plugin("b", "c"), plugin("c", "b")],
      /^"after" of plugins makes a circle: b → c → b$/,
    ],
    [[plugin("a", "a")], /^"after" of plugins makes a circle: a → a$/],
  ] as const) {
    const error = (await settled(rig({ plugins: [...plugins] }).pool.start())) as PoolError;
    assert.is(error.code, "E_PLUGIN");
    assert.match(error.message, message);
  }
  assert.throws(
    () => rig({ plugins: [{ ...plugin("a"), after: "b" } as never] }),
    /plugins: after of a is not a list of names of plugins/,
  );
});

test("two plugins of one name are refused, also by use()", () => {
  const named = (name: string): Plugin => ({ name, setup() {} });
  const isRefused = (error: PoolError): boolean =>
    error.code === "E_PLUGIN" && error.message === "plugins: two plugins are named a; remove one";
  assert.throws(() => rig({ plugins: [named("a"), [named("a")]] }), isRefused);
  assert.throws(() => rig({ plugins: [named("a")] }).pool.use(named("a")), isRefused);
});

test("a setup that throws stops the start: the ones before it are disposed of, and nothing was spawned", async () => {
  const notes: string[] = [];
  const bad: Plugin = {
    name: "bad",
    setup: () => Promise.reject(new Error("no\nport")),
  };
  const { pool, runtime } = rig({ plugins: [noting(notes, "a"), bad, noting(notes, "c")] });
  const error = (await settled(pool.start())) as PoolError;
  assert.is(error.code, "E_PLUGIN");
  assert.is(error.message, "plugin bad failed in setup: no port");
  assert.equal(notes, ["+a", "-a"]);
  assert.is(runtime.workers.length, 0);
  assert.equal(await settled(pool.closed), { exitCode: 2, reason: "start failed" });
});

test("what a plugin may do beyond the pool is no member of the pool", async () => {
  const { pool, context } = rig();
  await pool.start();
  const own = Object.keys(context()).filter((member) => !(member in pool));
  const expected = ["addEvidence", "emit", "report", "runtimes", "send", "sendMessage", "strategies"];
  assert.equal(own.toSorted(), expected);
  assert.equal(
    Object.keys(pool).filter((member) => !(member in context())),
    [],
  );
  await pool.stop();
});

test("a setup that throws a PoolError is that one line", async () => {
  const bad: Plugin = {
    name: "bad",
    setup() {
      throw new PoolError("E_LISTEN", "port 80 is taken");
    },
  };
  const error = (await settled(rig({ plugins: [bad] }).pool.start())) as PoolError;
  assert.equal([error.code, error.message], ["E_LISTEN", "port 80 is taken"]);
});

test("a slow setup is told while it still runs", async () => {
  let done!: () => void;
  const slow: Plugin = { name: "slow", setup: () => new Promise<void>((resolve) => (done = resolve)) };
  const { pool, clock, facts } = rig({ plugins: [slow] });
  const start = pool.start();
  await clock.pass(999);
  assert.equal(facts("plugin:slow"), []);
  await clock.pass(1);
  assert.equal(facts("plugin:slow"), [{ plugin: "slow", tookMs: 1000 }]);
  done();
  await start;
  await pool.stop();
});

test("a dispose that throws keeps none of the others from running", async () => {
  const notes: string[] = [];
  const bad: Plugin = {
    name: "bad",
    setup: () => () => {
      throw new Error("stuck");
    },
  };
  const { pool, facts } = rig({ plugins: [noting(notes, "a"), bad, noting(notes, "c")] });
  await pool.start();
  assert.equal(await pool.stop(), { exitCode: 0, reason: "asked to stop" });
  assert.equal(notes, ["+a", "+c", "-c", "-a"]);
  assert.equal(
    facts("plugin:error").map(({ plugin, stage, error }) => [plugin, stage, (error as Error).message]),
    [["bad", "dispose", "stuck"]],
  );
});

test("a dispose that never ends does not keep the pool open", async () => {
  const notes: string[] = [];
  const hanging: Plugin = { name: "hanging", setup: () => () => new Promise<void>(() => {}) };
  const { pool, clock, facts } = rig({ plugins: [noting(notes, "a"), hanging] });
  await pool.start();
  const stop = pool.stop();
  assert.is(await settled(stop), "pending");
  await clock.pass(10_000);
  assert.equal(await settled(stop), { exitCode: 0, reason: "asked to stop" });
  assert.equal(notes, ["+a", "-a"]);
  assert.equal(
    facts("plugin:error").map(({ plugin, stage }) => [plugin, stage]),
    [["hanging", "dispose"]],
  );
});

test("a plugin that fails in every hook and every decision breaks nothing", async () => {
  const boom = (): never => {
    throw new Error("boom");
  };
  const hostile: Plugin = {
    name: "hostile",
    setup({ hooks, decisions }) {
      for (const name of [
        "pool:starting",
        "worker:spawned",
        "slot:state",
        "worker:exited",
        "restart:decided",
        "pool:stopped",
      ] as const) {
        hooks.hook(name, boom);
      }
      for (const decision of [
        "classifyExit",
        "restart",
        "bounce",
        "scaleTarget",
        "reloadPlan",
        "refuseScale",
      ] as const) {
        decisions[decision].tap({ name: "hostile", stage: -1 }, boom as never);
      }
    },
  };
  const { pool, clock, runtime, facts } = rig({
    groups: { g: { entry: "./g.ts", workers: { min: 1, max: 3 } } },
    plugins: [hostile],
  });
  await pool.start();
  await clock.pass(20_000);
  runtime.worker("g#0").exit(1);
  await turn();
  assert.equal(await pool.scale("g", 3), { from: 1, to: 3 });
  const reload = pool.reload();
  await clock.pass(10_000);
  assert.is((await reload).rolledBack, false);
  assert.equal(
    pool.status().groups[0]!.slots.map(({ state }) => state),
    ["ready", "ready", "ready"],
  );
  assert.equal(await pool.stop(), { exitCode: 0, reason: "asked to stop" });
  const [stages, names] = [new Set<string>(), new Set<string>()];
  for (const { stage, plugin } of facts("plugin:error")) {
    stages.add(stage);
    names.add(plugin);
  }
  assert.equal([...names], ["hostile"], "told under its name");
  for (const stage of ["slot:state", "classifyExit", "restart", "scaleTarget", "reloadPlan", "refuseScale"]) {
    assert.ok(stages.has(stage), `${stage} was never reported: ${[...stages].join()}`);
  }
});

test("a spawnOptions tap that fails is a start that failed, with its name", async () => {
  const bad: Plugin = {
    name: "vault",
    setup({ decisions }) {
      decisions.spawnOptions.tapPromise("vault", () => Promise.reject(new Error("sealed")));
    },
  };
  const { pool, runtime, facts } = rig({ plugins: [bad] });
  await pool.start();
  assert.is(runtime.workers.length, 0);
  const [exit] = facts("exit:classified");
  assert.is(exit!.verdict.class, "startFailure");
  assert.match(exit!.verdict.reason, /plugin vault failed in spawnOptions: sealed/);
  assert.is((await pool.closed).exitCode, 1);
});

test("a spawnOptions tap that never answers ends with the time for hello", async () => {
  let asked = 0;
  const slow: Plugin = {
    name: "slow",
    setup({ decisions }) {
      decisions.spawnOptions.tapPromise("slow", () => {
        asked++;
        return asked === 1 ? new Promise(() => {}) : Promise.resolve(undefined as never);
      });
    },
  };
  const groups = { g: { entry: "./g.ts", hello: 3000, workers: 2 } };
  const { pool, clock, facts, runtime } = rig({ groups, plugins: [slow] });
  const start = pool.start();
  await clock.pass(2999);
  assert.is(runtime.workers.length, 1);
  assert.is(facts("exit:classified").length, 0);
  await clock.pass(1);
  assert.is(facts("exit:classified")[0]!.verdict.class, "startFailure");
  await clock.pass(1000);
  await start;
  assert.is(runtime.workers.length, 2);
  await pool.stop();
});

test("options that come after the worker was given up start nothing", async () => {
  let answer!: (options: undefined) => void;
  const late: Plugin = {
    name: "late",
    setup({ decisions }) {
      decisions.spawnOptions.tapPromise("late", () => new Promise((resolve) => (answer = resolve as never)));
    },
  };
  const { pool, runtime } = rig({ plugins: [late] }, obliging);
  void pool.start();
  await turn();
  const end = await settled(pool.stop());
  assert.equal(end, { exitCode: 0, reason: "asked to stop" });
  answer(undefined);
  await turn();
  assert.is(runtime.workers.length, 0);
});

test.run();
