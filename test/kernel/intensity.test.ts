/** The plugin that escalates: off unless it is named. */
import * as assert from "uvu/assert";
import type { PoolConfig } from "../../core/contract/config.ts";
import type { IntensityOptions } from "../../plugins/intensity/index.ts";
import { intensity } from "../../plugins/intensity/index.ts";
import { suite } from "../_suite.ts";
import type { Rig } from "./_ports.ts";
import { rig, settled } from "./_ports.ts";

const test = suite("intensity");

const groups: PoolConfig["groups"] = {
  web: { entry: "./g.ts" },
  feed: { entry: "./g.ts", workers: { min: 3, max: 4 } },
};

/** A pool that is running, with the plugin. */
async function started(options: IntensityOptions): Promise<Rig> {
  const made = rig({ groups, plugins: [intensity(options)] });
  await made.pool.start();
  await made.clock.pass(20_000);
  return made;
}

const statesOf = ({ pool }: Rig, group: number): string[] =>
  pool.status().groups[group]!.slots.map(({ state }) => state);

test("stop: the whole group fails, its workers drain, and the others go on", async () => {
  const made = await started({ groups: { feed: { max: 1, action: "stop" } } });
  const { clock, runtime, facts, pool } = made;
  runtime.worker("feed#0").exit(1);
  await clock.pass(1_000);
  runtime.worker("feed#1").exit(1);
  await clock.pass(1_000);
  assert.equal(statesOf(made, 1), ["failed", "failed", "failed", "idle"]);
  assert.equal(statesOf(made, 0), ["ready"]);
  const [, decided, other] = facts("restart:decided");
  assert.equal(
    [decided!.action, decided!.by, decided!.reason],
    ["fail", "intensity", "group feed has had 2 counted exits in 1 min 00 s, 1 allowed"],
  );
  assert.equal(
    [other!.action, other!.by, other!.reason],
    ["fail", "poolable:kernel", "its group was given up"],
  );
  assert.ok(runtime.worker("feed#2").heard.includes("drain"));

  // An operator starts it again.
  await pool.restart("feed#2");
  assert.is(statesOf(made, 1)[2], "ready");
  await pool.stop();
});

test("stop reaches a slot that waits for its restart", async () => {
  const made = await started({ groups: { feed: { max: 2, action: "stop" } } });
  made.runtime.worker("feed#0").exit(1);
  made.runtime.worker("feed#1").exit(1);
  await made.clock.pass(10);
  made.runtime.worker("feed#0").exit(1);
  await made.clock.pass(1_000);
  assert.equal(statesOf(made, 1), ["failed", "failed", "failed", "idle"]);
  await made.pool.stop();
});

test("restart: all workers of the group are replaced", async () => {
  const made = await started({ groups: { "*": { max: 0, action: "restart" } } });
  made.runtime.worker("feed#0").exit(1);
  await made.clock.pass(5_000);
  const epochs = made.pool.status().groups[1]!.slots.map(({ epoch }) => epoch);
  assert.equal(epochs, [2, 2, 2, 0]);
  assert.is(made.pool.status().groups[0]!.slots[0]!.epoch, 1);
  await made.pool.stop();
});

test("shutdown: by a group, or by all together", async () => {
  for (const options of [
    { groups: { feed: { max: 1, window: "10s", action: "shutdown" } } },
    { pool: { max: 1, window: "10s" } },
  ] as const) {
    const made = await started(options);
    made.runtime.worker("feed#0").exit(1);
    await made.clock.pass(11_000);
    made.runtime.worker("feed#0").exit(1);
    assert.is(made.pool.status().pool.state, "running");
    await made.clock.pass(500);
    made.runtime.worker("feed#1").exit(1);
    await made.clock.pass(0);
    const end = (await settled(made.pool.closed)) as { exitCode: number; reason: string };
    assert.is(end.exitCode, 1);
    assert.match(end.reason, "has had 2 counted exits in 10 s, 1 allowed");
  }
});

test("what was asked for, and ends in order, do not count", async () => {
  const made = await started({ pool: { max: 0 } });
  void made.pool.restart("web#0");
  await made.clock.pass(2_000);
  made.runtime.worker("web#0").goodbye("done");
  made.runtime.worker("web#0").exit(0);
  await made.clock.pass(2_000);
  assert.is(made.pool.status().pool.state, "running");
  await made.pool.stop();
});

test("an option that is not accepted is refused in one line", async () => {
  for (const [options, message] of [
    [
      { groups: { fed: { max: 1, action: "stop" } } },
      'groups.fed }): "fed" is not accepted; expected the name of a group (web, feed) or *',
    ],
    [{ groups: { web: { max: -1, action: "stop" } } }, "groups.web.max }): -1 is not accepted"],
    [
      { groups: { web: { max: 1, action: "kill" } } },
      "groups.web.action }): \"kill\" is not accepted; expected 'stop', 'restart' or 'shutdown'",
    ],
    [{ pool: { max: 1, window: "soon" } }, 'pool.window }): "soon" is not accepted'],
  ] as const) {
    const { pool } = rig({ groups, plugins: [intensity(options as never)] });
    const error = (await settled(pool.start())) as Error;
    assert.match(error.message, message);
  }
});

test.run();
