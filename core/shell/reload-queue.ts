import { checkPace } from "../config/reload-pace.ts";
import type { PoolConfig } from "../contract/config.ts";
import { messageOf, PoolError } from "../contract/errors.ts";
import type { ReloadOptions, ReloadReport } from "../contract/reload.ts";
import { notRunning } from "../contract/states.ts";
import type { KernelState, ReloadPlan } from "../reducer/state/state.ts";
import { findGroup } from "./find-group.ts";
import type { Generations } from "./generations.ts";
import type { ReloadWish } from "./reload-request.ts";
import { askedPace, uniteWishes } from "./reload-request.ts";
import type { Shell } from "./shell.ts";

function inUse({ groups, slots }: KernelState): ReadonlySet<number> {
  return new Set([...groups, ...slots].map(({ generation }) => generation));
}

/** Reloads of a pool, and replacements of single workers, which go the same way. */
export interface Reloads {
  reload(options?: ReloadOptions): Promise<ReloadReport>;
  /** Replaces the worker of a slot, by the index of its main seat. */
  replace(index: number): Promise<void>;
}

/** Somebody who waits for a reload. */
interface Caller {
  readonly wish: ReloadWish;
  readonly askedAt: number;
  resolve(report: ReloadReport): void;
  reject(error: unknown): void;
}

/**
 * Makes the reloads of a pool. `load` returns the config of the next generation.
 *
 * One reload at a time. Those that are asked for meanwhile become one: all their groups, hard when one of them is, and
 * everybody gets a report about the own groups. A replacement does not wait: whoever wants it asks again.
 */
export function createReloads(
  shell: Shell,
  generations: Generations,
  load: () => PoolConfig | Promise<PoolConfig>,
): Reloads {
  let isRunning = false;
  let waiting: Caller[] = [];
  /** Groups in which a worker is being replaced. */
  const replacing = new Set<number>();

  const nameOf = (index: number): string => shell.state().groups.get(index).name;

  /** Starts what waits, in the very moment in which it can be. */
  function startNext(): void {
    if (isRunning || replacing.size > 0 || waiting.length === 0) return;
    isRunning = true;
    const callers = waiting;
    waiting = [];
    void run(callers).finally(() => {
      isRunning = false;
      startNext();
    });
  }

  /** Never rejects: its callers are told. */
  async function run(all: readonly Caller[]): Promise<void> {
    let callers = all;
    try {
      const { pool } = shell.state();
      const refusal = notRunning(pool.state, pool.state === "running");
      if (refusal) throw new PoolError("E_STATE", refusal);
      const { plans, hard, left } = plan(callers);
      callers = left;
      if (callers.length === 0) return;
      const generation = generations.next(await load());
      const timed = plans.map((each) => {
        const { timeouts } = generations.group(generation, each.group);
        return { ...each, timeouts };
      });
      shell.dispatch({ type: "reload", generation, hard, plans: timed });
      await shell.waiters.until((state) => state.pool.reload === null);
      generations.prune(inUse(shell.state()));
      for (const caller of callers) caller.resolve(reportTo(caller, generation, hard));
    } catch (error) {
      const { groups, hard } = uniteWishes(callers.map(({ wish }) => wish));
      refused(groups, hard, error);
      for (const { reject } of callers) reject(error);
    }
  }

  /** How the groups are reloaded. Whoever wants one that cannot be is told so, and left out. */
  function plan(callers: readonly Caller[]): {
    plans: Omit<ReloadPlan, "timeouts">[];
    hard: boolean;
    left: readonly Caller[];
  } {
    const wishes = callers.map(({ wish }) => wish);
    const { groups, hard } = uniteWishes(wishes);
    const plans: Omit<ReloadPlan, "timeouts">[] = [];
    for (const group of groups) {
      try {
        plans.push({ group, ...paceOf(group, hard, wishes) });
      } catch (error) {
        const isOut = ({ wish }: Caller): boolean => wish.groups.includes(group);
        for (const { wish, reject } of callers.filter(isOut)) {
          refused(wish.groups, hard, error);
          reject(error);
        }
        return plan(callers.filter((caller) => !isOut(caller)));
      }
    }
    return { plans, hard, left: callers };
  }

  function paceOf(
    index: number,
    hard: boolean,
    wishes: readonly ReloadWish[],
  ): Pick<ReloadPlan, "surge" | "minReadyMs" | "trialMs"> {
    const { name: group, desired: workers } = shell.state().groups.get(index);
    const question = {
      group,
      hard,
      wallNow: shell.wallNow(),
      workers,
      ...askedPace(wishes, index, workers),
    };
    const { surge, minReadyMs, trialMs = 0, refusal } = shell.asker.reloadPlan(question);
    if (refusal !== undefined)
      throw new PoolError("E_RELOAD_REFUSED", `group ${group} cannot be reloaded this way: ${refusal}`);
    return { surge, minReadyMs, trialMs };
  }

  function refused(groups: readonly number[], hard: boolean, error: unknown): void {
    shell.notifier.notify("reload:refused", {
      pool: shell.config.name,
      hard,
      groups: groups.map(nameOf),
      reason: messageOf(error),
    });
  }

  function reportTo({ wish, askedAt }: Caller, generation: number, hard: boolean): ReloadReport {
    const { lastReload } = shell.state().pool;
    const outcome = lastReload?.generation === generation ? lastReload : undefined;
    const sum = (key: "replaced" | "failed" | "forced"): number =>
      wish.groups.reduce((total, group) => total + (outcome?.groups[group]?.[key] ?? 0), 0);
    return {
      generation,
      hard,
      groups: wish.groups.map(nameOf),
      replaced: sum("replaced"),
      failed: sum("failed"),
      rolledBack: outcome?.rolledBack ?? false,
      reason: outcome ? outcome.reason : "the pool stopped",
      forcedKills: sum("forced"),
      tookMs: Math.round(shell.clock.now() - askedAt),
    };
  }

  /** @throws PoolError `E_STATE`, `E_UNKNOWN_GROUP` or `E_CONFIG` for what can never be, whatever it would wait for. */
  function wishOf({ hard = false, groups: names, ...pace }: ReloadOptions): ReloadWish {
    const state = shell.state();
    const refusal = notRunning(state.pool.state);
    if (refusal) throw new PoolError("E_STATE", refusal);
    for (const name of names ?? []) findGroup(state, name);
    const chosen = [...state.groups].filter(({ name }) => names === undefined || names.includes(name));
    return { hard, groups: chosen.map(({ index }) => index), pace: checkPace("reload", pace) };
  }

  async function replaceOne(index: number): Promise<void> {
    const { slots, groups } = shell.state();
    const { id, group } = slots.get(index);
    const { generation, timeouts } = groups.get(group);
    const plans = [{ group, timeouts, ...paceOf(group, false, []), surge: 1 }];
    type Told = { slot?: string | undefined; replaced: number; reason?: string };
    let outcome: Told | undefined;
    const hear = (fact: Told): void => {
      if (fact.slot === id) outcome = fact;
    };
    const forget = shell.notifier.hooks.addHooks({ "reload:done": hear, "reload:rolledback": hear });
    shell.dispatch({ type: "reload", generation, hard: false, plans, only: index });
    await shell.waiters.until(({ pool }) => pool.replacements.every(({ only }) => only !== index));
    forget();
    if (outcome && outcome.reason === undefined && outcome.replaced > 0) return;
    const why = outcome?.reason ?? "its worker was not there any more";
    throw new PoolError("E_RESTART_REFUSED", `${id} was not replaced: ${why}`);
  }

  function refusalOf(index: number): string | undefined {
    const { pool, slots } = shell.state();
    const refusal = notRunning(pool.state, pool.state === "running");
    if (refusal) return refusal;
    if (isRunning || waiting.length > 0) return "a reload is under way";
    const { id, state, group } = slots.get(index);
    if (replacing.has(group)) return `another worker of group ${nameOf(group)} is being replaced`;
    return state === "ready" ? undefined : `${id} has no ready worker (${state})`;
  }

  return {
    async reload(options = {}) {
      const wish = checked(options);
      return new Promise<ReloadReport>((resolve, reject) => {
        waiting.push({ wish, askedAt: shell.clock.now(), resolve, reject });
        startNext();
      });
    },
    async replace(index) {
      const refusal = refusalOf(index);
      if (refusal) throw new PoolError("E_RESTART_REFUSED", refusal);
      const { group } = shell.state().slots.get(index);
      replacing.add(group);
      try {
        await replaceOne(index);
      } finally {
        replacing.delete(group);
        startNext();
      }
    },
  };

  function checked(options: ReloadOptions): ReloadWish {
    try {
      return wishOf(options);
    } catch (error) {
      const { hard = false, groups } = options;
      shell.notifier.notify("reload:refused", {
        pool: shell.config.name,
        hard,
        groups,
        reason: messageOf(error),
      });
      throw error;
    }
  }
}
