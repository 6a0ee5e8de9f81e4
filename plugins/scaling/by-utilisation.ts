import { PoolError } from "../../core/errors.ts";
import type { ScalingStrategy } from "./strategy.ts";

/** What {@link byUtilisation} takes. */
export interface ByUtilisationOptions {
  /** The part of their time that event loops shall be busy, above 0 to 1; 0.7 when it is left out. */
  target?: number;
}

/** A difference that is not worth a worker: without it the number would swing. */
const TOLERANCE = 0.1;
/** How much the latest look counts against those before. */
const WEIGHT = 0.3;

/** As many workers as keep the event loops of the group busy for the target part of their time, on average. */
export function byUtilisation({ target = 0.7 }: ByUtilisationOptions = {}): ScalingStrategy {
  if (!(target > 0 && target <= 1))
    throw new PoolError(
      "E_CONFIG",
      `byUtilisation({ target }): ${target} is not accepted; expected a number above 0, at most 1`,
    );
  return {
    name: "byUtilisation",
    create() {
      let smooth: number | undefined;
      return ({ workers, desired, ready }) => {
        if (workers.length === 0 || workers.length < ready) return undefined;
        const mean = workers.reduce((sum, { utilisation }) => sum + utilisation, 0) / workers.length;
        smooth = smooth === undefined ? mean : smooth + WEIGHT * (mean - smooth);
        const ratio = smooth / target;
        return Math.abs(ratio - 1) <= TOLERANCE ? desired : Math.ceil(workers.length * ratio);
      };
    },
  };
}
