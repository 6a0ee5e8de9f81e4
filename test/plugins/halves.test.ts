// timeout: 120
/** Plugins with a half in the workers, under each runtime. */
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { GroupConfig, HookPayload, PluginContext, Pool, PoolEnd } from "../../index.ts";
import { suite, type TestContext } from "../_suite.ts";
import { nextFact, poolFor, record } from "../harness/pool.ts";

const test = suite("worker halves of plugins");

const url = (name: string): URL => new URL(`../fixtures/plugins/${name}`, import.meta.url);
const path = (name: string): string => fileURLToPath(url(name));

type Said = HookPayload<"worker:message">["message"];

interface Rig {
  readonly pool: Pool;
  /** What `setup` has received. */
  readonly context: Promise<PluginContext>;
  readonly said: Said[];
  readonly logs: HookPayload<"worker:log">[];
  /** Resolves when the half has said it. */
  heard(message: Said): Promise<unknown>;
}

/** A pool of one worker with the plugin `echo`. It is not started. */
function rig(
  t: TestContext,
  runtime: string,
  data: object | undefined,
  module?: unknown,
  group: Partial<GroupConfig> = {},
): Rig {
  let receive!: (context: PluginContext) => void;
  const context = new Promise<PluginContext>((resolve) => (receive = resolve));
  const pool = poolFor(t, {
    name: "halves",
    groups: { w: { entry: path("worker.mjs"), runtime, drain: "5s", ...group } },
    plugins: [
      {
        name: "echo",
        after: ["scoreboard"],
        worker: (module ?? url("echo-worker.mjs")) as URL,
        setup(given) {
          receive(given);
          given.decisions.spawnOptions.tap("echo", (spawn) =>
            data === undefined ? spawn : { ...spawn, welcome: { ...spawn.welcome, echo: data } },
          );
        },
      },
    ],
  });
  const said: Said[] = [];
  pool.hooks.hook("worker:message", ({ plugin, message }) => {
    if (plugin === "echo") said.push(message);
  });
  return {
    pool,
    context,
    said,
    logs: record(pool, "worker:log"),
    async heard(message) {
      const isIt = (each: Said): boolean => JSON.stringify(each) === JSON.stringify(message);
      if (!said.some(isIt)) await nextFact(pool, "worker:message", (fact) => isIt(fact.message));
    },
  };
}

/** Resolves when the worker has logged something. */
async function logged({ pool, logs }: Pick<Rig, "pool" | "logs">): Promise<void> {
  if (logs.length === 0) await nextFact(pool, "worker:log");
}

for (const runtime of ["node", "bun", "deno"]) {
  test(`a half adds members, speaks with the supervisor and takes part in the life: ${runtime}`, async (t) => {
    const half = rig(t, runtime, { greeting: "hello" });
    const { pool, said, logs, heard } = half;
    await pool.start();
    const context = await half.context;
    await heard({ stage: "ready" });
    assert.equal(said.slice(0, 2), [{ before: "hello" }, { stage: "ready" }]);
    // A worker is ready before its `run` has said anything.
    await logged(half);
    assert.equal(
      logs.map(({ message }) => message),
      ["echo is hello, custom1 is 5"],
    );
    assert.ok(context.sendMessage("w#0", 1, { n: 1 }));
    await heard({ echo: { n: 1 } });
    assert.not(context.sendMessage("w#0", 2, {}), "there is no such epoch");
    const isLogged = nextFact(pool, "worker:log");
    context.sendMessage("w#0", 1, "throw");
    assert.is((await isLogged).message, "plugin echo: asked to throw");
    await pool.stop();
    const stages = said.flatMap((each) => (each as { stage?: string }).stage ?? []);
    assert.equal(stages, ["ready", "draining", "stopping"]);
    assert.ok(said.some((each) => (each as { drain?: string }).drain === "begun"));
  });
}

test("a worker without data for a plugin loads nothing of it", async (t) => {
  const half = rig(t, "node", undefined, url("is-not-there.mjs"));
  await half.pool.start();
  await logged(half);
  const { said, logs } = half;
  assert.equal([said, logs.map(({ message }) => message)], [[], ["echo is undefined, custom1 is 0"]]);
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
  const lines = logs.map(({ message }) => message);
  assert.ok(lines.includes("plugin echo: no ready"), lines.join("\n"));
  assert.is(pool.status().groups[0]!.slots[0]!.lastExit?.class, "requested");
});

test("a message that comes while halves are set up waits for its handler", async (t) => {
  const { pool, context, heard } = rig(t, "node", { greeting: "x", fault: "slow" });
  const sent = context.then(async ({ sendMessage }) => {
    while (!sendMessage("w#0", 1, "early")) await new Promise(setImmediate);
  });
  await pool.start();
  await Promise.all([sent, heard({ echo: "early" })]);
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
