import { PoolError } from "../contract/errors.ts";
import { EXIT_USAGE } from "../contract/exit-codes.ts";
import type { PluginContext } from "../contract/plugin-context.ts";
import type { PoolEnd, StopOptions } from "../contract/pool.ts";
import type { Runtime } from "../contract/runtime.ts";
import type { Generations } from "./generations.ts";
import { checkNeeds } from "./generations.ts";
import type { PluginList } from "./plugins.ts";
import { openRuntime, prepareRuntime } from "./runtimes.ts";
import type { Shell } from "./shell.ts";
import type { SuspendDetector } from "./suspend-detector.ts";
import type { Timers } from "./timers.ts";

/** What starts and ends with a pool. */
export interface LifecycleParts {
  readonly runtimes: ReadonlyMap<string, Runtime>;
  readonly plugins: PluginList;
  readonly generations: Generations;
  readonly timers: Timers;
  readonly suspendDetector: SuspendDetector;
  /** Returns what the `setup` of a plugin receives. */
  contextOf(plugin: string): PluginContext;
}

/** The start and the end of a pool. */
export interface Lifecycle {
  /** Resolves when no process is left. */
  readonly closed: Promise<PoolEnd>;
  /** Returns when the pool was started, or stopped without a start, as a time of the clock. */
  startedAt(): number | undefined;
  start(): Promise<void>;
  stop(options: StopOptions): Promise<PoolEnd>;
  /** Disposes of the plugins and closes the runtimes, when no worker is left. */
  close(): Promise<void>;
}

export function createLifecycle(shell: Shell, parts: LifecycleParts): Lifecycle {
  const { config, clock, notifier, dispatch } = shell;
  const { runtimes, plugins, generations, timers, suspendDetector } = parts;
  let startedAt: number | undefined;
  /** A stop during the setup takes effect at its end: `start` sees to it. */
  let isSettingUp = false;
  let stopReason: string | undefined;
  let resolveClosed!: (end: PoolEnd) => void;
  const closed = new Promise<PoolEnd>((resolve) => (resolveClosed = resolve));

  /** Does everything that comes before the first worker. Resolves early when somebody asked to stop. */
  async function setUp(): Promise<void> {
    const { groups } = config;
    for (const { name, runtime } of groups) await prepareRuntime(name, runtimes.get(runtime)!);
    for (const group of groups) checkNeeds(group, runtimes);
    if (stopReason !== undefined) return;
    notifier.notify("pool:starting", { pool: config.name });
    await plugins.setup(parts.contextOf);
    for (const runtime of runtimes.values()) {
      if (stopReason === undefined) await openRuntime(runtime, groups);
    }
  }

  async function start(): Promise<void> {
    if (startedAt !== undefined) throw new PoolError("E_STATE", "the pool has been started already");
    startedAt = clock.now();
    isSettingUp = true;
    try {
      await setUp();
    } catch (error) {
      await plugins.dispose();
      dispatch({ type: "stop", now: false, reason: "start failed", exitCode: EXIT_USAGE });
      await closed;
      throw error;
    } finally {
      isSettingUp = false;
    }
    if (stopReason !== undefined) return void (await stop({ reason: stopReason }));
    suspendDetector.start();
    generations.begin();
    dispatch({ type: "start" });
    await shell.waiters.until(({ pool: { counts } }) => counts.unready === 0);
    if (shell.state().pool.state === "running") notifier.notify("pool:running", { pool: config.name });
  }

  async function stop({ now = false, reason = "asked to stop" }: StopOptions): Promise<PoolEnd> {
    stopReason ??= reason;
    startedAt ??= clock.now();
    if (isSettingUp) plugins.abandon(now);
    else dispatch({ type: "stop", now, reason, exitCode: 0 });
    return closed;
  }

  async function close(): Promise<void> {
    const end = shell.state().pool.end!;
    timers.clear();
    suspendDetector.stop();
    await plugins.dispose();
    for (const runtime of runtimes.values()) {
      await runtime
        .close()
        .catch((error: unknown) => notifier.report(`runtime ${runtime.name}`, "close", error));
    }
    resolveClosed(Object.freeze(end));
  }

  return { closed, startedAt: () => startedAt, start, stop, close };
}
