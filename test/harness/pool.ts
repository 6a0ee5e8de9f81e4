/** The rig for a pool in the process of the test; CONTRIBUTING says when to take another one. */
import type { HookName, HookPayload, Pool, PoolConfig } from "../../index.ts";
import { createPool } from "../../index.ts";
import type { TestContext } from "../_suite.ts";

/** Creates a pool that is stopped after the test. */
export function poolFor(
  { defer }: Pick<TestContext, "defer">,
  config: PoolConfig,
  options?: Parameters<typeof createPool>[1],
): Pool {
  const pool = createPool(config, options);
  defer(() => pool.stop({ now: true }));
  return pool;
}

/** A pool that runs. */
export interface StartedPool {
  readonly pool: Pool;
  /** Where each group listens. */
  readonly at: Readonly<Record<string, string>>;
}

/** Creates a pool that is stopped after the test, and starts it. */
export async function startPool(...args: Parameters<typeof poolFor>): Promise<StartedPool> {
  const pool = poolFor(...args);
  const at: Record<string, string> = {};
  pool.hooks.hook("listener:opened", (fact) => void (at[fact.group] = fact.at));
  await pool.start();
  return { pool, at };
}

/** Returns a list to which each fact of a hook is added. */
export function record<Name extends HookName>(pool: Pool, name: Name): HookPayload<Name>[] {
  const facts: HookPayload<Name>[] = [];
  pool.hooks.hook(name, ((fact: HookPayload<Name>) => void facts.push(fact)) as never);
  return facts;
}

/** Resolves with the next fact of a hook that fits. */
export function nextFact<Name extends HookName>(
  pool: Pool,
  name: Name,
  fits: (fact: HookPayload<Name>) => boolean = () => true,
): Promise<HookPayload<Name>> {
  return new Promise((resolve) => {
    const remove = pool.hooks.hook(name, ((fact: HookPayload<Name>) => {
      if (!fits(fact)) return;
      remove();
      resolve(fact);
    }) as never);
  });
}
