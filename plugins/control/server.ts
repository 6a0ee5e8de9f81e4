import { unlink } from "node:fs/promises";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { PoolError } from "../../core/contract/errors.ts";
import type { PluginContext } from "../../core/contract/plugin-context.ts";
import { listenPrivately } from "../../system/private-server.ts";
import { MAX_CLIENTS, serveClient } from "./connection.ts";
import type { Connection, ConnectionContext } from "./connection.ts";

/** Connections that have not shown the token. */
const MAX_STRANGERS = 32;
const FLUSH_MS = 1_000;

/** What the server needs to know beside what each connection does. */
export interface ServerContext extends Omit<ConnectionContext, "admit"> {
  readonly pool: PluginContext;
  /** Whether a client's token is the one of this run. */
  isKnown(token: unknown): boolean;
}

/** The listening end of the control socket. */
export interface ControlServer {
  /** Answers what is pending, for at most a second, and takes the socket away. */
  close(): Promise<void>;
}

/**
 * Listens on `path`. The caller MUST hold the pool's lock: a socket that is found there is taken to be dead. A client
 * that has not shown the token takes no place of those who have: of too many strangers the oldest is sent away.
 */
export async function openControlServer(path: string, context: ServerContext): Promise<ControlServer> {
  await unlink(path).catch(() => {});
  const clients = new Map<Socket, Connection>();
  const strangers = new Map<Socket, Connection>();
  let count = 0;

  function accept(socket: Socket): void {
    const connection = serveClient(socket, ++count, {
      ...context,
      admit: (token) => {
        if (!context.isKnown(token)) return "unknown";
        if (clients.size >= MAX_CLIENTS) return "full";
        strangers.delete(socket);
        clients.set(socket, connection);
        return "admitted";
      },
    });
    strangers.set(socket, connection);
    socket.once("close", () => {
      strangers.delete(socket);
      clients.delete(socket);
    });
    if (strangers.size > MAX_STRANGERS) strangers.values().next().value?.destroy();
  }

  // Errors come from accept (no descriptors left, say): the next client is served when there are some.
  let reportedAt = -Infinity;
  const acceptFailed = (error: Error): void => {
    if (performance.now() - reportedAt < 10_000) return;
    reportedAt = performance.now();
    context.pool.report("control", "accept", error);
  };
  const server = await listenPrivately(path, { accept, acceptFailed, allowHalfOpen: true }).catch(
    (error: Error) => {
      throw new PoolError("E_CONTROL", `cannot listen on ${path}: ${error.message}`, { cause: error });
    },
  );

  return {
    async close() {
      const closed = server.close();
      for (const stranger of strangers.values()) stranger.destroy();
      const finished = Promise.all([...clients.values()].map((client) => client.finish()));
      await Promise.race([finished, sleep(FLUSH_MS, undefined, { ref: false })]);
      for (const client of clients.values()) client.destroy();
      await closed;
    },
  };
}
