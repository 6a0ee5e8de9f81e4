/** The longest time that `setTimeout` takes, 24.8 days: with a longer one it fires at once. Milliseconds. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Calls `then` after `ms`, however long that is. Returns what cancels it. */
export function afterLong(ms: number, then: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (left: number): void => {
    const now = Math.min(left, MAX_TIMEOUT_MS);
    timer = setTimeout(() => (left > now ? wait(left - now) : then()), now);
  };
  wait(ms);
  return () => clearTimeout(timer);
}
