/** A first-in-first-out queue that is never changed in place; each step costs the same on average. */
export interface Queue<T> {
  readonly front: Cell<T> | null;
  readonly back: Cell<T> | null;
}

interface Cell<T> {
  readonly value: T;
  readonly next: Cell<T> | null;
}

export const EMPTY_QUEUE: Queue<never> = Object.freeze({ front: null, back: null });

export function enqueue<T>(queue: Queue<T>, value: T): Queue<T> {
  return { front: queue.front, back: { value, next: queue.back } };
}

/** The oldest value and the queue without it, or `undefined` when it is empty. */
export function dequeue<T>(queue: Queue<T>): { value: T; rest: Queue<T> } | undefined {
  let front = queue.front;
  let back = queue.back;
  if (!front) {
    for (; back; back = back.next) front = { value: back.value, next: front };
  }
  return front ? { value: front.value, rest: { front: front.next, back } } : undefined;
}
