/** Work that is worth having in advance, so that a worker is busy while the caller hears of its results. */
const AHEAD_MS = 5;
const AHEAD_MAX = 256;
/** Before anything is known. */
const AHEAD_FIRST = 4;

/** Jobs and milliseconds after which the past counts half. */
const HALF_AFTER_JOBS = 256;
const HALF_AFTER_MS = 200;

/**
 * Measures how fast a worker settles jobs while it has any, and says how many it wants: what it runs, and about 5 ms
 * of work ahead. Few when jobs are long, so that nothing waits behind one while another worker is free; many when
 * they are short, so that the way there and back costs nothing.
 */
export class Pace {
  #settled = 0;
  #busyMs = 0;
  #running = 0;
  #busySince = 0;

  begin(now: number): void {
    if (this.#running++ === 0) this.#busySince = now;
  }

  settle(now: number): void {
    this.#settled++;
    this.#busyMs += now - this.#busySince;
    this.#busySince = now;
    this.#running--;
    if (this.#settled <= HALF_AFTER_JOBS && this.#busyMs <= HALF_AFTER_MS) return;
    this.#settled /= 2;
    this.#busyMs /= 2;
  }

  /** Unsettled jobs that the worker wants to have, where at most `concurrency` of them run at once. */
  window(concurrency: number): number {
    const rate = this.#busyMs > 0 ? this.#settled / this.#busyMs : 0;
    const known = this.#settled >= 1;
    const ahead = known ? Math.min(AHEAD_MAX, Math.floor(AHEAD_MS * rate)) : AHEAD_FIRST;
    // While all that comes is begun at once, it doubles: what waits elsewhere may be begun here.
    const more = Math.max(ahead, this.#running, 1);
    return Math.max(2, Math.min(this.#running + more, concurrency + Math.max(1, ahead)));
  }
}
