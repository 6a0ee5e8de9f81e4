import type { Clock } from "./clock.ts";
import { formatDuration } from "./duration.ts";
import { messageOf, PoolError } from "./errors.ts";
import type { Notifier } from "./hooks.ts";
import type { Dispose, Plugin, PluginInput } from "./plugin.ts";
import { inOrder } from "./plugin-order.ts";
import type { Pool } from "./pool.ts";

/** A setup that takes longer is told to `plugin:slow`, also while it still runs. Milliseconds. */
export const SLOW_SETUP_MS = 1_000;
/** A dispose that takes longer is not waited for: it must not keep a pool open that has ended. Milliseconds. */
export const DISPOSE_LIMIT_MS = 10_000;

/** The plugins of one pool: a flat list without two of a name. */
export interface PluginList {
  /** Throws `E_PLUGIN`. */
  add(inputs: readonly PluginInput[]): void;
  /** Sets all up, one after the other, in the order of the list and of `after`. On failure the ones before it are disposed of, and it rejects. */
  setup(pool: Pool): Promise<void>;
  /** Disposes in reverse order; every one is called, whatever the others do, and waited for 10 s. Calling it again does nothing. */
  dispose(): Promise<void>;
}

export function createPluginList(notifier: Notifier, clock: Clock): PluginList {
  const plugins = new Map<string, Plugin>();
  const disposers: [name: string, dispose: Dispose][] = [];

  async function setupOne(plugin: Plugin, pool: Pool): Promise<void> {
    const startedAt = clock.now();
    const cancel = clock.at(startedAt + SLOW_SETUP_MS, () => {
      notifier.notify("plugin:slow", { plugin: plugin.name, tookMs: clock.now() - startedAt });
    });
    try {
      const dispose = await plugin.setup(pool);
      if (typeof dispose === "function") disposers.push([plugin.name, dispose]);
    } catch (error) {
      // A PoolError is already one clear line.
      if (error instanceof PoolError) throw error;
      throw new PoolError("E_PLUGIN", `plugin ${plugin.name} failed in setup: ${messageOf(error)}`, {
        cause: error,
      });
    } finally {
      cancel();
    }
  }

  async function disposeOne(plugin: string, dispose: Dispose): Promise<void> {
    let cancel!: () => void;
    const late = new Promise<never>((_, reject) => {
      const limit = formatDuration(DISPOSE_LIMIT_MS);
      cancel = clock.at(clock.now() + DISPOSE_LIMIT_MS, () => reject(new Error(`not done after ${limit}`)));
    });
    try {
      await Promise.race([dispose(), late]);
    } catch (error) {
      notifier.notify("plugin:error", { plugin, stage: "dispose", error });
    } finally {
      cancel();
    }
  }

  const list: PluginList = {
    add(inputs) {
      for (const input of inputs) {
        if (!input) continue;
        if (Array.isArray(input)) {
          list.add(input);
          continue;
        }
        const { name, setup } = input as Partial<Plugin>;
        if (typeof name !== "string" || name === "" || typeof setup !== "function") {
          throw new PoolError(
            "E_PLUGIN",
            "plugins: expected { name, setup }; use definePlugin and call what it returns",
          );
        }
        const { after = [] } = input as Partial<Plugin>;
        if (!Array.isArray(after) || after.some((other) => typeof other !== "string"))
          throw new PoolError("E_PLUGIN", `plugins: after of ${name} is not a list of names of plugins`);
        if (plugins.has(name))
          throw new PoolError("E_PLUGIN", `plugins: two plugins are named ${name}; remove one`);
        plugins.set(name, input as Plugin);
      }
    },
    async setup(pool) {
      try {
        for (const plugin of inOrder(plugins)) await setupOne(plugin, pool);
      } catch (error) {
        await list.dispose();
        throw error;
      }
    },
    async dispose() {
      for (;;) {
        const next = disposers.pop();
        if (!next) return;
        await disposeOne(...next);
      }
    },
  };
  return list;
}
