import { refuse } from "../../core/config/check.ts";
import type { Duration } from "../../core/contract/duration.ts";
import { parseDuration } from "../../core/contract/duration.ts";
import type { ScalingStrategy } from "./strategy.ts";
import { isIdle } from "./strategy.ts";

/** What {@link byQueueWait} takes. */
export interface ByQueueWaitOptions {
  /** How long the first job may wait; 100 ms when it is left out. */
  target?: Duration;
}

/** As many workers more as jobs wait too long: twice the target, twice the workers. As many fewer as are idle. */
export function byQueueWait({ target = 100 }: ByQueueWaitOptions = {}): ScalingStrategy {
  const targetMs = parseDuration(target);
  if (targetMs === undefined || targetMs <= 0)
    refuse("byQueueWait({ target })", target, "milliseconds or text such as '100ms'");
  return {
    name: "byQueueWait",
    create:
      () =>
      ({ desired, starting, requests, waiting, waitedMs, workers }) => {
        if (requests > 0 && waitedMs > targetMs) {
          const factor = Math.min(2, waitedMs / targetMs);
          // No more than there are jobs that wait for one.
          return Math.min(Math.ceil(Math.max(1, desired) * factor), desired + waiting);
        }
        return requests === 0 && starting === 0 ? desired - workers.filter(isIdle).length : desired;
      },
  };
}
