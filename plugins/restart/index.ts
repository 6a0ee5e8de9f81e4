import { DEFAULT_TAP } from "../../core/contract/decisions.ts";
import type { ExitReport, ExitVerdict } from "../../core/contract/exit.ts";
import { definePlugin } from "../../core/contract/plugin.ts";
import type { Plugin } from "../../core/contract/plugin.ts";
import { exitClasses } from "./classes.ts";
import { bootFailure, defaultRestart } from "./defaults.ts";
import { createEscalation } from "./escalation.ts";
import { groupsBounced } from "./strategy.ts";

export { exitClasses } from "./classes.ts";
export type { ExitClassRow } from "./classes.ts";
export { always, limited, never, onFailure, windowLimited } from "./policies.ts";
export type { LimitedOptions, WindowLimitedOptions } from "./policies.ts";

/** Before the groups' own policies, which answer at 500: what no policy of a group may overrule. */
const CRITICAL_STAGE = 400;

/** The built-in classification and restart decisions. Every pool has it; any plugin can answer before it. */
export const restart: () => Plugin = definePlugin(() => ({
  name: "restart",
  setup(pool) {
    const { classifyExit, restart, bounce } = pool.decisions;
    const escalate = createEscalation(pool.config.onViolation);
    classifyExit.tap(DEFAULT_TAP, classify);
    restart.tap({ name: "poolable:critical", stage: CRITICAL_STAGE }, escalate);
    restart.tap({ name: "poolable:boot", stage: CRITICAL_STAGE }, bootFailure);
    restart.tap(DEFAULT_TAP, defaultRestart);
    bounce.tap(DEFAULT_TAP, (names, { group }) => [
      ...new Set([...names, ...groupsBounced(pool.config, group.name)]),
    ]);
  },
}));

/** The class of an ended worker: the first row of the table that fits. */
export function classify(report: ExitReport): ExitVerdict {
  for (const row of exitClasses) {
    const reason = row.match(report);
    if (reason !== undefined) return { class: row.class, reason, counts: row.counts };
  }
  return { class: "abrupt", reason: "no row fits", counts: 1 };
}
