/**
 * A list that is never changed in place: `set` shares all but one path of a tree with the list it came from. Every
 * node has 32 entries, so a change copies as much with 30,000 entries as three small lists hold, which is what lets
 * the reducer be pure at 10,000 slots for about the price that it has at 10.
 */
export interface Vector<T> {
  readonly length: number;
  get(index: number): T;
  set(index: number, value: T): Vector<T>;
  [Symbol.iterator](): Iterator<T>;
}

const BITS = 5;
const MASK = (1 << BITS) - 1;

/** The entries at the lowest level, nodes of the level below at the others. */
type Node = readonly unknown[];

class Tree<T> implements Vector<T> {
  readonly length: number;
  readonly #root: Node;
  /** The bits of an index below those that choose in the root; 0 when the root holds the entries. */
  readonly #shift: number;

  constructor(root: Node, shift: number, length: number) {
    this.#root = root;
    this.#shift = shift;
    this.length = length;
  }

  get(index: number): T {
    let node = this.#root;
    for (let shift = this.#shift; shift > 0; shift -= BITS) node = node[(index >> shift) & MASK] as Node;
    return node[index & MASK] as T;
  }

  set(index: number, value: T): Vector<T> {
    return new Tree(withValue(this.#root, this.#shift, index, value), this.#shift, this.length);
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let index = 0; index < this.length; index++) yield this.get(index);
  }
}

function withValue(node: Node, shift: number, index: number, value: unknown): Node {
  const copy = node.slice();
  const at = (index >> shift) & MASK;
  copy[at] = shift === 0 ? value : withValue(node[at] as Node, shift - BITS, index, value);
  return copy;
}

/** A {@link Vector} of `values`. */
export function vectorOf<T>(values: readonly T[]): Vector<T> {
  let level: readonly unknown[] = values.slice();
  let shift = 0;
  for (; level.length > MASK + 1; shift += BITS) {
    const above: Node[] = [];
    for (let start = 0; start < level.length; start += MASK + 1)
      above.push(level.slice(start, start + MASK + 1));
    level = above;
  }
  return new Tree(level, shift, values.length);
}
