// timeout: 120
/** Plugins with a half in the workers, under each runtime. */
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { GroupConfig, HookPayload, PluginContext, Pool, PoolEnd } from "../../index.ts";
import { createPool } from "../../index.ts";
import { suite, type TestContext } from "../_suite.ts";

const test = suite("worker halves of plugins");

const url = (name: string): URL => new URL(`../fixtures/plugins/${name}`, import.meta.url);
const path = (name: string): string => fileURLToPath(url(name));

type Said = HookPayload<"worker:message">["message"];

interface Rig {
  readonly pool: Pool;
  readonly context: PluginContext;
  readonly said: Said[];
  readonly logs: string[];
  /** Resolves when the half has said it. */
  heard(message: Said): Promise<void>;
}

/** A pool of one worker with the plugin `echo`. It is not started. */
function rig(
  t: TestContext,
  runtime: string,
  data: object | undefined,
  module?: unknown,
  group: Partial<GroupConfig> = {},
): Rig {
  const [said, logs, looks]: [Said[], string[], Set<() => void>] = [[], [], new Set()];
  let context!: PluginContext;
  const pool = createPool({
    name: "halves",
    groups: { w: { entry: path("worker.mjs"), runtime, drain: "5s", ...group } },
    plugins: [
      {
        name: "echo",
        after: ["scoreboard"],
        worker: (module ?? url("echo-worker.mjs")) as URL,
        setup(given) {
          context = given;
          given.decisions.spawnOptions.tap("echo", (spawn) =>
            data === undefined ? spawn : { ...spawn, welcome: { ...spawn.welcome, echo: data } },
          );
        },
      },
    ],
  });
  pool.hooks.hook("worker:message", ({ plugin, message }) => {
    if (plugin === "echo") said.push(message);
    for (const look of looks) look();
  });
  pool.hooks.hook("worker:log", ({ message }) => void logs.push(message));
  t.defer(() => pool.stop({ now: true }));
  return {
    pool,
    get context() {
      return context;
    },
    said,
    logs,
    heard: (message) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (said.some((each) => JSON.stringify(each) === JSON.stringify(message))) resolve();
        };
        looks.add(look);
        look();
      }),
  };
}

for (const runtime of ["node", "bun", "deno"]) {
  test(`a half adds members, speaks with the supervisor and takes part in the life: ${runtime}`, async (t) => {
    const half = rig(t, runtime, { greeting: "hello" });
    const { pool, said, logs, heard } = half;
    await pool.start();
    const { context } = half;
    await heard({ stage: "ready" });
    assert.equal(said.slice(0, 2), [{ before: "hello" }, { stage: "ready" }]);
    // A worker is ready before its `run` has said anything.
    const logged = (): Promise<void> | void => {
      if (logs.length === 0)
        return new Promise((resolve) => pool.hooks.hookOnce("worker:log", () => resolve()));
    };
    await logged();
    assert.equal(logs, ["echo is hello, custom1 is 5"]);
    assert.ok(context.sendMessage("w#0", 1, { n: 1 }));
    await heard({ echo: { n: 1 } });
    assert.not(context.sendMessage("w#0", 2, {}), "there is no such epoch");
    const isLogged = new Promise((resolve) => pool.hooks.hookOnce("worker:log", resolve));
    context.sendMessage("w#0", 1, "throw");
    await isLogged;
    assert.is(logs.at(-1), "plugin echo: asked to throw");
    await pool.stop();
    const stages = said.flatMap((each) => (each as { stage?: string }).stage ?? []);
    assert.equal(stages, ["ready", "draining", "stopping"]);
    assert.ok(said.some((each) => (each as { drain?: string }).drain === "begun"));
  });
}

test("a worker without data for a plugin loads nothing of it", async (t) => {
  const { pool, said, logs } = rig(t, "node", undefined, url("is-not-there.mjs"));
  const logged = new Promise((resolve) => pool.hooks.hookOnce("worker:log", resolve));
  await pool.start();
  await logged;
  assert.equal([said, logs], [[], ["echo is undefined, custom1 is 0"]]);
});

for (const [fault, module, expected, code = 2] of [
  ["setup", undefined, /group w cannot start: plugin echo: no database/, 1],
  ["check", undefined, /group w cannot start: this group has no workers/],
  ["", url("is-not-there.mjs"), /group w cannot start: plugin echo: Cannot find module .*is-not-there\.mjs/],
  [
    "",
    url("no-plugin.mjs"),
    /plugin echo: .*no-plugin\.mjs exports no worker plugin: export default defineWorkerPlugin/,
  ],
] as const) {
  test(`a half that cannot be set up ends the start with its name: ${String(expected)}`, async (t) => {
    const { pool } = rig(t, "node", { greeting: "", fault }, module);
    void pool.start();
    const { exitCode, reason }: PoolEnd = await pool.closed;
    assert.is(exitCode, code);
    assert.match(reason, expected);
  });
}

test("what a half throws at a stage is logged, and ends nothing", async (t) => {
  const { pool, logs } = rig(t, "node", { greeting: "x", fault: "stage" });
  await pool.start();
  await pool.stop();
  assert.ok(logs.includes("plugin echo: no ready"), logs.join("\n"));
  assert.is(pool.status().groups[0]!.slots[0]!.lastExit?.class, "requested");
});

test("a plugin says where its half is, by a URL", (t) => {
  assert.throws(
    () => rig(t, "node", {}, "./echo-worker.mjs"),
    /plugins: worker of echo is no file: URL; write new URL\("\.\/worker\.mjs", import\.meta\.url\)/,
  );
});

for (const [runtime, permissions] of [
  ["deno", {}],
  ["node", { net: true, env: true, sys: true, read: [path("worker.mjs")] }],
] as const) {
  test(`with narrow permissions the half is read: ${runtime}`, async (t) => {
    const group = { permissions: permissions as GroupConfig["permissions"] };
    const { pool, heard } = rig(t, runtime, { greeting: "narrow" }, undefined, group);
    await pool.start();
    await heard({ before: "narrow" });
  });
}

test.run();
