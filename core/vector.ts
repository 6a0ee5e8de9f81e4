/**
 * A list that is never changed in place: `set` shares all but one leaf with the list it came from. Two levels
 * keep the cost of a change nearly flat up to tens of thousands of entries, which is what lets the reducer be
 * pure at 10,000 slots for the price it has at 10.
 */
export interface Vector<T> {
  readonly length: number;
  get(index: number): T;
  set(index: number, value: T): Vector<T>;
  [Symbol.iterator](): Iterator<T>;
}

const LEAF_BITS = 6;
const LEAF_MASK = (1 << LEAF_BITS) - 1;

class Leaves<T> implements Vector<T> {
  readonly length: number;
  readonly #leaves: readonly (readonly T[])[];

  constructor(leaves: readonly (readonly T[])[], length: number) {
    this.#leaves = leaves;
    this.length = length;
  }

  get(index: number): T {
    return this.#leaves[index >> LEAF_BITS]![index & LEAF_MASK]!;
  }

  set(index: number, value: T): Vector<T> {
    const leaf = this.#leaves[index >> LEAF_BITS]!.slice();
    leaf[index & LEAF_MASK] = value;
    const leaves = this.#leaves.slice();
    leaves[index >> LEAF_BITS] = leaf;
    return new Leaves(leaves, this.length);
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const leaf of this.#leaves) yield* leaf;
  }
}

/** A {@link Vector} of `values`. */
export function vectorOf<T>(values: readonly T[]): Vector<T> {
  const leaves: T[][] = [];
  for (let start = 0; start < values.length; start += LEAF_MASK + 1) {
    leaves.push(values.slice(start, start + LEAF_MASK + 1));
  }
  return new Leaves(leaves, values.length);
}
