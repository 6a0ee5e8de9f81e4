import type { Clock } from "../contract/clock.ts";

/** The one armed deadline of each seat. */
export interface Timers {
  /** Replaces what was armed for the seat. `at` is a time of the clock, in milliseconds. */
  arm(seat: number, at: number): void;
  disarm(seat: number): void;
  clear(): void;
}

export function createTimers(clock: Clock, fire: (seat: number) => void): Timers {
  const armed = new Map<number, () => void>();
  const disarm = (seat: number): void => {
    armed.get(seat)?.();
    armed.delete(seat);
  };
  return {
    arm(seat, at) {
      disarm(seat);
      armed.set(
        seat,
        clock.at(at, () => {
          armed.delete(seat);
          fire(seat);
        }),
      );
    },
    disarm,
    clear() {
      for (const seat of armed.keys()) disarm(seat);
    },
  };
}
