import { PoolError } from "../contract/errors.ts";
import type { PluginContext } from "../contract/plugin-context.ts";
import type { Pool, StopOptions } from "../contract/pool.ts";
import type { FindSlot } from "./find-slot.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { PluginList } from "./plugins.ts";
import type { Reloads } from "./reload-queue.ts";
import { createRestart } from "./restart.ts";
import { createScale } from "./scale.ts";
import type { Shell } from "./shell.ts";
import { statusOf } from "./status.ts";
import { createStopGroup } from "./stop.ts";

/** What the object that users call is made of. */
export interface PoolParts {
  readonly lifecycle: Lifecycle;
  readonly plugins: PluginList;
  readonly reloads: Reloads;
  readonly strategies: PluginContext["strategies"];
  readonly findSlot: FindSlot;
  /** The process id of the supervisor. */
  readonly pid: number;
}

/** Makes the object that users call. */
export function createPoolObject(
  shell: Shell,
  { lifecycle, plugins, reloads, strategies, findSlot, pid }: PoolParts,
): Pool {
  const { config, clock, notifier, asker } = shell;
  const stopGroup = createStopGroup(shell);
  const pool: Pool = {
    name: config.name,
    config,
    hooks: notifier.hooks,
    decisions: asker.decisions,
    closed: lifecycle.closed,
    use(...inputs) {
      if (lifecycle.startedAt() !== undefined)
        throw new PoolError("E_STATE", "use() comes before start(): the pool has started");
      plugins.add(inputs);
      return pool;
    },
    start: lifecycle.start,
    stop: ((options: StopOptions = {}) => {
      const { group } = options;
      return group === undefined ? lifecycle.stop(options) : stopGroup({ ...options, group });
    }) as Pool["stop"],
    restart: createRestart(shell, findSlot),
    scale: createScale(shell),
    reload: reloads.reload,
    replace: async (id) => reloads.replace(findSlot(id)),
    status: () =>
      statusOf(
        shell.state(),
        { config, strategies },
        { pid, now: clock.now(), startedAt: lifecycle.startedAt() },
      ),
  };
  return pool;
}
