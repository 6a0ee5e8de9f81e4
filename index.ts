/**
 * poolable: runs pools of worker processes and keeps them alive. This file composes the kernel with the runtimes
 * and the built-in policies; everything else is in `core`, `plugins` and `runtimes`.
 */
import type { PoolConfig } from "./core/config.ts";
import { createKernel } from "./core/kernel.ts";
import type { Plugin, PluginInput } from "./core/plugin.ts";
import type { Pool } from "./core/pool.ts";
import type { Runtime } from "./core/runtime.ts";
import { restart } from "./plugins/restart/index.ts";
import { sockets } from "./plugins/sockets/index.ts";
import { allRuntimes } from "./runtimes/all.ts";
import { systemClock } from "./runtimes/clock.ts";

export * from "./core/index.ts";

/** What {@link createPool} takes beside the config. */
export interface CreatePoolOptions {
  /** What workers run under, the default first; the supervisor's own, and the others, when it is left out. */
  runtimes?: Runtime[];
  /** The config of the next generation, asked at each reload; the same again when it is left out. */
  load?: () => PoolConfig | Promise<PoolConfig>;
}

/**
 * Makes a pool with the built-in policies. Nothing starts before `pool.start()`.
 *
 * @throws PoolError `E_CONFIG` or `E_PLUGIN`, one line that names the key, the value and what is accepted.
 */
export function createPool(config: PoolConfig, options: CreatePoolOptions = {}): Pool {
  const { runtimes = allRuntimes({ root: config?.root, executables: config?.executables }), load } = options;
  const ports = { clock: systemClock(), runtimes, load, pid: process.pid };
  const own = namesOf(config?.plugins);
  return createKernel(config, ports).use([restart(), sockets()].filter(({ name }) => !own.has(name)));
}

/** Names of the plugins in a config: one called as a built-in, `sockets({ strategies })` say, replaces it. */
function namesOf(input: PluginInput | undefined): Set<string> {
  if (Array.isArray(input)) return new Set(input.flatMap((each) => [...namesOf(each)]));
  return new Set(input ? [(input as Plugin).name] : []);
}
