import type { Duration } from "../../core/duration.ts";
import { parseDuration } from "../../core/duration.ts";
import { PoolError } from "../../core/errors.ts";
import { definePlugin } from "../../core/plugin.ts";
import type { Plugin } from "../../core/plugin.ts";
import type { Pool } from "../../core/pool.ts";
import type { GroupStatus } from "../../core/status.ts";
import { followBoard } from "../scoreboard/follow.ts";
import { checkBudget, overBudget, readMemory } from "./budget.ts";
import type { BudgetOptions, Memory } from "./budget.ts";
import { byRequest } from "./by-request.ts";
import { createController } from "./controller.ts";
import type { Controller, Pace } from "./controller.ts";
import { idlestFirst } from "./idlest.ts";
import type { GroupView, ScalingStrategy } from "./strategy.ts";

export { byQueueWait } from "./by-queue-wait.ts";
export type { ByQueueWaitOptions } from "./by-queue-wait.ts";
export { byRequest } from "./by-request.ts";
export { bySchedule } from "./by-schedule.ts";
export type { ScheduleEntry } from "./by-schedule.ts";
export { byUtilisation } from "./by-utilisation.ts";
export type { ByUtilisationOptions } from "./by-utilisation.ts";
export type { BudgetOptions } from "./budget.ts";
export type { GroupView, ScalingStrategy } from "./strategy.ts";

/** Strategies by the names of groups; `false` leaves a group to whoever calls `scale`. */
export type ScalingGroups = Readonly<Record<string, ScalingStrategy | readonly ScalingStrategy[] | false>>;

/** What {@link scaling} takes beside the groups. */
export interface ScalingOptions {
  /** Between two steps up; 1 s when it is left out. */
  up?: Duration;
  /** How long fewer workers must have been wanted before one goes; 30 s when it is left out. */
  down?: Duration;
  /** What all groups may have together; also `pool.scale()` and `poolable scale` stay within it. */
  budget?: BudgetOptions;
  /** Where the memory is looked up; that of the cgroup when it is left out. */
  memory?: () => Memory;
}

const LOOK_MS = 1_000;
/** How long a request is remembered. */
const RECENT_MS = 1_500;
/** What a worker is taken to need before there is one to look at. */
const USUAL_BYTES = 64 * 2 ** 20;

interface Watched {
  readonly group: string;
  readonly controller: Controller;
  requests: { readonly at: number; readonly waiting: number; readonly waitedMs: number }[];
  isLooking: boolean;
}

/**
 * Lets groups with a range of workers grow and shrink: `scaling({ images: byRequest(), web: byUtilisation() })`. Job
 * groups that are not named go by request. When a group shrinks, its idlest workers go first.
 *
 * @throws PoolError `E_CONFIG` for an option that is not accepted.
 */
export const scaling: (groups?: ScalingGroups, options?: ScalingOptions) => Plugin = definePlugin(
  (groups: ScalingGroups = {}, options: ScalingOptions = {}) => {
    const pace = paceOf(options);
    const budget = checkBudget(options.budget ?? {});
    return {
      name: "scaling",
      setup(pool) {
        const strategies = strategiesOf(pool, groups);
        const board = followBoard(pool, "scaling");
        const watched = new Map<string, Watched>(
          [...strategies].map(([group, chosen]) => [
            group,
            { group, controller: createController(chosen, pace), requests: [], isLooking: false },
          ]),
        );

        function viewOf(group: GroupStatus, { requests }: Watched, now: number): GroupView {
          const ready = group.slots.filter(({ state }) => state === "ready");
          const last = requests.at(-1);
          return {
            group: group.name,
            now,
            wallNow: Date.now(),
            min: group.min,
            max: group.max,
            desired: group.desired,
            ready: ready.length,
            starting: group.slots.filter(({ state }) => state === "starting").length,
            workers: ready.flatMap(({ id, epoch }) => board.of(id, epoch) ?? []),
            requests: requests.length,
            waiting: last?.waiting ?? 0,
            waitedMs: last?.waitedMs ?? 0,
          };
        }

        function look(each: Watched): void {
          const now = performance.now();
          each.requests = each.requests.filter(({ at }) => now - at < RECENT_MS);
          const { pool: whole, groups: all } = pool.status();
          const group = all.find(({ name }) => name === each.group)!;
          if (whole.state !== "running") return;
          const step = each.controller.look(viewOf(group, each, now));
          if (!step) return;
          each.requests = [];
          pool.scale(each.group, step.to, `scaling ${step.by}`).catch((error: unknown) => {
            // The pool has told why, as `group:refused`.
            if (error instanceof PoolError) each.controller.refused(performance.now(), step.to);
            else pool.report("scaling", "scale", error);
          });
        }

        pool.decisions.refuseScale.tap("scaling", ({ from, to }) => {
          if (to <= from) return undefined;
          const all = pool.status().groups;
          const now = all.reduce((sum, { desired }) => sum + desired, 0);
          const sizes = all.flatMap(({ slots }) =>
            slots.flatMap(({ id, epoch }) => board.of(id, epoch)?.rss ?? []),
          );
          const each =
            sizes.length === 0 ? USUAL_BYTES : sizes.reduce((sum, rss) => sum + rss, 0) / sizes.length;
          return overBudget(budget, now, to - from, each, options.memory ?? readMemory);
        });
        pool.decisions.scaleDown.tap("scaling", (slots, { group }) => {
          const found = pool.status().groups.find(({ name }) => name === group)!;
          const known = new Map(found.slots.map((slot) => [slot.id, slot]));
          return idlestFirst(slots, (id) => {
            const slot = known.get(id);
            return slot?.state === "ready" ? board.of(id, slot.epoch) : "absent";
          });
        });
        const forget = pool.hooks.hook("scaling:requested", ({ group, waiting, waitedMs }) => {
          const each = watched.get(group);
          if (!each || each.requests.length >= 1_000) return;
          each.requests.push({ at: performance.now(), waiting, waitedMs });
          if (each.isLooking) return;
          // Once a turn, however many ask.
          each.isLooking = true;
          setImmediate(() => {
            each.isLooking = false;
            look(each);
          });
        });
        const timer = setInterval(() => {
          for (const each of watched.values()) look(each);
        }, LOOK_MS);
        timer.unref();
        if (watched.size === 0) clearInterval(timer);
        return () => {
          clearInterval(timer);
          forget();
          board.close();
        };
      },
    };
  },
);

function strategiesOf(pool: Pool, groups: ScalingGroups): Map<string, readonly ScalingStrategy[]> {
  const known = pool.config.groups;
  for (const [name, given] of Object.entries(groups)) {
    const group = known.find((each) => each.name === name);
    if (!group) {
      const names = known.map((each) => each.name).join(", ");
      throw new PoolError(
        "E_CONFIG",
        `scaling: there is no group ${JSON.stringify(name)}; there are ${names}`,
      );
    }
    if (given && group.min === group.max) {
      const wayOut = `set groups.${name}.workers to { min, max }`;
      throw new PoolError("E_CONFIG", `scaling: group ${name} is fixed at ${group.max} workers; ${wayOut}`);
    }
    for (const strategy of given ? [given].flat() : []) {
      if (typeof (strategy as Partial<ScalingStrategy>).create === "function") continue;
      throw new PoolError("E_CONFIG", `scaling: group ${name}: expected strategies such as byRequest()`);
    }
  }
  const chosen = new Map<string, readonly ScalingStrategy[]>();
  for (const { name, type, min, max } of known) {
    const given = groups[name] ?? (type === "job" && min < max ? byRequest() : false);
    if (given) chosen.set(name, [given].flat() as ScalingStrategy[]);
  }
  return chosen;
}

function paceOf({ up = "1s", down = "30s" }: ScalingOptions): Pace {
  const ms = (key: string, value: Duration): number => {
    const parsed = parseDuration(value);
    if (parsed !== undefined) return parsed;
    throw new PoolError(
      "E_CONFIG",
      `scaling({}, { ${key} }): ${JSON.stringify(value)} is not accepted; expected milliseconds or text such as '1s'`,
    );
  };
  return { up: ms("up", up), down: ms("down", down), refused: 10_000 };
}
