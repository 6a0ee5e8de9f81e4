import type { ScalingStrategy } from "./strategy.ts";
import { isIdle } from "./strategy.ts";

/**
 * One worker more when jobs wait and no worker is free to take them; one fewer when one has nothing to do. The
 * cooldowns say how fast: a burst of requests is one worker, and then another when it did not suffice.
 */
export function byRequest(): ScalingStrategy {
  return {
    name: "byRequest",
    create: () => (view) => {
      if (view.requests > 0) return view.desired + 1;
      // Who says nothing may be busy.
      const idle = view.workers.filter(isIdle).length;
      return idle > 0 && view.starting === 0 ? view.desired - 1 : view.desired;
    },
  };
}
