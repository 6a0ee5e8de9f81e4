import type { Clock } from "./clock.ts";

/** The one armed deadline of each slot. */
export interface Timers {
  /** Replaces what was armed for the slot. `at` is a time of the clock, in milliseconds. */
  arm(slot: number, at: number): void;
  disarm(slot: number): void;
  clear(): void;
}

export function createTimers(clock: Clock, fire: (slot: number) => void): Timers {
  const armed = new Map<number, () => void>();
  const disarm = (slot: number): void => {
    armed.get(slot)?.();
    armed.delete(slot);
  };
  return {
    arm(slot, at) {
      disarm(slot);
      armed.set(
        slot,
        clock.at(at, () => {
          armed.delete(slot);
          fire(slot);
        }),
      );
    },
    disarm,
    clear() {
      for (const slot of armed.keys()) disarm(slot);
    },
  };
}
