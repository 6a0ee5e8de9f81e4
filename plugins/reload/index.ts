import { checkValue } from "../../core/check.ts";
import type { Duration } from "../../core/duration.ts";
import { parseDuration } from "../../core/duration.ts";
import { definePlugin } from "../../core/plugin.ts";
import type { Plugin } from "../../core/plugin.ts";
import { durationFromZero, whole } from "../../core/rules.ts";

/** What {@link reload} takes. */
export interface ReloadPluginOptions {
  /** New workers of a group that come up beside the old ones at the same time. Default 1. */
  surge?: number;
  /**
   * How long a new worker must have been ready before it serves, where its group listens; when it has served for half
   * as long again, its predecessor drains. Default 1 s.
   */
  minReady?: Duration;
}

/**
 * How soft reloads go: `reload({ surge: 2, minReady: '5s' })`. Without it a reload replaces one worker at a time,
 * each after one second of readiness.
 *
 * @throws PoolError `E_CONFIG` for an option that is not accepted.
 */
export const reload: (options?: ReloadPluginOptions) => Plugin = definePlugin(
  ({ surge = 1, minReady = "1s" }: ReloadPluginOptions = {}) => {
    checkValue("reload({ surge })", surge, whole(1));
    checkValue("reload({ minReady })", minReady, durationFromZero);
    const minReadyMs = parseDuration(minReady)!;
    return {
      name: "reload",
      setup(pool) {
        pool.decisions.reloadPlan.tap("reload", (plan) => ({ ...plan, surge, minReadyMs }));
      },
    };
  },
);
