/** What a {@link Heap} holds. Only the heap writes `place`. */
export interface Ordered {
  /** What is lower comes first. */
  readonly order: number;
  /** Decides between equal orders. */
  readonly id: number;
  /** Where it is in the heap, -1 outside. */
  place: number;
}

/** A priority level is worth this much waiting: what has waited so much longer comes first all the same. */
export const AGEING_MS = 1_000;

/** The order of a job of a priority that came at `now`, in milliseconds. It never changes: all age alike. */
export function orderOf(now: number, priority: number): number {
  return now - priority * AGEING_MS;
}

/** A binary heap from whose middle one can take. */
export class Heap<T extends Ordered> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The one that comes next. */
  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    item.place = this.#items.push(item) - 1;
    this.#rise(item.place);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first) this.delete(first);
    return first;
  }

  delete(item: T): boolean {
    const at = item.place;
    if (at < 0 || this.#items[at] !== item) return false;
    const last = this.#items.pop()!;
    item.place = -1;
    if (last === item) return true;
    this.#items[at] = last;
    last.place = at;
    this.#rise(at);
    this.#sink(last.place);
    return true;
  }

  /** All of them, in no order. */
  values(): readonly T[] {
    return this.#items;
  }

  #rise(at: number): void {
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(this.#items[at]!, this.#items[above]!)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  #sink(at: number): void {
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < this.#items.length && isBefore(this.#items[left]!, this.#items[least]!)) least = left;
      if (right < this.#items.length && isBefore(this.#items[right]!, this.#items[least]!)) least = right;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#items[one]!, this.#items[other]!];
    this.#items[one] = b;
    this.#items[other] = a;
    b.place = one;
    a.place = other;
  }
}

function isBefore(one: Ordered, other: Ordered): boolean {
  return one.order < other.order || (one.order === other.order && one.id < other.id);
}
