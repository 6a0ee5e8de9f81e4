import type { IncomingMessage, ServerResponse } from "node:http";
import { Server, type Socket } from "node:net";

/** Longest idle time of a connection while its server drains, where `keepAliveTimeout` is 0. */
const IDLE_MS = 5_000;

/** A server that can end without losing a connection. */
export interface TrackedServer {
  /** Stops accepting, and resolves when the last connection has ended. */
  drain(): Promise<void>;
  /** Stops accepting and cuts every connection. */
  stop(): void;
}

/** What only servers of `node:http`, `node:https` and `node:tls` have. */
interface Kind {
  readonly keepAliveTimeout?: number;
  readonly setSecureContext?: unknown;
}

/**
 * Counts the connections and the open responses of a server. Must come before the server listens.
 *
 * A drain of HTTP closes nothing that a client may be about to use: responses say `Connection: close`, and only
 * a connection that was idle for the server's whole keep-alive timeout is ended. What speaks something else
 * (upgraded sockets, plain TCP) ends by itself, or at the supervisor's deadline.
 */
export function trackServer(server: Server): TrackedServer {
  const { keepAliveTimeout, setSecureContext } = server as Kind;
  const speaksHttp = keepAliveTimeout !== undefined;
  const connections = new Set<Socket>();
  /** What HTTP is spoken on, with the number of requests that are not answered. */
  const clients = new Map<Socket, number>();
  const responses = new Set<ServerResponse>();
  let draining: Promise<void> | undefined;
  let onEmpty = (): void => {};

  server.on("connection", (socket: Socket) => {
    connections.add(socket);
    socket.once("close", () => {
      connections.delete(socket);
      if (connections.size === 0) onEmpty();
    });
  });
  if (speaksHttp) {
    server.on(setSecureContext ? "secureConnection" : "connection", (socket: Socket) => {
      clients.set(socket, 0);
      socket.once("close", () => clients.delete(socket));
    });
    // First of all handlers, because a header can be set only before the answer.
    server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
      if (draining) response.shouldKeepAlive = false;
      responses.add(response);
      count(request.socket, 1);
      response.once("close", () => {
        responses.delete(response);
        count(request.socket, -1);
      });
    });
    forgetUpgraded();
  }

  function count(socket: Socket, by: number): void {
    const known = clients.get(socket);
    if (known !== undefined) clients.set(socket, known + by);
  }

  /** Listens to upgrades only when the program does: the first listener changes what Node does with them. */
  function forgetUpgraded(): void {
    for (const event of ["upgrade", "connect"]) {
      const forget = (_request: unknown, socket: Socket): void => void clients.delete(socket);
      const watch = (name: string | symbol): void => {
        if (name !== event) return;
        server.off("newListener", watch);
        server.prependListener(event, forget);
      };
      if (server.listenerCount(event) > 0) server.prependListener(event, forget);
      else server.on("newListener", watch);
    }
  }

  function close(): void {
    // Of `net`, also for HTTP: since Node 19 the close of `http` cuts idle and just accepted connections too.
    if (server.listening) Server.prototype.close.call(server);
  }

  return {
    drain() {
      draining ??= new Promise((resolve) => {
        onEmpty = resolve;
        for (const response of responses) if (!response.headersSent) response.shouldKeepAlive = false;
        close();
        if (connections.size === 0) return resolve();
        if (!speaksHttp) return;
        const idleMs = (server as Kind).keepAliveTimeout || IDLE_MS;
        const endIdle = (): void => clients.forEach((requests, socket) => requests === 0 && socket.end());
        setTimeout(endIdle, idleMs).unref();
      });
      return draining;
    },
    stop() {
      close();
      for (const socket of [...connections]) socket.destroy();
    },
  };
}
