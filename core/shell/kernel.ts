import { resolveConfig } from "../config/resolve.ts";
import type { Clock } from "../contract/clock.ts";
import type { PoolConfig } from "../contract/config.ts";
import type { RestartName, RestartPolicy } from "../contract/decisions.ts";
import type { PluginContext } from "../contract/plugin-context.ts";
import { runAsNobody } from "../contract/plugin.ts";
import type { RunAs } from "../contract/plugin.ts";
import type { Pool } from "../contract/pool.ts";
import type { Runtime } from "../contract/runtime.ts";
import { initialState } from "../reducer/state/initial-state.ts";
import { createAsker } from "./decision-runner.ts";
import { runEffect } from "./effects.ts";
import { createEventLoop } from "./event-loop.ts";
import { createFindSlot } from "./find-slot.ts";
import { createGenerations } from "./generations.ts";
import { tapGroupPolicies } from "./group-policies.ts";
import { createLifecycle } from "./lifecycle.ts";
import { createNotifier } from "./notifier.ts";
import { createPluginContexts } from "./plugin-context.ts";
import { createPluginList } from "./plugins.ts";
import { createPoolObject } from "./pool.ts";
import { createReloads } from "./reload-queue.ts";
import { usedRuntimes } from "./runtimes.ts";
import type { Shell } from "./shell.ts";
import { createSuspendDetector } from "./suspend-detector.ts";
import { createTimers } from "./timers.ts";
import { createWaiters } from "./waiters.ts";
import { createWorkers } from "./workers.ts";

/** The ports of the kernel: all that it has of the world. */
export interface KernelPorts {
  readonly clock: Clock;
  /** By the names that groups use; the first one is the default. */
  readonly runtimes: readonly Runtime[];
  /** The config of the next generation, asked at each reload; the first one again when it is left out. */
  readonly load?: () => PoolConfig | Promise<PoolConfig>;
  /** The supervisor's own process id, for `status`. */
  readonly pid: number;
  /** Marks what each plugin does, so that an error that nobody caught can be told under its name; nobody is marked without it. */
  readonly runAs?: RunAs;
  /** What a group's `restart` means that is a name; without it the default decides. */
  readonly policies?: Readonly<Record<RestartName, RestartPolicy>>;
}

/**
 * Makes a pool over the given ports. Nothing starts before `start()`.
 *
 * The pure reducer decides; the event loop feeds it one event at a time, and `runEffect` does what a step asks for. This
 * function only connects the parts.
 *
 * @throws PoolError `E_CONFIG` or `E_PLUGIN`, one line that names the key, the value and what is accepted.
 */
export function createKernel(given: PoolConfig, ports: KernelPorts): Pool {
  const { clock, pid, runAs = runAsNobody, load = () => given } = ports;
  const runtimeNames = ports.runtimes.map(({ name }) => name);
  const config = resolveConfig(given, runtimeNames);
  const runtimes = usedRuntimes(ports.runtimes, config.groups);
  const notifier = createNotifier(runAs);
  const asker = createAsker(notifier.report, runAs);
  const plugins = createPluginList(notifier, clock, runAs);
  plugins.add(config.plugins);
  const generations = createGenerations(config, runtimes, runtimeNames);
  tapGroupPolicies(asker.decisions, config.groups, generations, ports.policies);

  const { state, dispatch } = createEventLoop(initialState(config), {
    runAs,
    now: () => clock.now(),
    suspendedMs: () => suspendDetector.look(),
    runEffect: (effect) => runEffect(effect, targets),
    stepped: () => waiters.check(),
  });
  const waiters = createWaiters(state);
  const wallNow = (): number => clock.wallNow?.() ?? clock.now();
  const shell: Shell = { config, clock, asker, notifier, waiters, state, dispatch, wallNow };

  const timers = createTimers(clock, (seat) => dispatch({ type: "due", seat }));
  const suspendDetector = createSuspendDetector(
    clock,
    () => Math.min(...[...state().groups].map(({ timeouts }) => timeouts.heartbeat)),
    (ms) => dispatch({ type: "away", ms }),
  );
  const workers = createWorkers(shell, runtimes, generations, plugins);
  const contextOf = (plugin: string): PluginContext => contexts(plugin);
  const parts = { runtimes, plugins, generations, timers, suspendDetector, contextOf };
  const lifecycle = createLifecycle(shell, parts);
  const targets = { notifier, workers, timers, close: () => void lifecycle.close() };

  const reloads = createReloads(shell, generations, load);
  const findSlot = createFindSlot(state());
  const strategies: PluginContext["strategies"] = new Map();
  const pool = createPoolObject(shell, { lifecycle, plugins, reloads, strategies, findSlot, pid });
  const contexts = createPluginContexts(shell, { pool, runtimes, strategies, workers, findSlot });
  return pool;
}
