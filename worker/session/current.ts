import type { Worker } from "../contract/worker.ts";

/** Where the worker's main file leaves the worker: it and the entry's import of this module are two bundles. */
const KEY = Symbol.for("poolable.worker");

type Place = { [KEY]?: Worker };

/**
 * The worker that this process is, for code that nobody passes it to.
 *
 * @throws Error at any use in a process that is no worker of a pool.
 */
export const worker: Worker = new Proxy({} as Worker, {
  get: (_target, key) => Reflect.get(current(), key) as unknown,
  has: (_target, key) => Reflect.has(current(), key),
  ownKeys: () => Reflect.ownKeys(current()),
  getOwnPropertyDescriptor: (_target, key) => ({
    ...Reflect.getOwnPropertyDescriptor(current(), key),
    configurable: true,
  }),
});

/** Makes `own` the worker that {@link worker} stands for. */
export function setWorker(own: Worker): void {
  Object.defineProperty(globalThis, KEY, { value: own, configurable: true });
}

function current(): Worker {
  const own = (globalThis as Place)[KEY];
  if (own) return own;
  throw new Error("this process is no worker of a pool: `worker` of poolable/worker is there only in one");
}
