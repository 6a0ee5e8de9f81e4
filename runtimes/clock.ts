import type { Clock } from "../core/clock.ts";

/** The longest time that `setTimeout` takes; more would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The clock of this process: monotonic, blind to steps of the wall clock. A far deadline may fire early. */
export function systemClock(): Clock {
  return {
    now: () => performance.now(),
    at(at, fire) {
      const timer = setTimeout(
        fire,
        Math.min(MAX_TIMEOUT_MS, Math.max(0, Math.ceil(at - performance.now()))),
      );
      return () => clearTimeout(timer);
    },
    random: () => Math.random(),
  };
}
