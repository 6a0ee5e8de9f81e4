import type { FetchContext, Worker } from "../contract/worker.ts";

/** What `fetch` is given beside the request. */
export interface Contexts {
  of(native: unknown): FetchContext;
  /** Whether `server.upgrade` of Bun has taken the request: it needs no answer then. */
  isUpgraded(request: Request): boolean;
}

/**
 * Adds `worker` to what the runtime passes. Under Bun that is the server, whose methods need the server itself as
 * `this`.
 */
export function createContexts(worker: Worker): Contexts {
  const upgraded = new WeakSet<object>();
  const plain: FetchContext = Object.freeze({ worker });
  const known = new WeakMap<object, FetchContext>();

  function withWorker(native: object): FetchContext {
    if (Object.getPrototypeOf(native) === Object.prototype) return { ...native, worker };
    return new Proxy(native, {
      get(target, key) {
        if (key === "worker") return worker;
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") return value;
        const method = value.bind(target) as (...args: unknown[]) => unknown;
        if (key !== "upgrade") return method;
        return (request: object, ...args: unknown[]) => {
          const isUpgraded = method(request, ...args);
          if (isUpgraded) upgraded.add(request);
          return isUpgraded;
        };
      },
      has: (target, key) => key === "worker" || Reflect.has(target, key),
    }) as unknown as FetchContext;
  }

  return {
    of(native) {
      if (typeof native !== "object" || native === null) return plain;
      let context = known.get(native);
      if (!context) {
        context = withWorker(native);
        known.set(native, context);
      }
      return context;
    },
    isUpgraded: (request) => upgraded.has(request),
  };
}
