import { refuse } from "../../core/config/check.ts";
import type { ScalingStrategy } from "./strategy.ts";

/** What {@link byUtilisation} takes. */
export interface ByUtilisationOptions {
  /** The part of their time that the workers shall be busy, above 0 to 1; 0.7 when it is left out. */
  target?: number;
  /** What is looked at: the event loop, or the CPU of the whole process. `eventLoop` when it is left out. */
  of?: "eventLoop" | "cpu";
}

/** A difference that is not worth a worker: without it the number would swing. */
const TOLERANCE = 0.1;
/** Milliseconds after which an older look counts for a third. */
const MEMORY_MS = 3_000;

/** As many workers as keep those of the group busy for the target part of their time, on average. */
export function byUtilisation({
  target = 0.7,
  of = "eventLoop",
}: ByUtilisationOptions = {}): ScalingStrategy {
  if (!(target > 0 && target <= 1))
    refuse("byUtilisation({ target })", target, "a number above 0, at most 1");
  if (of !== "eventLoop" && of !== "cpu") refuse("byUtilisation({ of })", of, "'eventLoop' or 'cpu'");
  const field = of === "cpu" ? "cpu" : "utilisation";
  return {
    name: "byUtilisation",
    create() {
      let smooth: number | undefined;
      let lookedAt = 0;
      return ({ workers, desired, ready, now }) => {
        if (workers.length === 0 || workers.length < ready) return undefined;
        const mean = workers.reduce((sum, each) => sum + each[field], 0) / workers.length;
        // By time, not by looks: requests make a look come sooner.
        const weight = 1 - Math.exp((lookedAt - now) / MEMORY_MS);
        smooth = smooth === undefined ? mean : smooth + weight * (mean - smooth);
        lookedAt = now;
        const ratio = smooth / target;
        return Math.abs(ratio - 1) <= TOLERANCE ? desired : Math.ceil(workers.length * ratio);
      };
    },
  };
}
