import type { PluginContext } from "./plugin-context.ts";

/**
 * Runs `work` as a part of a plugin: what it leaves running (timers, promises, sockets) counts as the plugin's too, as
 * far as the runtime can tell.
 */
export type RunAs = <T>(plugin: string, work: () => T) => T;

/** Runs `work`, and remembers nothing. */
export const runAsNobody: RunAs = (_plugin, work) => work();

/** Lets go of everything that a plugin's `setup` took. */
export type Dispose = () => void | Promise<void>;

/** A policy, or anything that observes the pool. */
export interface Plugin {
  /** Unique in the pool; also the name of its taps, so that a decision can say who took it. */
  readonly name: string;
  /**
   * Names of the plugins that are set up before this one, wherever they are listed. `pool.start()` rejects with
   * `E_PLUGIN` when one of them is not there, or plugins wait for each other.
   *
   * @default [] (the order of the list)
   */
  readonly after?: readonly string[];
  /**
   * The module of its half in the workers, as a `file:` URL; its default export is what `defineWorkerPlugin` returns. It
   * is loaded before the entry, in the workers that `spawnOptions` gives `welcome` data of this plugin's name.
   */
  readonly worker?: URL | string;
  /**
   * Called once, before any worker starts and after the plugins before it. A throw or rejection here stops
   * `pool.start()`: what has been set up is disposed of in reverse order, and nothing runs.
   */
  setup(pool: PluginContext): void | Dispose | Promise<void | Dispose>;
}

/** What `plugins` takes: a plugin, something falsy, or a list of these. */
export type PluginInput = Plugin | false | null | undefined | "" | 0 | PluginInput[];

/** Types a plugin factory and returns it unchanged. */
export function definePlugin<Options extends unknown[]>(
  factory: (...options: Options) => Plugin,
): (...options: Options) => Plugin {
  return factory;
}
