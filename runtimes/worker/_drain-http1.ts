import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import { sayClose } from "./_say-close.ts";

/** Longest idle time of a connection while its server drains, where `keepAliveTimeout` is 0. */
const IDLE_MS = 5_000;

/** How much later than the server's own timer an idle connection is ended, should that timer not do it. */
const GRACE_MS = 2_000;

/** How often a draining server looks for connections that have been idle for long enough. */
const LOOK_MS = 250;

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
  forget(socket: Socket): void;
  drain(): void;
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
  const handshakes = new Map<Socket, number>();
  let draining = false;
  let drainedAt = 0;

  const closeAfter = (client: Client, response: ServerResponse): void =>
    sayClose(response, () => client.responses.at(-1) === response);

  function idleMs(): number {
    const { keepAliveTimeout, keepAliveTimeoutBuffer = 0 } = server as Timeouts;
    return keepAliveTimeout ? keepAliveTimeout + keepAliveTimeoutBuffer : IDLE_MS;
  }

  /** Ends what nobody uses. An answered connection is the server's own timer's, which began with the answer. */
  function endIdle(): void {
    const now = performance.now();
    const isOver = (since: number, graceMs: number): boolean =>
      now - Math.max(since, drainedAt) >= idleMs() + graceMs;
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
    forget: (socket) => void clients.delete(socket),
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
