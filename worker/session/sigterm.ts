/** What this process does at SIGTERM, with the entry's own handlers held back or not. */
export interface Sigterm {
  /** Keeps the signal from the entry's handlers from now on. */
  hold(): void;
  /** Calls the entry's handlers as the signal would; returns how many there were. */
  call(): number;
}

/**
 * Calls `own` at SIGTERM. The signal is held at `process.emit`, because a program may add and remove its handlers
 * at any time; the first listener of a signal binds the `emit` of its moment, so this must come before it.
 */
export function ownSigterm(own: () => void): Sigterm {
  const { emit } = process;
  let isHeld = false;
  process.emit = ((event: string | symbol, ...args: unknown[]): boolean => {
    if (event !== "SIGTERM" || !isHeld) return Reflect.apply(emit, process, [event, ...args]) as boolean;
    own();
    return true;
  }) as typeof process.emit;
  process.on("SIGTERM", own);
  // Deno calls the handlers of `process`, and its own, without `emit`; Bun those of `process`.
  const kept = holdDeno(() => isHeld) ?? holdBun(() => isHeld);

  return {
    hold: () => void (isHeld = true),
    call() {
      const handlers = kept
        ? [...kept.keys()]
        : process.rawListeners("SIGTERM").filter((handler) => handler !== own);
      // A tick of its own for each: what it throws is uncaught, as it would be by hand.
      for (const handler of handlers)
        process.nextTick(() => Reflect.apply(handler, process, ["SIGTERM", 15]));
      return handlers.length;
    },
  };
}

/** What of Deno listens to signals. */
interface Signals {
  addSignalListener(signal: string, handler: () => void): void;
  removeSignalListener(signal: string, handler: () => void): void;
}

/** Keeps SIGTERM from what listens to it in Deno from now on, while it is held; `undefined` elsewhere. */
function holdDeno(isHeld: () => boolean): ReadonlyMap<() => void, () => void> | undefined {
  const { Deno } = globalThis as { Deno?: Signals };
  if (!Deno) return undefined;
  const { addSignalListener: add, removeSignalListener: remove } = Deno;
  const held = new Map<() => void, () => void>();
  Deno.addSignalListener = (signal, handler) => {
    if (signal !== "SIGTERM" || held.has(handler)) return add(signal, handler);
    const calls = (): void => void (isHeld() || handler());
    held.set(handler, calls);
    add(signal, calls);
  };
  Deno.removeSignalListener = (signal, handler) => {
    if (signal !== "SIGTERM") return remove(signal, handler);
    remove(signal, held.get(handler) ?? handler);
    held.delete(handler);
  };
  return held;
}

type Handler = (...args: unknown[]) => void;
type Register = (event: string, handler: Handler) => NodeJS.Process;

/** The same for the handlers of `process` in Bun; `undefined` elsewhere. */
function holdBun(isHeld: () => boolean): ReadonlyMap<Handler, Handler> | undefined {
  if (process.versions["bun"] === undefined) return undefined;
  const held = new Map<Handler, Handler>();
  const target = process as unknown as Record<string, Register>;
  const { on, off } = target as { on: Register; off: Register };
  function remove(event: string, handler: Handler): NodeJS.Process {
    const kept = event === "SIGTERM" ? held.get(handler) : undefined;
    if (kept) held.delete(handler);
    return off.call(process, event, kept ?? handler);
  }
  for (const name of ["on", "addListener", "prependListener", "once", "prependOnceListener"]) {
    const add = target[name]!;
    const isOnce = /once/i.test(name);
    target[name] = (event, handler) => {
      if (event !== "SIGTERM" || held.has(handler)) return add.call(process, event, handler);
      const calls: Handler = (...args) => {
        if (isHeld()) return;
        if (isOnce) remove(event, handler);
        Reflect.apply(handler, process, args);
      };
      held.set(handler, calls);
      return on.call(process, event, calls);
    };
  }
  target.off = remove;
  target.removeListener = remove;
  return held;
}
