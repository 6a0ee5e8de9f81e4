import type * as Http from "node:http";
import { Server, type ServerOpts } from "node:net";
import type * as Tls from "node:tls";

/** What a server was made with, as far as it shows in its connections. */
type Manner = Pick<
  ServerOpts,
  "allowHalfOpen" | "noDelay" | "keepAlive" | "keepAliveInitialDelay" | "highWaterMark"
>;

const fronts = new WeakMap<Server, Server>();

/**
 * Makes a plain server that accepts for another one: each connection is handed on, and to that server it is as if it
 * had accepted it.
 */
export function createFront(server: Server): Server {
  const { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, highWaterMark } = server as Server &
    Manner;
  const manner: Manner = { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, highWaterMark };
  const secure = canListen(server) ? undefined : optionsOfHttps(server);
  if (!secure) return new Server(manner, (socket) => server.emit("connection", socket));
  const { createServer } = process.getBuiltinModule("node:tls") as typeof Tls;
  const front = createServer({ ...secure, ...manner }, (socket) => server.emit("connection", socket));
  return front.on("tlsClientError", (...args) => server.emit("tlsClientError", ...args));
}

/**
 * The server that listens for another one: itself, where it can. The servers of `node:http` and `node:https` in Bun
 * cannot, they listen on a random port in place of a descriptor: they get a front, and look as if they listened.
 */
export function acceptorOf(server: Server): Server {
  if (canListen(server)) return server;
  let front = fronts.get(server);
  if (!front) {
    front = createFront(server);
    fronts.set(server, front);
    lookThrough(server, front);
  }
  return front;
}

/** The prototypes whose `listen` a program calls, whatever server it makes. */
export function listeningPrototypes(): Pick<Server, "listen">[] {
  if (process.versions["bun"] === undefined) return [Server.prototype];
  const http = process.getBuiltinModule("node:http") as typeof Http;
  return [Server.prototype, http.Server.prototype];
}

function canListen(server: unknown): boolean {
  return server instanceof Server;
}

function lookThrough(server: Server, front: Server): void {
  for (const event of ["listening", "error", "close"]) {
    front.on(event, (...args: unknown[]) => server.emit(event, ...args));
  }
  Object.defineProperty(server, "listening", { configurable: true, get: () => front.listening });
  server.address = () => front.address();
  server.ref = () => (front.ref(), server);
  server.unref = () => (front.unref(), server);
  server.getConnections = (callback) => (front.getConnections(callback), server);
  server.close = (callback) => {
    front.close(callback);
    // As in Node since 19.
    (server as { closeIdleConnections?(): void }).closeIdleConnections?.();
    return server;
  };
}

/** What a `node:https` server of Bun was made with: in it, the raw connection does not become a secure one. */
function optionsOfHttps(server: object): Tls.TlsOptions | undefined {
  const symbols = Object.getOwnPropertySymbols(server);
  const [tls, options] = ["tls", "options"].map((name) =>
    symbols.find(({ description }) => description === name),
  );
  const values = server as Readonly<Record<symbol, unknown>>;
  return tls && options && values[tls] ? (values[options] as Tls.TlsOptions) : undefined;
}
