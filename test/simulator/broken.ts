/** An invariant that did not hold. `invariant` is its name in `/docs` terms: I1, I2, … or a word. */
export class Broken extends Error {
  override readonly name = "Broken";
  readonly invariant: string;

  constructor(invariant: string, detail: string) {
    super(`${invariant}: ${detail}`);
    this.invariant = invariant;
  }
}

/** Throws {@link Broken}. */
export function broken(invariant: string, detail: string): never {
  throw new Broken(invariant, detail);
}
