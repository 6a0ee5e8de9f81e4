/** What the body of a test is given. */
export interface TestContext {
  /** The title of the test. */
  readonly name: string;
  /** Aborts when the test has run out of time, and when it has ended. */
  readonly signal: AbortSignal;
  /**
   * Registers clean-up. Runs after the test whatever came of it, last registered first, each bounded by 5 s; a
   * clean-up that throws or hangs fails the test and keeps none of the others from running.
   */
  defer(cleanup: () => unknown): void;
}

const deferTimeout = 5000;

/** Whatever was thrown, as an `Error`: `throw null` must not pass for success. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error && typeof thrown.stack === "string") return thrown;
  return new Error(`thrown: ${thrown === null ? "null" : String(thrown)}`, { cause: thrown });
}

/** Runs `fn` and rejects when it has not settled after `timeout` milliseconds. */
export async function bounded<T>(what: string, timeout: number, fn: () => T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${timeout} ms`)), timeout);
  });
  try {
    return await Promise.race([Promise.resolve().then(fn), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs one test body in its own {@link TestContext}; rejects with the first error, its clean-ups' included. */
export async function withContext(
  name: string,
  timeout: number,
  body: (t: TestContext) => unknown,
): Promise<void> {
  const cleanups: (() => unknown)[] = [];
  const controller = new AbortController();
  const errors: Error[] = [];
  const attempt = async (what: string, limit: number, fn: () => unknown): Promise<void> => {
    try {
      await bounded(what, limit, fn);
    } catch (thrown) {
      errors.push(toError(thrown));
    }
  };
  const context: TestContext = {
    name,
    signal: controller.signal,
    defer: (cleanup) => void cleanups.push(cleanup),
  };
  await attempt("the test", timeout, () => body(context));
  controller.abort(new Error(`the test "${name}" has ended`));
  for (let cleanup = cleanups.pop(); cleanup; cleanup = cleanups.pop()) {
    await attempt("a deferred clean-up", deferTimeout, cleanup);
  }
  for (const error of errors.slice(1)) console.error(`also, in "${name}":`, error);
  if (errors[0]) throw errors[0];
}
