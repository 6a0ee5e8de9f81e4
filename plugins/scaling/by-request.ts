import type { ScalingStrategy } from "./strategy.ts";
import { isIdle } from "./strategy.ts";

/**
 * One worker more when jobs wait and no worker is free to take them; as many fewer as have nothing to do. The
 * cooldowns say how fast: a burst of requests is one worker, and then another when it did not suffice.
 */
export function byRequest(): ScalingStrategy {
  return {
    name: "byRequest",
    create: () => (view) => {
      // Who says nothing may be busy.
      const idle = view.workers.filter(isIdle).length;
      // What waited when it was said may have found a worker since; a mere wish is one.
      if (view.requests > 0) return idle > 0 && view.waiting > 0 ? view.desired : view.desired + 1;
      return view.starting === 0 ? view.desired - idle : view.desired;
    },
  };
}
