import type { IncomingMessage, ServerResponse } from "node:http";
import { Server, type Socket } from "node:net";
import { counts } from "../contract/counts.ts";
import { acceptorOf } from "../listen/acceptor.ts";
import { tunnelOf } from "../native/tunnel.ts";
import { createHttp1Drain, cut as cutSoon, type Http1Drain } from "./http1.ts";
import { createHttp2Drain, type Http2Drain } from "./http2.ts";
import { drainOfProcess, type LongConnection } from "./long-connections.ts";

/** What was still open when a server was stopped. */
export interface Cut {
  readonly connections: number;
  /** Those of them on which an HTTP request was not answered. */
  readonly busy: number;
}

/** A server that can end without losing a connection. */
export interface TrackedServer {
  /** How many connections it has had so far. */
  readonly accepted: number;
  /** Stops accepting, and resolves when the last connection has ended. */
  drain(): Promise<void>;
  /** Stops accepting and cuts every connection; returns how many. */
  stop(): Cut;
}

/** What only servers of `node:http`, `node:https`, `node:http2` and `node:tls` have. */
interface Kind {
  readonly keepAliveTimeout?: number;
  readonly updateSettings?: unknown;
  readonly setSecureContext?: unknown;
}

/**
 * Counts the connections of a server and what is spoken on them. Must come before the server listens.
 *
 * A drain closes nothing that a client may be about to use: HTTP/1 says `Connection: close` with its next answer
 * and ends what stayed idle for a while, HTTP/2 says GOAWAY and finishes its streams. What has no end of its own
 * (WebSockets, event streams, plain TCP) is ended when nothing else is left.
 */
export function trackServer(server: Server): TrackedServer {
  const { keepAliveTimeout, updateSettings, setSecureContext } = server as Kind;
  const connections = new Map<Socket, LongConnection>();
  const http2 = updateSettings === undefined ? undefined : createHttp2Drain();
  const http1 = keepAliveTimeout !== undefined || http2 ? createHttp1Drain(server) : undefined;
  let accepted = 0;
  let draining: Promise<void> | undefined;
  let onEmpty = (): void => {};

  watch(server, http1, http2, setSecureContext !== undefined, (socket) => {
    accepted++;
    connections.set(socket, plain(socket));
    counts.connectionsAccepted++;
    counts.connectionsRunning++;
    socket.once("close", (hadError) => {
      connections.delete(socket);
      counts.connectionsRunning--;
      if (hadError) counts.connectionsFailed++;
      else counts.connectionsProcessed++;
      if (connections.size === 0) onEmpty();
    });
  });

  /** A plain TCP connection may be in the middle of anything: only one that is silent is ended. */
  function long(): readonly LongConnection[] {
    if (http1) return http1.long();
    return tunnelOf(server)?.long() ?? [...connections.values()];
  }

  function close(): void {
    // Of `net`, also for HTTP: since Node 19 the close of `http` cuts idle and just accepted connections too.
    const acceptor = acceptorOf(server);
    if (acceptor.listening) Server.prototype.close.call(acceptor);
  }

  return {
    get accepted() {
      return accepted;
    },
    drain() {
      draining ??= new Promise((resolve) => {
        onEmpty = resolve;
        drainOfProcess.add({ long, short: () => Math.max(0, connections.size - long().length) });
        http1?.drain();
        http2?.drain();
        tunnelOf(server)?.drain();
        close();
        if (connections.size === 0) resolve();
      });
      return draining;
    },
    stop() {
      const cut = { connections: connections.size, busy: http1?.busy() ?? tunnelOf(server)?.busy() ?? 0 };
      close();
      for (const socket of [...connections.keys()]) socket.destroy();
      return cut;
    },
  };
}

function plain(socket: Socket): LongConnection {
  return {
    kind: "raw",
    bytes: () => socket.bytesRead + socket.bytesWritten,
    close: () => cutSoon(socket),
    cut: () => void cutSoon(socket),
  };
}

/**
 * Sees every event of the server first. Not by listeners: they would change what a server does (`upgrade`, and
 * `request` of HTTP/2), and programs that put themselves in front, as socket.io does, take them away.
 */
function watch(
  server: Server,
  http1: Http1Drain | undefined,
  http2: Http2Drain | undefined,
  isSecure: boolean,
  opened: (socket: Socket) => void,
): void {
  type See = (first: never, second: never) => void;
  const seen = new Map<string | symbol, See>();
  const on = (events: string[], see: See | undefined): void => {
    if (see) for (const event of events) seen.set(event, see);
  };
  on(["connection"], (socket: Socket) => {
    opened(socket);
    if (!isSecure && !http2) http1?.opened(socket);
    else if (isSecure) http1?.shakesHands(socket);
  });
  on(["secureConnection"], http1?.opened);
  on(
    ["request", "checkContinue", "checkExpectation"],
    http1 &&
      ((request: IncomingMessage, response: ServerResponse) => {
        counts.requests++;
        http1.asked(request, response);
      }),
  );
  on(["upgrade", "connect"], http1?.upgraded);
  on(["session"], http2?.opened);

  const { emit } = server;
  server.emit = (event: string | symbol, ...args: unknown[]): boolean => {
    seen.get(event)?.(args[0] as never, args[1] as never);
    return Reflect.apply(emit, server, [event, ...args]) as boolean;
  };
}
