import { checkPace, surgeOf } from "../../core/config/reload-pace.ts";
import { definePlugin } from "../../core/contract/plugin.ts";
import type { Plugin } from "../../core/contract/plugin.ts";
import type { ReloadPace } from "../../core/contract/reload.ts";

/** What {@link reload} takes. */
export interface ReloadPluginOptions extends ReloadPace {}

/**
 * How soft reloads go, unless whoever wants one says otherwise: `reload({ surge: 2, minReady: '5s' })`, or
 * `reload({ surge: '25%' })`. Without it a reload of a group takes 8 waves at most, each new worker after one second of
 * readiness.
 *
 * @throws PoolError `E_CONFIG` for an option that is not accepted.
 */
export const reload: (options?: ReloadPluginOptions) => Plugin = definePlugin(
  (options: ReloadPluginOptions = {}) => {
    const pace = checkPace("reload", options);
    return {
      name: "reload",
      setup(pool) {
        pool.decisions.reloadPlan.tap("reload", (plan, { workers, surge, minReadyMs }) => ({
          ...plan,
          surge: surge ?? (pace.surge ? surgeOf(workers, pace) : plan.surge),
          minReadyMs: minReadyMs ?? pace.minReadyMs ?? plan.minReadyMs,
        }));
      },
    };
  },
);
