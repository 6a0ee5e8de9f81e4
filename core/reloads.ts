import type { Asker } from "./ask.ts";
import type { PoolConfig } from "./config.ts";
import { messageOf, PoolError } from "./errors.ts";
import type { Command } from "./events.ts";
import type { Generations } from "./generations.ts";
import type { Notifier } from "./hooks.ts";
import type { KernelState, ReloadPlan } from "./state.ts";
import type { Waiters } from "./waiters.ts";

/** What `pool.reload` takes. */
export interface ReloadOptions {
  /** All workers end, then all start. */
  hard?: boolean;
  /** Names of groups; all when it is left out. */
  groups?: readonly string[];
}

/** How a reload went. */
export interface ReloadReport {
  readonly generation: number;
  readonly hard: boolean;
  readonly groups: readonly string[];
  /** Workers that were replaced. */
  readonly replaced: number;
  /** Slots that did not come up. */
  readonly failed: number;
  /** The new generation did not come up, and the old one serves. */
  readonly rolledBack: boolean;
  /** Why it was rolled back, or did not finish; `null` when it did. */
  readonly reason: string | null;
  /** Old workers that did not end in their time and were killed. */
  readonly forcedKills: number;
  /** Milliseconds. */
  readonly tookMs: number;
}

/** What the reloads need of the kernel around them. */
export interface ReloadsContext {
  readonly pool: string;
  readonly asker: Asker;
  readonly notifier: Notifier;
  readonly generations: Generations;
  readonly waiters: Waiters;
  state(): KernelState;
  dispatch(command: Command): void;
  now(): number;
  /** The config of the next generation. */
  load(): PoolConfig | Promise<PoolConfig>;
}

function inUse({ groups, slots }: KernelState): ReadonlySet<number> {
  return new Set([...groups, ...slots].map(({ generation }) => generation));
}

/** Reloads of a pool, and replacements of single workers, which go the same way. */
export interface Reloads {
  reload(options?: ReloadOptions): Promise<ReloadReport>;
  /** Replaces the worker of a slot, by the index of its main seat. */
  replace(index: number): Promise<void>;
}

/**
 * One reload at a time. One that comes meanwhile waits, and one that comes while another waits takes its place:
 * the latest wins, and whoever asked before gets its report. A replacement does not wait: whoever wants it asks again.
 */
export function createReloads(context: ReloadsContext): Reloads {
  let running: Promise<unknown> | undefined;
  let waiting: { options: ReloadOptions; report: Promise<ReloadReport> } | undefined;

  function occupy<T>(work: Promise<T>): Promise<T> {
    running = work
      .catch(() => {})
      .then(() => {
        running = undefined;
      });
    return work;
  }

  const start = (options: ReloadOptions): Promise<ReloadReport> => occupy(run(options));

  async function replaceOne(index: number): Promise<void> {
    const { slots, groups, pool } = context.state();
    const { id, group: groupIndex } = slots.get(index);
    const { name, generation, timeouts } = groups.get(groupIndex);
    const plan = { group: groupIndex, timeouts, ...paceOf(name, false), surge: 1 };
    context.dispatch({ type: "reload", generation, hard: false, plans: [plan], only: index });
    await context.waiters.until((state) => state.pool.reload === null);
    const { lastReload } = context.state().pool;
    const outcome = lastReload === pool.lastReload ? null : lastReload;
    if (outcome && outcome.reason === null && outcome.replaced > 0) return;
    const why = outcome?.reason ?? "its worker was not there any more";
    throw new PoolError("E_RESTART_REFUSED", `${id} was not replaced: ${why}`);
  }

  function refusalOf(index: number): string | undefined {
    const { pool, slots } = context.state();
    if (pool.state !== "running") return `the pool is not running (${pool.state})`;
    if (running || waiting) return "a reload is under way";
    const { id, state } = slots.get(index);
    return state === "ready" ? undefined : `${id} has no ready worker (${state})`;
  }

  async function run(options: ReloadOptions): Promise<ReloadReport> {
    const { hard = false } = options;
    const startedAt = context.now();
    const { plans, groups, generation } = await prepare(options).catch((error: unknown) => {
      const reason = messageOf(error);
      context.notifier.notify("reload:refused", { pool: context.pool, hard, groups: options.groups, reason });
      throw error;
    });
    context.dispatch({ type: "reload", generation, hard, plans });
    await context.waiters.until((state) => state.pool.reload === null);
    const { pool: after } = context.state();
    context.generations.prune(inUse(context.state()));
    const outcome = after.lastReload?.generation === generation ? after.lastReload : undefined;
    return {
      generation,
      hard,
      groups,
      replaced: outcome?.replaced ?? 0,
      failed: outcome?.failed ?? 0,
      rolledBack: outcome?.rolledBack ?? false,
      reason: outcome ? outcome.reason : "the pool stopped",
      forcedKills: outcome?.forced ?? 0,
      tookMs: Math.round(context.now() - startedAt),
    };
  }

  /** All that can be refused. Touches nothing. */
  async function prepare({ hard = false, groups: names }: ReloadOptions): Promise<{
    plans: ReloadPlan[];
    groups: string[];
    generation: number;
  }> {
    const { pool, groups } = context.state();
    if (pool.state !== "running") throw new PoolError("E_STATE", `the pool is not running (${pool.state})`);
    const all = [...groups];
    for (const name of names ?? []) {
      if (all.some((group) => group.name === name)) continue;
      const known = all.map((group) => group.name).join(", ");
      throw new PoolError(
        "E_UNKNOWN_GROUP",
        `no group is called ${JSON.stringify(name)}; there are ${known}`,
      );
    }
    const chosen = all.filter(({ name }) => names === undefined || names.includes(name));
    const paces = chosen.map(({ name }) => paceOf(name, hard));
    const generation = context.generations.next(await context.load());
    const plans = chosen.map(({ index }, at) => {
      const { timeouts } = context.generations.group(generation, index);
      return { group: index, timeouts, ...paces[at]! };
    });
    return { plans, groups: chosen.map(({ name }) => name), generation };
  }

  function paceOf(name: string, hard: boolean): Pick<ReloadPlan, "surge" | "minReadyMs" | "trialMs"> {
    const { surge, minReadyMs, trialMs = 0, refusal } = context.asker.reloadPlan({ group: name, hard });
    if (refusal !== undefined)
      throw new PoolError("E_RELOAD_REFUSED", `group ${name} cannot be reloaded this way: ${refusal}`);
    return { surge, minReadyMs, trialMs };
  }

  function reload(options: ReloadOptions = {}): Promise<ReloadReport> {
    // One that waits comes first, also in the moment between the end of the one before and its own start.
    if (!running && !waiting) return start(options);
    if (waiting) {
      waiting.options = options;
    } else {
      const report = running!.then(() => {
        const { options: latest } = waiting!;
        waiting = undefined;
        return start(latest);
      });
      waiting = { options, report };
    }
    return waiting.report;
  }

  return {
    reload,
    async replace(index) {
      const refusal = refusalOf(index);
      if (refusal) throw new PoolError("E_RESTART_REFUSED", refusal);
      return occupy(replaceOne(index));
    },
  };
}
