import type { Clock } from "../../../core/contract/clock.ts";
import { Heap } from "../heap.ts";
import type { Item } from "../heap.ts";
import type { Random } from "../random.ts";

/** A clock that goes on as fast as there is nothing to do. */
export class VirtualTime implements Clock {
  readonly #items = new Heap();
  readonly #random: Random;
  #now = 0;
  #order = 0;
  /** What has happened. */
  steps = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.#random.next();
  }

  at(at: number, run: () => void): () => void {
    const item: Item = {
      at: Math.max(at, this.#now),
      order: this.#order++,
      supervisor: false,
      timer: true,
      cancelled: false,
      run,
    };
    this.#items.push(item);
    return () => void (item.cancelled = true);
  }

  after(ms: number, run: () => void): () => void {
    return this.at(this.#now + ms, run);
  }

  /** Lets time pass until `isOver`, or nothing is left to happen, or so much has passed. */
  run(isOver: () => boolean, limitMs: number): void {
    while (!isOver() && this.#now <= limitMs) {
      const item = this.#items.pop();
      if (!item) return;
      if (item.cancelled) continue;
      this.#now = item.at;
      this.steps++;
      item.run();
    }
  }
}
