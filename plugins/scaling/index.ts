import { PoolError } from "../../core/contract/errors.ts";
import { definePlugin } from "../../core/contract/plugin.ts";
import type { Plugin } from "../../core/contract/plugin.ts";
import { followBoard } from "../scoreboard/supervisor/follow.ts";
import { answerScaling } from "./answers.ts";
import { checkBudget, readMemory } from "./budget.ts";
import { createController } from "./controller.ts";
import type { Controller } from "./controller.ts";
import { checkStart, paceOf, strategiesOf } from "./options.ts";
import type { ScalingGroups, ScalingOptions } from "./options.ts";
import { viewOf } from "./view.ts";
import type { ScalingRequest } from "./view.ts";

export { byQueueWait } from "./by-queue-wait.ts";
export type { ByQueueWaitOptions } from "./by-queue-wait.ts";
export { byRequest } from "./by-request.ts";
export { bySchedule } from "./by-schedule.ts";
export type { ScheduleEntry } from "./by-schedule.ts";
export { byUtilisation } from "./by-utilisation.ts";
export type { ByUtilisationOptions } from "./by-utilisation.ts";
export type { BudgetOptions, Memory } from "./budget.ts";
export type { ScalingGroups, ScalingOptions } from "./options.ts";
export type { GroupView, ScalingStrategy } from "./strategy.ts";

const LOOK_MS = 1_000;
/** How long a request is remembered. */
const RECENT_MS = 1_500;

interface Watched {
  readonly group: string;
  readonly controller: Controller;
  requests: ScalingRequest[];
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
        checkStart(pool, budget);
        const board = followBoard(pool, "scaling");
        const watched = new Map<string, Watched>(
          [...strategies].map(([group, chosen]) => [
            group,
            { group, controller: createController(chosen, pace), requests: [], isLooking: false },
          ]),
        );

        function look(each: Watched): void {
          const now = performance.now();
          each.requests = each.requests.filter(({ at }) => now - at < RECENT_MS);
          const { pool: whole, groups: all } = pool.status();
          const group = all.find(({ name }) => name === each.group)!;
          // Whoever has stopped a group starts it again.
          if (whole.state !== "running" || group.stopped) return;
          const step = each.controller.look(viewOf(group, each.requests, board, now));
          if (!step) return;
          each.requests = [];
          pool.scale(each.group, step.to, `scaling ${step.by}`).catch((error: unknown) => {
            // The pool has told why, as `group:refused`.
            if (error instanceof PoolError) each.controller.refused(performance.now(), step.to);
            else pool.report("scaling", "scale", error);
          });
        }

        answerScaling(pool, board, budget, options.memory ?? readMemory);
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
