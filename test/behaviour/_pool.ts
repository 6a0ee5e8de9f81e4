import { fileURLToPath } from "node:url";
import type { GroupConfig, HookPayload, Pool, PoolConfig } from "../../index.ts";
import type { createPool } from "../../index.ts";
import type { AddTest, Suite, TestBody, TestContext, TestOptions } from "../_suite.ts";
import { nextFact, poolFor } from "../harness/pool.ts";
import type { World } from "./_worlds.ts";

/** The path of a fixture of these tests. */
export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/behaviour/${name}`, import.meta.url));

/** What was decided about the first worker that ended. */
export function firstEnd(pool: Pool): Promise<HookPayload<"restart:decided">> {
  return nextFact(pool, "restart:decided");
}

/** Pools in a world. */
export interface Pools {
  /** A pool with one group `w` of one worker that acts as told, stopped after the test. */
  poolOf(t: TestContext, act: string[], group?: Partial<GroupConfig>, pool?: Partial<PoolConfig>): Pool;
  /** A pool, stopped after the test whatever becomes of it. */
  started(t: TestContext, config: PoolConfig, options?: Parameters<typeof createPool>[1]): Pool;
}

export function poolsIn({ runtime }: World): Pools {
  const inWorld = (config: PoolConfig): PoolConfig => {
    const groups = Object.entries(config.groups).map(([name, group]) => [name, { runtime, ...group }]);
    return { ...config, groups: Object.fromEntries(groups) as PoolConfig["groups"] };
  };
  const started: Pools["started"] = (t, config, { load, ...options } = {}) =>
    poolFor(t, inWorld(config), { ...options, load: load && (async () => inWorld(await load())) });
  return {
    started,
    poolOf: (t, act, group = {}, pool = {}) =>
      started(t, {
        name: "behaviour",
        ...pool,
        groups: { w: { entry: fixture("worker.mjs"), args: act, stop: "2s", drain: "2s", ...group } },
      }),
  };
}

/** The environment and flags that make a worker a rogue. */
export function rogue({ preload }: World, act: string): Partial<GroupConfig> {
  return { env: { ROGUE: act }, execArgv: preload(fixture("rogue.mjs")) };
}

/** Adds tests, but for the gaps of the world, which are skipped by their reason. */
export function testsIn(suite: Suite, { gaps = {} }: World): AddTest {
  return (name: string, ...rest: [TestBody] | [TestOptions, TestBody]): void => {
    const [options, body] = rest.length === 2 ? rest : [{}, rest[0]];
    suite(name, { ...options, skip: gaps[name] ?? options.skip }, body);
  };
}
