import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import { sayClose } from "./connection-close.ts";
import { drainOfProcess, type LongConnection } from "./long-connections.ts";
import { asksForWebSocket, CLOSE_FRAME } from "./websocket.ts";

/** Longest idle time of a connection while its server drains, whatever longer `keepAliveTimeout` it has. */
const IDLE_MS = 5_000;

/** How much later than the server's own timer an idle connection is ended, should that timer not do it. */
const GRACE_MS = 2_000;

/** How often a draining server looks for connections that have been idle for long enough. */
const LOOK_MS = 250;

const EVENT_STREAM = /^content-type: ?text\/event-stream\b/im;

/** What only servers that speak HTTP/1 have. */
interface Timeouts {
  readonly keepAliveTimeout?: number;
  /** Of Node >= 22.19: what it adds to the time that it tells the client. */
  readonly keepAliveTimeoutBuffer?: number;
}

/** The connections of a server on which HTTP/1 is spoken. */
export interface Http1Drain {
  opened(socket: Socket): void;
  /** A connection that has still to become a secure one, or never does. */
  shakesHands(raw: Socket): void;
  asked(request: IncomingMessage, response: ServerResponse): void;
  /** Something else is spoken on it from now on. */
  upgraded(request: IncomingMessage, socket: Socket): void;
  drain(): void;
  /** Connections that have no end of their own: upgraded ones, and those of event streams. */
  long(): readonly LongConnection[];
  /** How many have a request that is not answered. */
  busy(): number;
}

interface Client {
  /** What is not answered, in order; more than one when the client pipelines. */
  readonly responses: ServerResponse[];
  /** When it fell idle, and what had been read of it by then. */
  idleSince: number;
  idleBytes: number;
  /** How much longer it is left alone than one that never asked anything. */
  graceMs: number;
}

/** Follows the connections of a server, so that it can end without cutting a request. */
export function createHttp1Drain(server: Server): Http1Drain {
  const clients = new Map<Socket, Client>();
  const upgraded = new Map<Socket, LongConnection>();
  const streams = new WeakMap<ServerResponse, LongConnection>();
  const handshakes = new Map<Socket, number>();
  let draining = false;
  let drainedAt = 0;

  const closeAfter = (client: Client, response: ServerResponse): void =>
    sayClose(response, () => client.responses.at(-1) === response);

  function idleMs(): number {
    const { keepAliveTimeout, keepAliveTimeoutBuffer = 0 } = server as Timeouts;
    return keepAliveTimeout ? Math.min(keepAliveTimeout + keepAliveTimeoutBuffer, IDLE_MS) : IDLE_MS;
  }

  /** Ends what nobody uses. An answered connection is the server's own timer's, which began with the answer. */
  function endIdle(): void {
    const now = performance.now();
    const isOver = (since: number, graceMs: number): boolean =>
      now - Math.max(since, drainedAt) >= Math.min(idleMs() + graceMs, drainOfProcess.idleMs);
    for (const [socket, { responses, idleSince, idleBytes, graceMs }] of clients) {
      const { _httpMessage: isAnswering } = socket as { _httpMessage?: unknown };
      // More bytes: a request is arriving.
      if (responses.length > 0 || isAnswering || socket.bytesRead > idleBytes) continue;
      if (isOver(idleSince, graceMs)) socket.end();
    }
    for (const [socket, since] of handshakes) if (isOver(since, 0)) socket.destroy();
  }

  return {
    opened(socket) {
      const { _parent: raw, alpnProtocol } = socket as { _parent?: Socket; alpnProtocol?: unknown };
      if (raw) handshakes.delete(raw);
      if (alpnProtocol === "h2") return;
      const idleBytes = socket.bytesRead;
      clients.set(socket, { responses: [], idleSince: performance.now(), idleBytes, graceMs: 0 });
      socket.once("close", () => clients.delete(socket));
    },
    shakesHands(raw) {
      handshakes.set(raw, performance.now());
      raw.once("close", () => handshakes.delete(raw));
    },
    asked(request, response) {
      const client = clients.get(request.socket);
      // The same request may be told twice: `checkContinue`, and `request` by the program's own hand.
      if (!client || client.responses.includes(response)) return;
      client.responses.push(response);
      if (draining) closeAfter(client, response);
      response.once("close", () => {
        client.responses.splice(client.responses.indexOf(response), 1);
        client.idleSince = performance.now();
        client.idleBytes = request.socket?.bytesRead ?? 0;
        client.graceMs = (server as Timeouts).keepAliveTimeout ? GRACE_MS : 0;
      });
    },
    upgraded(request, socket) {
      clients.delete(socket);
      upgraded.set(socket, longOf(request, socket));
      socket.once("close", () => upgraded.delete(socket));
    },
    long() {
      const all = [...upgraded.values()];
      for (const { responses } of clients.values()) {
        const [response] = responses;
        if (responses.length !== 1 || !isEventStream(response!)) continue;
        let long = streams.get(response!);
        if (!long) streams.set(response!, (long = streamOf(response!)));
        all.push(long);
      }
      return all;
    },
    drain() {
      draining = true;
      drainedAt = performance.now();
      for (const client of clients.values()) {
        for (const response of client.responses) closeAfter(client, response);
      }
      setInterval(endIdle, LOOK_MS).unref();
    },
    busy: () => [...clients.values()].filter(({ responses }) => responses.length > 0).length,
  };
}

function longOf(request: IncomingMessage, socket: Socket): LongConnection {
  const before = socket.bytesWritten;
  return {
    kind: asksForWebSocket(request) ? "websocket" : "raw",
    bytes: () => socket.bytesRead + socket.bytesWritten,
    close() {
      if (!asksForWebSocket(request)) return cut(socket);
      // Not before the program has accepted it.
      return socket.bytesWritten > before && socket.write(CLOSE_FRAME) !== undefined;
    },
    cut: () => void cut(socket),
  };
}

/**
 * What a browser subscribes to with `EventSource`, and asks for again when it ends. What a POST is answered with may look
 * the same, and has an end.
 */
function isEventStream(response: ServerResponse): boolean {
  if (!response.headersSent || response.req?.method !== "GET") return false;
  // Headers that only `writeHead` was given are in the written head alone; Bun keeps no such text.
  const { _header: head } = response as { _header?: unknown };
  if (typeof head === "string" && EVENT_STREAM.test(head)) return true;
  return String(response.getHeader("content-type") ?? "").startsWith("text/event-stream");
}

function streamOf(response: ServerResponse): LongConnection {
  return {
    kind: "stream",
    bytes: () => 0,
    close() {
      if (response.writableEnded) return true;
      response.end();
      // To the program the client has left: what it still writes is no error.
      response.write = () => false;
      response.end = () => response;
      return true;
    },
    cut: () => void cut(response.socket),
  };
}

/** Ends a connection once what was written is on its way. */
export function cut(socket: Socket | null): true {
  if (socket?.destroySoon) socket.destroySoon();
  else socket?.destroy();
  return true;
}
