import type { Server } from "node:net";

/** What a dressed server looks at. */
export interface Dress {
  /** What `address()` says of a Unix domain socket. */
  readonly path: string | undefined;
  isLeaving(): boolean;
  /** Resolves when the drain has finished, or the worker stops. */
  readonly left: Promise<void>;
}

/** What is dressed, and what tells it that it listens again. */
const dressed = new WeakMap<Server, () => void>();

/**
 * Makes a server on an inherited socket look as if it had opened it. Once the worker leaves, its `close` belongs
 * to the drain: the program's callback and `close` event come when the drain is done, and never as an error. A server
 * that listens again is dressed already.
 */
export function dress(server: Server, { path, isLeaving, left }: Dress): void {
  const known = dressed.get(server);
  if (known) return known();
  const { close, address } = server;
  let hasClosed = false;
  dressed.set(server, () => void (hasClosed = false));
  server.on("close", () => (hasClosed = true));
  if (path !== undefined) server.address = () => (server.listening ? path : address.call(server));
  server.close = (callback) => {
    if (!isLeaving()) return close.call(server, callback);
    const isLate = hasClosed;
    const tell = (): void => {
      // Once more for who has only asked for it now.
      if (isLate && hasClosed) server.emit("close");
      if (isLate) hasClosed = false;
      callback?.();
    };
    // The server's own `close` comes in the turn after its last connection, or later.
    void left.then(() => setImmediate(tell));
    return server;
  };
}
