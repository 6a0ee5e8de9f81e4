import { isUp } from "../contract/states.ts";
import type { KernelState } from "../reducer/state/state.ts";

/** Callers who wait for the state to be so. Everyone is released when the pool goes down. */
export interface Waiters {
  until(isSo: (state: KernelState) => boolean): Promise<void>;
  /** Called after every step. */
  check(): void;
}

export function createWaiters(state: () => KernelState): Waiters {
  const waiting = new Set<{ isSo: (state: KernelState) => boolean; release: () => void }>();
  return {
    until(isSo) {
      return new Promise((release) => {
        waiting.add({ isSo, release });
        this.check();
      });
    },
    check() {
      if (waiting.size === 0) return;
      const now = state();
      for (const waiter of waiting) {
        if (isUp(now.pool.state) && !waiter.isSo(now)) continue;
        waiting.delete(waiter);
        waiter.release();
      }
    },
  };
}
