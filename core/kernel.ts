import { createAsker, KERNEL } from "./ask.ts";
import { SLOT_BUDGET, withinWindow } from "./budget.ts";
import type { Clock } from "./clock.ts";
import { restartRefusal, scaleRefusal } from "./commands.ts";
import type { PoolConfig } from "./config.ts";
import type { RestartQuestion } from "./decisions.ts";
import { PoolError } from "./errors.ts";
import type { Effect, KernelEvent } from "./events.ts";
import type { ExitReport } from "./exit.ts";
import { checkEntry, createGenerations } from "./generations.ts";
import { createNotifier } from "./hooks.ts";
import { createPluginList } from "./plugins.ts";
import type { Pool, PoolEnd } from "./pool.ts";
import { reduce } from "./reduce.ts";
import { createReloads } from "./reloads.ts";
import { resolveConfig } from "./resolve.ts";
import type { Runtime } from "./runtime.ts";
import { initialState, isOver } from "./state.ts";
import type { KernelState, Slot } from "./state.ts";
import { isUp } from "./states.ts";
import { statusOf } from "./status.ts";
import { createTimers } from "./timers.ts";
import { createWaiters } from "./waiters.ts";
import { createWorkers } from "./workers.ts";
import type { Address } from "./workers.ts";

/** The ports of the kernel: all that it has of the world. */
export interface KernelPorts {
  readonly clock: Clock;
  /** By the names that groups use; the first one is the default. */
  readonly runtimes: readonly Runtime[];
  /** The config of the next generation, asked at each reload; the first one again when it is left out. */
  readonly load?: () => PoolConfig | Promise<PoolConfig>;
  /** The supervisor's own process id, for `status`. */
  readonly pid: number;
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
  const { clock } = ports;
  const resolved = resolveConfig(
    config,
    ports.runtimes.map((runtime) => runtime.name),
  );
  const runtimes = new Map(
    ports.runtimes
      .filter(({ name }) => resolved.groups.some((group) => group.runtime === name))
      .map((runtime) => [runtime.name, runtime]),
  );
  const notifier = createNotifier();
  const report: Pool["report"] = (plugin, stage, error) =>
    notifier.notify("plugin:error", { plugin, stage, error });
  const asker = createAsker(report);
  const plugins = createPluginList(notifier, clock);
  plugins.add(resolved.plugins);
  for (const group of resolved.groups) {
    const { restart } = group;
    if (!restart) continue;
    const name = `${restart.name || "restart"} of group ${group.name}`;
    asker.decisions.restart.tap({ name, stage: GROUP_STAGE }, (question) =>
      question.group.name === group.name ? restart(question) : undefined,
    );
  }

  const generations = createGenerations(resolved, runtimes);
  let state = initialState(resolved);
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
    judge,
    groupConfig: (generation, group) => generations.group(generation, group),
    now: () => clock.now(),
  });
  const reload = createReloads({
    asker,
    generations,
    waiters,
    state: () => state,
    dispatch,
    now: () => clock.now(),
    load: ports.load ?? (() => config),
  });
  const slotIndexes = new Map(
    [...state.slots].filter(({ seat }) => seat === "main").map((slot) => [slot.id, slot.index]),
  );
  let startedAt: number | undefined;
  /** Why to stop, once somebody asked: it may come while the plugins are set up. */
  let stopped: string | undefined;
  let ended!: (end: PoolEnd) => void;
  const closed = new Promise<PoolEnd>((resolve) => (ended = resolve));

  function dispatch(event: KernelEvent): void {
    queue.push(event);
    if (dispatching) return;
    dispatching = true;
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

  function judge(slot: Slot, worker: Address, report: ExitReport): KernelEvent {
    const { answer: verdict, by: classifiedBy } = asker.classifyExit(report);
    const now = clock.now();
    const group = state.groups.get(slot.group);
    const counted = withinWindow(slot.counted, now).length + verdict.counts;
    const event = {
      type: "exited",
      ...worker,
      report,
      verdict,
      classifiedBy,
      chance: clock.random(),
    } as const;
    if (verdict.class === "requested" || slot.seat === "surge") {
      const reason = report.intent ? "as asked" : "the old generation goes on";
      const answer = { action: "restart", reason } as const;
      return { ...event, answer, decidedBy: KERNEL, bounce: [] };
    }
    const question: RestartQuestion = {
      report,
      verdict,
      now,
      counted,
      limit: SLOT_BUDGET,
      streak: slot.streak,
      group: {
        name: group.name,
        everReady: group.everReady,
        bootFailures: group.counts.bootFailed + (slot.bootFailed || report.ready ? 0 : 1),
        wanted: group.counts.wanted,
      },
    };
    const { answer, by: decidedBy } = asker.restart(question);
    return { ...event, answer, decidedBy, bounce: verdict.counts > 0 ? asker.bounce(question) : [] };
  }

  async function close(end: PoolEnd): Promise<void> {
    timers.clear();
    await plugins.dispose();
    for (const runtime of runtimes.values()) {
      await runtime.close().catch((error: unknown) => report(`runtime ${runtime.name}`, "close", error));
    }
    ended(Object.freeze(end));
  }

  function indexOf(slot: string): number {
    const index = slotIndexes.get(slot);
    if (index !== undefined) return index;
    const known = [...slotIndexes.keys()].slice(0, 8).join(", ");
    throw new PoolError("E_UNKNOWN_SLOT", `no slot is called ${JSON.stringify(slot)}; there are ${known}`);
  }

  const pool: Pool = {
    name: resolved.name,
    config: resolved,
    hooks: notifier.hooks,
    decisions: asker.decisions,
    runtimes,
    strategies: new Map(),
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
      for (const group of resolved.groups) checkEntry(group, runtimes);
      notifier.notify("pool:starting", { pool: pool.name });
      try {
        await plugins.setup(pool);
        for (const runtime of runtimes.values()) await runtime.open();
      } catch (error) {
        await close({ exitCode: 2, reason: "start failed" });
        throw error;
      }
      if (stopped) return void (await close({ exitCode: 0, reason: stopped }));
      dispatch({ type: "start" });
      await waiters.until(({ pool: { counts } }) => counts.unready === 0);
      if (state.pool.state === "running") notifier.notify("pool:running", { pool: pool.name });
    },
    async stop({ now = false, reason = "asked to stop" } = {}) {
      stopped ??= reason;
      if (startedAt === undefined) {
        startedAt = clock.now();
        await close({ exitCode: 0, reason });
      }
      dispatch({ type: "stop", now, reason, exitCode: 0 });
      return closed;
    },
    async restart(id) {
      const index = indexOf(id);
      const refusal = restartRefusal(state, index) ?? notRunning(state);
      if (refusal) throw new PoolError("E_RESTART_REFUSED", refusal);
      const { epoch } = state.slots.get(index);
      dispatch({ type: "restart", slot: index });
      const isDone = (now: Slot): boolean => now.epoch > epoch && (now.state === "ready" || isOver(now));
      await waiters.until(({ slots }) => isDone(slots.get(index)));
      const slot = state.slots.get(index);
      if (slot.state === "ready") return;
      throw new PoolError(
        "E_RESTART_REFUSED",
        `${id} did not come up: ${slot.lastExit?.reason ?? "the pool ended"}`,
      );
    },
    async scale(name, count, by = "call") {
      const group = [...state.groups].find((candidate) => candidate.name === name);
      if (!group) {
        const known = [...state.groups].map((candidate) => candidate.name).join(", ");
        throw new PoolError(
          "E_UNKNOWN_GROUP",
          `no group is called ${JSON.stringify(name)}; there are ${known}`,
        );
      }
      const { desired: from, min, max, index } = group;
      const to = asker.scaleTarget(count, { group: name, from, min, max });
      const question = { group: name, from, to, min, max };
      const refusal =
        scaleRefusal(state, group, to) ??
        notRunning(state) ??
        (to === from ? undefined : asker.decisions.refuseScale.call(question));
      if (refusal) {
        notifier.notify("group:refused", { group: name, from, to, by, reason: refusal });
        throw new PoolError("E_SCALE_REFUSED", refusal);
      }
      dispatch({ type: "scale", group: index, count: to, by });
      await waiters.until(({ groups }) => {
        const { unready, live, up } = groups.get(index).counts;
        return unready === 0 && live <= up;
      });
      return { from, to };
    },
    status: () => statusOf(state, pool, { pid: ports.pid, now: clock.now(), startedAt }),
    reload,
    send(id, frame, epoch) {
      const main = state.slots.get(indexOf(id));
      const surge = state.slots.get(main.twin);
      // The surge seat holds the newer worker until it has taken over.
      const ready = [surge, main].find(
        (seat) => seat.state === "ready" && (epoch === undefined || seat.epoch === epoch),
      );
      return ready !== undefined && workers.send({ slot: main.index, epoch: ready.epoch }, frame);
    },
    tell: (name, fact) => notifier.notify(name, fact),
    report,
  };
  return pool;
}

/** Where a group's own policy answers: after the plugins, before the built-in one. */
const GROUP_STAGE = 500;

function notRunning(state: KernelState): string | undefined {
  return isUp(state.pool.state) ? undefined : `the pool is not running (${state.pool.state})`;
}
