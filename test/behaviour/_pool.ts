import { fileURLToPath } from "node:url";
import type { GroupConfig, HookPayload, Pool, PoolConfig } from "../../index.ts";
import { createPool } from "../../index.ts";
import type { TestContext } from "../_suite.ts";

/** The path of a fixture of these tests. */
export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/behaviour/${name}`, import.meta.url));

/** A pool with one group `w` of one worker that acts as told, stopped after the test. */
export function poolOf(
  t: TestContext,
  act: string[],
  group: Partial<GroupConfig> = {},
  pool: Partial<PoolConfig> = {},
): Pool {
  return started(t, {
    name: "behaviour",
    ...pool,
    groups: { w: { entry: fixture("worker.mjs"), args: act, stop: "2s", drain: "2s", ...group } },
  });
}

/** A pool, stopped after the test whatever becomes of it. */
export function started(t: TestContext, config: PoolConfig): Pool {
  const pool = createPool(config);
  t.defer(() => pool.stop({ now: true }));
  return pool;
}

/** What was decided about the first worker that ended. */
export function firstEnd(pool: Pool): Promise<HookPayload<"restart:decided">> {
  return new Promise((resolve) => pool.hooks.hookOnce("restart:decided", resolve));
}

/** The environment and flags that make a worker a rogue. */
export function rogue(act: string): Partial<GroupConfig> {
  return { env: { ROGUE: act }, execArgv: ["--import", fixture("rogue.mjs")] };
}
