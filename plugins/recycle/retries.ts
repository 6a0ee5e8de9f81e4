/** The wait after a replacement that failed, doubling with each in a row, and the longest. Milliseconds. */
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 600_000;

/** When a slot may be tried again whose worker could not be replaced. Times are milliseconds on a monotonic clock. */
export interface Retries {
  mayTry(slot: string, now: number): boolean;
  failed(slot: string, now: number): void;
  succeeded(slot: string): void;
}

export function createRetries(): Retries {
  const failures = new Map<string, { readonly inARow: number; readonly until: number }>();
  return {
    mayTry: (slot, now) => now >= (failures.get(slot)?.until ?? -Infinity),
    failed(slot, now) {
      const inARow = failures.get(slot)?.inARow ?? 0;
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** inARow);
      failures.set(slot, { inARow: inARow + 1, until: now + wait });
    },
    succeeded: (slot) => void failures.delete(slot),
  };
}
