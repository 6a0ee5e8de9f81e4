import type { Clock } from "../core/contract/clock.ts";

/** The longest time that `setTimeout` takes; more would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** Turns of the event loop that take a connection out of the queue, read what it says, and see its end. */
const TURNS = 3;

/** The clock of this process: monotonic, blind to steps of the wall clock. */
export function systemClock(): Clock {
  return {
    now: () => performance.now(),
    at(at, fire) {
      let isCancelled = false;
      let timer: ReturnType<typeof setTimeout>;
      const wait = (): void => {
        const left = Math.max(0, Math.ceil(at - performance.now()));
        timer = setTimeout(
          () => {
            if (left > MAX_TIMEOUT_MS) return wait();
            // After a stop or a long computation timers come first, and what workers said meanwhile waits unread.
            afterTurns(TURNS, () => void (isCancelled || fire()));
          },
          Math.min(MAX_TIMEOUT_MS, left),
        );
      };
      wait();
      return () => {
        isCancelled = true;
        clearTimeout(timer);
      };
    },
    wallNow: () => Date.now(),
    random: () => Math.random(),
  };
}

/** A turn is an immediate and a timer: Node reads before the one, Deno only on the way to the other. */
function afterTurns(turns: number, then: () => void): void {
  if (turns === 0) then();
  else setImmediate(() => setTimeout(() => afterTurns(turns - 1, then), 1));
}
