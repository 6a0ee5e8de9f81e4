/** A job of a kind that took this long without a pause is expected to do so again. Milliseconds. */
const HOG_MS = 5;

/** Kinds of jobs that are remembered. */
const REMEMBERED = 1_000;

/** Told of each job before it begins to compute, and after its first stretch without a pause. */
export interface Hogs {
  beginning(name: string): (() => void) | undefined;
  stretched(name: string, ms: number): void;
}

/**
 * Marks a worker while it begins a job that may hold up its process, so that callers pass it over until its event loop
 * has gone round: a computation that takes a second is seen at once, and not when it is over. The first job of a name
 * may be such a one, and one whose last did; the others cost nothing. `mark` is the mark, and returns what removes it.
 */
export function createHogs(mark: () => () => void): Hogs {
  const known = new Map<string, number>();
  let isMarked = false;
  return {
    beginning(name) {
      if (isMarked || (known.get(name) ?? Infinity) < HOG_MS) return undefined;
      isMarked = true;
      const remove = mark();
      return () => {
        isMarked = false;
        remove();
      };
    },
    stretched(name, ms) {
      if (known.size < REMEMBERED || known.has(name)) known.set(name, ms);
    },
  };
}
