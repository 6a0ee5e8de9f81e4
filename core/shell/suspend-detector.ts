import type { Clock } from "../contract/clock.ts";

/** The longest time between two looks at the clock. Milliseconds. */
const LONGEST_LOOK_MS = 1_000;
const SHORTEST_LOOK_MS = 25;
/** Looks within the time in which a worker must send a heartbeat. */
const LOOKS_PER_HEARTBEAT = 4;

/** Notices that the supervisor itself was suspended: stopped, asleep with its machine, or blocked. */
export interface SuspendDetector {
  start(): void;
  /**
   * Returns for how long the supervisor was suspended since the last look, in milliseconds, or 0 if it was not or the
   * detector has not started. Called before every event, so it must be cheap.
   */
  look(): number;
  stop(): void;
}

/**
 * Looks at the clock from time to time. The supervisor was suspended if at least twice as much time has passed as between
 * two looks, which is at most half of the shortest time for a heartbeat. A shorter suspension is harmless, because a
 * worker sends three heartbeats in its time. The guard against killing all workers on resume is pitchfork's
 * (github.com/Shopify/pitchfork).
 *
 * @param heartbeatMs returns the shortest time for a heartbeat of any group.
 * @param resumed called with the length of a suspension, in milliseconds, when a look of the detector's own finds it.
 */
export function createSuspendDetector(
  clock: Clock,
  heartbeatMs: () => number,
  resumed: (ms: number) => void,
): SuspendDetector {
  let betweenMs = Infinity;
  let last = 0;
  let cancel = (): void => {};

  function look(): number {
    const ms = clock.now() - last;
    last += ms;
    return ms > 2 * betweenMs ? ms : 0;
  }

  function planLook(): void {
    const longest = Math.min(LONGEST_LOOK_MS, heartbeatMs() / LOOKS_PER_HEARTBEAT);
    betweenMs = Math.max(SHORTEST_LOOK_MS, longest);
    cancel = clock.at(clock.now() + betweenMs, () => {
      const ms = look();
      if (ms > 0) resumed(ms);
      planLook();
    });
  }

  return {
    start() {
      last = clock.now();
      planLook();
    },
    look,
    stop: () => cancel(),
  };
}
