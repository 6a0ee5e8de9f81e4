import type { Clock } from "../contract/clock.ts";

/** How often the supervisor looks at the clock, at most. Milliseconds. */
const LONGEST_LOOK_MS = 1_000;
const SHORTEST_LOOK_MS = 25;
/** Looks that a worker's time for a heartbeat has. */
const LOOKS_PER_HEARTBEAT = 4;

/** Notices that the supervisor itself was away: stopped, suspended with its machine, or blocked. */
export interface Watch {
  /** For how long it was away, when it has just come back, in milliseconds; else 0. Cheap: called before every event. */
  look(): number;
  stop(): void;
}

/**
 * Looks at the clock now and then, and calls `back` when twice as much time has gone by as between two looks, which
 * is at most half of the shortest time for a heartbeat. Away for less, the supervisor misses no more than what a
 * worker has to spare: it says something three times in that time. The guard against killing everybody on resume is
 * pitchfork's (github.com/Shopify/pitchfork).
 */
export function watchItself(clock: Clock, heartbeatMs: () => number, back: (ms: number) => void): Watch {
  let betweenMs = 0;
  let last = clock.now();
  let cancel = (): void => {};

  function look(): number {
    const ms = clock.now() - last;
    last += ms;
    return ms > 2 * betweenMs ? ms : 0;
  }

  function plan(): void {
    const longest = Math.min(LONGEST_LOOK_MS, heartbeatMs() / LOOKS_PER_HEARTBEAT);
    betweenMs = Math.max(SHORTEST_LOOK_MS, longest);
    cancel = clock.at(clock.now() + betweenMs, () => {
      const ms = look();
      if (ms > 0) back(ms);
      plan();
    });
  }

  plan();
  return { look, stop: () => cancel() };
}
