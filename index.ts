/**
 * poolable: runs pools of worker processes and keeps them alive. This file composes the kernel with the runtimes
 * and the built-in policies; everything else is in `core`, `plugins` and `runtimes`.
 */
import type { PoolConfig } from "./core/contract/config.ts";
import type { Plugin, PluginInput } from "./core/contract/plugin.ts";
import type { Pool } from "./core/contract/pool.ts";
import type { Runtime } from "./core/contract/runtime.ts";
import { createKernel } from "./core/shell/kernel.ts";
import { health } from "./plugins/health/index.ts";
import { jobs } from "./plugins/jobs/index.ts";
import type { PoolConnection, PoolTarget } from "./plugins/jobs/index.ts";
import { restart } from "./plugins/restart/index.ts";
import { namedPolicies } from "./plugins/restart/named.ts";
import { scaling } from "./plugins/scaling/index.ts";
import { scoreboard } from "./plugins/scoreboard/index.ts";
import { sockets } from "./plugins/sockets/index.ts";
import { allRuntimes } from "./runtimes/all.ts";
import { runAs } from "./runtimes/running-plugin.ts";
import { systemClock } from "./system/clock.ts";

export * from "./core/index.ts";
export { JobError, jobErrorCodes } from "./core/contract/job-errors.ts";
export type { JobErrorCode } from "./core/contract/job-errors.ts";
export type {
  CallGroup,
  InputFor as JobInput,
  Item as JobItem,
  JobClient,
  MapOptions,
  Name as JobName,
  Output as JobOutput,
} from "./plugins/jobs/client/client.ts";
export type {
  InputOf,
  ItemOf,
  Job,
  JobHandler,
  JobHandlers,
  JobLog,
  JobsOf,
  OutputOf,
} from "./plugins/jobs/wire/job.ts";
export type { RunOptions } from "./plugins/jobs/client/options.ts";
export type { JobStream } from "./plugins/jobs/client/stream.ts";
export type { ConnectionState, PoolConnection, PoolTarget } from "./plugins/jobs/index.ts";

/** What {@link createPool} takes beside the config. */
export interface CreatePoolOptions {
  /** What workers run under, the default first; the supervisor's own, and the others, when it is left out. */
  runtimes?: Runtime[];
  /** The config of the next generation, asked at each reload; the same again when it is left out. */
  load?: () => PoolConfig | Promise<PoolConfig>;
  /** A folder that is there and only this user can enter, for the scoreboard and the sockets of job workers. */
  directory?: string;
}

/**
 * Makes a pool with the built-in policies. Nothing starts before `pool.start()`.
 *
 * @throws PoolError `E_CONFIG` or `E_PLUGIN`, one line that names the key, the value and what is accepted.
 */
export function createPool<Name extends string>(
  config: PoolConfig<Name>,
  options: CreatePoolOptions = {},
): Pool {
  const { load, directory } = options;
  const { runtimes = allRuntimes({ root: config?.root, executables: config?.executables }) } = options;
  const ports = { clock: systemClock(), runtimes, load, pid: process.pid, runAs, policies: namedPolicies };
  const own = namesOf(config?.plugins);
  const builtIn = [restart(), sockets(), scoreboard({ directory }), jobs({ directory }), scaling(), health()];
  return createKernel(config, ports).use(builtIn.filter(({ name }) => !own.has(name)));
}

/**
 * Connects to the job groups of a pool: one of this process that is started, or, by its name, one that
 * `poolable start` runs for the same user. When the supervisor of the latter goes, the connection waits until it is back.
 *
 * @throws PoolError `E_STATE`, `E_NOT_RUNNING` or `E_CONTROL`
 */
export async function connectPool(target: PoolTarget): Promise<PoolConnection> {
  // Only where it is needed: a supervisor calls no jobs, and the codec takes memory.
  const { connectTo } = await import("./plugins/jobs/connect/connect.ts");
  return connectTo(target, systemClock());
}

/** Names of the plugins in a config: one called as a built-in, `sockets({ strategies })` say, replaces it. */
function namesOf(input: PluginInput | undefined): Set<string> {
  if (Array.isArray(input)) return new Set(input.flatMap((each) => [...namesOf(each)]));
  return new Set(input ? [(input as Plugin).name] : []);
}
