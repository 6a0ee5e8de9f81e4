import type { Clock } from "../contract/clock.ts";
import { formatDuration } from "../contract/duration.ts";
import { messageOf, PoolError } from "../contract/errors.ts";
import type { PluginContext } from "../contract/plugin-context.ts";
import type { Dispose, Plugin, PluginInput, RunAs } from "../contract/plugin.ts";
import type { Notifier } from "./notifier.ts";
import { inOrder } from "./plugin-order.ts";

/** A setup that takes longer is told to `plugin:slow`, also while it still runs. Milliseconds. */
export const SLOW_SETUP_MS = 1_000;
/**
 * A dispose that takes longer, and a setup that takes longer after the pool was asked to stop, is not waited for: it must
 * not keep a pool open that has ended. Milliseconds.
 */
export const DISPOSE_LIMIT_MS = 10_000;

/** The plugins of one pool: a flat list without two of a name. */
export interface PluginList {
  /** The module of a plugin's half in the workers. */
  workerModule(plugin: string): string | undefined;
  /** Throws `E_PLUGIN`. */
  add(inputs: readonly PluginInput[]): void;
  /**
   * Sets all up, one after the other, in the order of the list and of `after`, each with its own context. On
   * failure the ones before it are disposed of, and it rejects. Resolves early after `abandon`.
   */
  setup(contextOf: (plugin: string) => PluginContext): Promise<void>;
  /**
   * Sets no further plugin up. The one whose setup still runs is waited for, 10 s at most, or not at all with `now`; what
   * it returns later is called then.
   */
  abandon(now: boolean): void;
  /** Disposes in reverse order; every one is called, whatever the others do, and waited for 10 s. Calling it again does nothing. */
  dispose(): Promise<void>;
}

export function createPluginList(notifier: Notifier, clock: Clock, runAs: RunAs): PluginList {
  const plugins = new Map<string, Plugin>();
  const disposers: [name: string, dispose: Dispose][] = [];
  let isAbandoned = false;
  let giveUp!: () => void;
  const givenUp = new Promise<void>((resolve) => (giveUp = resolve));

  async function setupOne(plugin: Plugin, pool: PluginContext): Promise<void> {
    const startedAt = clock.now();
    const cancel = clock.at(startedAt + SLOW_SETUP_MS, () => {
      notifier.notify("plugin:slow", { plugin: plugin.name, tookMs: clock.now() - startedAt });
    });
    try {
      let isLate = false;
      const done = runAs(plugin.name, async () => plugin.setup(pool)).then(async (dispose) => {
        if (typeof dispose !== "function") return;
        if (isLate) await disposeOne(plugin.name, dispose);
        else disposers.push([plugin.name, dispose]);
      });
      await Promise.race([done, givenUp.then(() => (isLate = true))]);
      done.catch((error: unknown) => {
        if (isLate) notifier.report(plugin.name, "setup", error);
      });
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
      await Promise.race([runAs(plugin, dispose), late]);
    } catch (error) {
      notifier.report(plugin, "dispose", error);
    } finally {
      cancel();
    }
  }

  const list: PluginList = {
    workerModule(plugin) {
      const { worker } = plugins.get(plugin) ?? {};
      return worker === undefined ? undefined : String(worker);
    },
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
        const { after = [], worker } = input as Partial<Plugin>;
        if (worker !== undefined && !String(worker).startsWith("file:"))
          throw new PoolError(
            "E_PLUGIN",
            `plugins: worker of ${name} is no file: URL; write new URL("./worker.mjs", import.meta.url)`,
          );
        if (!Array.isArray(after) || after.some((other) => typeof other !== "string"))
          throw new PoolError("E_PLUGIN", `plugins: after of ${name} is not a list of names of plugins`);
        if (plugins.has(name))
          throw new PoolError("E_PLUGIN", `plugins: two plugins are named ${name}; remove one`);
        plugins.set(name, input as Plugin);
      }
    },
    async setup(contextOf) {
      try {
        for (const plugin of inOrder(plugins)) {
          if (isAbandoned) return;
          await setupOne(plugin, contextOf(plugin.name));
        }
      } catch (error) {
        await list.dispose();
        throw error;
      }
    },
    abandon(now) {
      if (now) giveUp();
      else if (!isAbandoned) clock.at(clock.now() + DISPOSE_LIMIT_MS, giveUp);
      isAbandoned = true;
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
