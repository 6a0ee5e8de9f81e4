import { checkValue, refuse } from "../../core/config/check.ts";
import { durationFromZero } from "../../core/config/rules.ts";
import type { Duration } from "../../core/contract/duration.ts";
import { parseDuration } from "../../core/contract/duration.ts";
import { PoolError } from "../../core/contract/errors.ts";
import type { Pool } from "../../core/contract/pool.ts";
import type { Budget, BudgetOptions, Memory } from "./budget.ts";
import { byRequest } from "./by-request.ts";
import type { Pace } from "./controller.ts";
import type { ScalingStrategy } from "./strategy.ts";

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

/** How long a number that was refused is not asked for again. Milliseconds. */
const REFUSED_MS = 10_000;

/** @throws PoolError `E_CONFIG` for a group that is not there or cannot change, and for what is no strategy. */
export function strategiesOf(pool: Pool, groups: ScalingGroups): Map<string, readonly ScalingStrategy[]> {
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

/** @throws PoolError `E_CONFIG` */
export function paceOf({ up = "1s", down = "30s" }: ScalingOptions): Pace {
  const ms = (key: string, value: Duration): number => {
    checkValue(`scaling({}, { ${key} })`, value, durationFromZero);
    return parseDuration(value)!;
  };
  return { up: ms("up", up), down: ms("down", down), refused: REFUSED_MS };
}

/** @throws PoolError `E_CONFIG` for a budget that the pool exceeds from its start. */
export function checkStart({ config }: Pool, { workers }: Budget): void {
  const least = config.groups.reduce((sum, { min }) => sum + min, 0);
  if (least > workers)
    refuse("scaling({}, { budget }).workers", workers, `at least ${least}, with which the pool starts`);
}
