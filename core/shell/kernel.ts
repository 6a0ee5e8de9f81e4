import { resolveConfig } from "../config/resolve.ts";
import { namedUser } from "../config/users.ts";
import type { Clock } from "../contract/clock.ts";
import type { PoolConfig } from "../contract/config.ts";
import type { RestartName, RestartPolicy } from "../contract/decisions.ts";
import { PoolError } from "../contract/errors.ts";
import { KERNEL } from "../contract/exit.ts";
import type { PluginContext } from "../contract/plugin-context.ts";
import { runAsNobody } from "../contract/plugin.ts";
import type { RunAs } from "../contract/plugin.ts";
import type { Pool, PoolEnd, StopOptions } from "../contract/pool.ts";
import type { Runtime } from "../contract/runtime.ts";
import { MAX_TEXT } from "../protocol/read-frame.ts";
import { reduce } from "../reducer/reduce.ts";
import type { Effect, KernelEvent } from "../reducer/state/events.ts";
import { initialState } from "../reducer/state/initial-state.ts";
import { createAsker } from "./decision-runner.ts";
import { judgeExit } from "./exit-decision.ts";
import { checkNeeds, createGenerations } from "./generations.ts";
import { createNotifier } from "./notifier.ts";
import { createPluginList } from "./plugins.ts";
import { createReloads } from "./reload-queue.ts";
import { createRestart } from "./restart.ts";
import { createScale } from "./scale.ts";
import { statusOf } from "./status.ts";
import { createStopGroup } from "./stop.ts";
import { watchItself } from "./suspend-detector.ts";
import type { Watch } from "./suspend-detector.ts";
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
 * The pure reducer decides; this shell feeds it one event at a time and carries its effects out. An event that
 * comes up meanwhile, from an observer or a runtime, waits for its turn: there is one serialised history.
 *
 * @throws PoolError `E_CONFIG` or `E_PLUGIN`, one line that names the key, the value and what is accepted.
 */
export function createKernel(config: PoolConfig, ports: KernelPorts): Pool {
  const { clock, runAs = runAsNobody } = ports;
  const runtimeNames = ports.runtimes.map((runtime) => runtime.name);
  const resolved = resolveConfig(config, runtimeNames);
  const runtimes = new Map(
    ports.runtimes
      .filter(({ name }) => resolved.groups.some((group) => group.runtime === name))
      .map((runtime) => [runtime.name, runtime]),
  );
  const notifier = createNotifier(runAs);
  const report: PluginContext["report"] = (plugin, stage, error) =>
    notifier.notify("plugin:error", { plugin, stage, error });
  const asker = createAsker(report, runAs);
  const plugins = createPluginList(notifier, clock, runAs);
  plugins.add(resolved.plugins);
  const generations = createGenerations(resolved, runtimes, runtimeNames);
  for (const { name, index } of resolved.groups) {
    asker.decisions.restart.tap({ name: `restart of group ${name}`, stage: GROUP_STAGE }, (question) => {
      if (question.group.name !== name) return undefined;
      const { restart } = generations.group(question.generation, index);
      const policy = typeof restart === "string" ? ports.policies?.[restart] : restart;
      return policy?.(question);
    });
  }
  let state = initialState(resolved);
  const wallNow = (): number => clock.wallNow?.() ?? clock.now();
  const queue: KernelEvent[] = [];
  let dispatching = false;
  const timers = createTimers(clock, (seat) => dispatch({ type: "due", seat }));
  const waiters = createWaiters(() => state);
  const workers = createWorkers({
    pool: resolved.name,
    runtimes,
    asker,
    notifier,
    state: () => state,
    dispatch,
    judge: (seat, worker, end) =>
      judgeExit(asker, {
        state,
        seat,
        worker,
        end,
        now: clock.now(),
        wallNow: wallNow(),
        chance: clock.random(),
      }),
    groupConfig: (generation, group) => generations.group(generation, group),
  });
  const { reload, replace } = createReloads({
    pool: resolved.name,
    asker,
    notifier,
    generations,
    waiters,
    state: () => state,
    dispatch,
    now: () => clock.now(),
    wallNow,
    load: ports.load ?? (() => config),
  });
  const slotIndexes = new Map(
    [...state.slots].filter(({ seat }) => seat === "main").map((slot) => [slot.id, slot.index]),
  );
  let startedAt: number | undefined;
  let watch: Watch | undefined;
  /** A stop that comes meanwhile waits: `start` sees to it. */
  let isSettingUp = false;
  /** Why to stop, once somebody asked. */
  let stopped: string | undefined;
  let ended!: (end: PoolEnd) => void;
  const closed = new Promise<PoolEnd>((resolve) => (ended = resolve));

  function dispatch(event: KernelEvent): void {
    const awayMs = dispatching ? 0 : (watch?.look() ?? 0);
    if (awayMs > 0) queue.push({ type: "away", ms: awayMs });
    queue.push(event);
    if (dispatching) return;
    dispatching = true;
    // Whoever asked, what comes of it (a process, a timer) is not a plugin's.
    runAs(KERNEL, work);
  }

  function work(): void {
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const step = reduce(state, next, clock.now());
        state = step.state;
        for (const effect of step.effects) carryOut(effect);
        waiters.check();
      }
    } finally {
      dispatching = false;
    }
  }

  function carryOut(effect: Effect): void {
    switch (effect.type) {
      case "fact":
        return notifier.notify(effect.name, effect.payload as never);
      case "spawn":
        return workers.spawn(effect, effect.generation);
      case "send":
        return void workers.send(effect, effect.frame);
      case "signal":
        return workers.signal(effect, effect.signal);
      case "disconnect":
        return workers.disconnect(effect);
      case "arm":
        return timers.arm(effect.seat, effect.at);
      case "disarm":
        return timers.disarm(effect.seat);
      case "closed":
        void close(state.pool.end!);
    }
  }

  async function close(end: PoolEnd): Promise<void> {
    timers.clear();
    watch?.stop();
    await plugins.dispose();
    for (const runtime of runtimes.values()) {
      await runtime.close().catch((error: unknown) => report(`runtime ${runtime.name}`, "close", error));
    }
    ended(Object.freeze(end));
  }

  /** All that comes before the first worker. Resolves early once somebody asked to stop. */
  async function setUp(): Promise<void> {
    for (const { name, runtime } of resolved.groups) await prepare(name, runtimes.get(runtime)!);
    for (const group of resolved.groups) checkNeeds(group, runtimes);
    if (stopped !== undefined) return;
    notifier.notify("pool:starting", { pool: pool.name });
    await plugins.setup(contextOf);
    for (const runtime of runtimes.values()) {
      const own = resolved.groups.filter((group) => group.runtime === runtime.name);
      if (stopped === undefined) await runtime.open(namedUser(own));
    }
  }

  /** What the `setup` of one plugin receives. */
  function contextOf(plugin: string): PluginContext {
    return { ...pool, hooks: notifier.of(plugin), ...pluginMembers };
  }

  function shortestHeartbeat(): number {
    return Math.min(...[...state.groups].map(({ timeouts }) => timeouts.heartbeat));
  }

  function indexOf(slot: string): number {
    const index = slotIndexes.get(slot);
    if (index !== undefined) return index;
    const known = [...slotIndexes.keys()].slice(0, 8).join(", ");
    throw new PoolError("E_UNKNOWN_SLOT", `no slot is called ${JSON.stringify(slot)}; there are ${known}`);
  }

  const stopGroup = createStopGroup({ waiters, state: () => state, dispatch });

  async function stopPool({ now = false, reason = "asked to stop" }: StopOptions): Promise<PoolEnd> {
    stopped ??= reason;
    startedAt ??= clock.now();
    if (isSettingUp) plugins.abandon(now);
    else dispatch({ type: "stop", now, reason, exitCode: 0 });
    return closed;
  }

  const pluginMembers: Omit<PluginContext, keyof Pool> = {
    runtimes,
    strategies: new Map(),
    send(id, frame, epoch) {
      const main = state.slots.get(indexOf(id));
      const surge = state.slots.get(main.twin);
      // The surge seat holds the newer worker until it has taken over.
      const ready = [surge, main].find(
        (seat) => seat.state === "ready" && (epoch === undefined || seat.epoch === epoch),
      );
      return ready !== undefined && workers.send({ slot: main.index, epoch: ready.epoch }, frame);
    },
    answer: (id, epoch, frame) => workers.send({ slot: indexOf(id), epoch }, frame),
    addEvidence(id, epoch, { summary, stack }) {
      const evidence = {
        summary: summary.slice(0, MAX_TEXT),
        ...(stack === undefined ? {} : { stack: stack.slice(0, MAX_TEXT) }),
      };
      dispatch({ type: "evidence", slot: indexOf(id), epoch, evidence });
    },
    emit: (name, fact) => notifier.notify(name, fact),
    report,
  };

  const pool: Pool = {
    name: resolved.name,
    config: resolved,
    hooks: notifier.hooks,
    decisions: asker.decisions,
    closed,
    use(...inputs) {
      if (startedAt !== undefined)
        throw new PoolError("E_STATE", "use() comes before start(): the pool has started");
      plugins.add(inputs);
      return pool;
    },
    async start() {
      if (startedAt !== undefined) throw new PoolError("E_STATE", "the pool has been started already");
      startedAt = clock.now();
      isSettingUp = true;
      try {
        await setUp();
      } catch (error) {
        await plugins.dispose();
        dispatch({ type: "stop", now: false, reason: "start failed", exitCode: 2 });
        await closed;
        throw error;
      } finally {
        isSettingUp = false;
      }
      if (stopped !== undefined) return void (await stopPool({ reason: stopped }));
      watch = watchItself(clock, shortestHeartbeat, (ms) => dispatch({ type: "away", ms }));
      generations.begin();
      dispatch({ type: "start" });
      await waiters.until(({ pool: { counts } }) => counts.unready === 0);
      if (state.pool.state === "running") notifier.notify("pool:running", { pool: pool.name });
    },
    stop: ((options: StopOptions = {}) => {
      const { group } = options;
      return group === undefined ? stopPool(options) : stopGroup({ ...options, group });
    }) as Pool["stop"],
    restart: createRestart({ waiters, state: () => state, dispatch, indexOf }),
    scale: createScale({ asker, notifier, waiters, state: () => state, dispatch, wallNow }),
    status: () =>
      statusOf(
        state,
        { ...pool, strategies: pluginMembers.strategies },
        { pid: ports.pid, now: clock.now(), startedAt },
      ),
    reload,
    replace: async (id) => replace(indexOf(id)),
  };
  return pool;
}

/** @throws PoolError `E_RUNTIME`, with the group that asks for the runtime. */
async function prepare(group: string, runtime: Runtime): Promise<void> {
  try {
    await runtime.prepare?.();
  } catch (error) {
    if (!(error instanceof PoolError)) throw error;
    throw new PoolError(error.code, `groups.${group}.runtime: ${error.message}`, { cause: error });
  }
}

/** Where a group's own policy answers: after the plugins, before the built-in one. */
const GROUP_STAGE = 500;
