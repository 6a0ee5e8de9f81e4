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

  return {
    hold: () => void (isHeld = true),
    call() {
      const handlers = process.rawListeners("SIGTERM").filter((handler) => handler !== own);
      // A tick of its own for each: what it throws is uncaught, as it would be by hand.
      for (const handler of handlers)
        process.nextTick(() => Reflect.apply(handler, process, ["SIGTERM", 15]));
      return handlers.length;
    },
  };
}
