import type { AddressInfo, Server } from "node:net";
import type { WelcomedListener } from "../../core/protocol/messages.ts";

/** A server that looks as if it listened. */
export interface Pretence {
  /** It looks as it is from now on. Returns `false` when the program has closed it meanwhile. */
  end(): boolean;
}

/**
 * Makes a server look as if it listened: `listening`, `address()`, `close()`, and the events of both. `isTold` when its
 * program has been told so before.
 */
export function pretend(
  server: Server,
  { port = 0, host = "127.0.0.1", path }: WelcomedListener,
  isTold: boolean = false,
): Pretence {
  let isOpen = true;
  const { close, address } = server;
  const listening = Object.getOwnPropertyDescriptor(server, "listening");
  const at: AddressInfo = { port, address: host, family: host.includes(":") ? "IPv6" : "IPv4" };
  Object.defineProperty(server, "listening", { configurable: true, get: () => isOpen });
  server.address = () => (isOpen ? (path ?? at) : null);
  server.close = (callback) => {
    if (!isOpen) return close.call(server, callback);
    isOpen = false;
    if (callback) server.once("close", callback);
    setImmediate(() => server.emit("close"));
    return server;
  };
  if (!isTold) process.nextTick(() => isOpen && server.emit("listening"));
  return {
    end() {
      if (!isOpen) return false;
      Reflect.deleteProperty(server, "listening");
      if (listening) Object.defineProperty(server, "listening", listening);
      Object.assign(server, { close, address });
      return true;
    },
  };
}
