import { KERNEL } from "../contract/exit.ts";
import type { RunAs } from "../contract/plugin.ts";
import { reduce } from "../reducer/reduce.ts";
import type { Effect, KernelEvent } from "../reducer/state/events.ts";
import type { KernelState } from "../reducer/state/state.ts";
import type { Shell } from "./shell.ts";

/** What an event loop needs. */
export interface EventLoopOptions {
  now(): number;
  readonly runAs: RunAs;
  /** Returns for how long the supervisor was suspended, in milliseconds; 0 if it was not. Called before each event. */
  suspendedMs(): number;
  runEffect(effect: Effect): void;
  /** Called after each step, when its effects have run. */
  stepped(): void;
}

/**
 * Feeds the reducer one event at a time and runs the effects of each step. An event that an effect causes waits until the
 * step is complete, so that the state has one serialised history.
 */
export function createEventLoop(
  initial: KernelState,
  { now, runAs, suspendedMs, runEffect, stepped }: EventLoopOptions,
): Pick<Shell, "state" | "dispatch"> {
  let state = initial;
  let isRunning = false;
  const queue: KernelEvent[] = [];

  function run(): void {
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const step = reduce(state, next, now());
        state = step.state;
        for (const effect of step.effects) runEffect(effect);
        stepped();
      }
    } finally {
      isRunning = false;
    }
  }

  return {
    state: () => state,
    dispatch(event) {
      const ms = isRunning ? 0 : suspendedMs();
      if (ms > 0) queue.push({ type: "away", ms });
      queue.push(event);
      if (isRunning) return;
      isRunning = true;
      // A process or timer that an effect starts is not the work of the plugin that caused the event.
      runAs(KERNEL, run);
    },
  };
}
