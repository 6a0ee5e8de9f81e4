/**
 * The kernel's only source of time and chance. Both are ports, so that the simulator can replay a history.
 */
export interface Clock {
  /** Milliseconds on a monotonic clock. MUST NOT follow the wall clock: a step of it changes no decision. */
  now(): number;
  /**
   * Calls `fire` once, at `at` or later, never before this call has returned, and only when everything that had
   * arrived by `at` has been handed over: a worker's silence MUST NOT be judged while its words wait to be read.
   * Returns its canceller.
   */
  at(at: number, fire: () => void): () => void;
  /** Milliseconds since 1970, as `Date.now()` has it. Only passed on in questions, for schedules; `now()` when left out. */
  wallNow?(): number;
  /** A number in [0, 1), used for jitter. */
  random(): number;
}
