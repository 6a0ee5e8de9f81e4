import { unlink } from "node:fs/promises";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { PoolError } from "../../core/errors.ts";
import { encodeFrame } from "../../core/frames.ts";
import { serveClient } from "./_connection.ts";
import type { Connection, ConnectionContext } from "./_connection.ts";

const MAX_CLIENTS = 32;
const FLUSH_MS = 1_000;

/** The listening end of the control socket. */
export interface ControlServer {
  /** Answers what is pending, for at most a second, and takes the socket away. */
  close(): Promise<void>;
}

/**
 * Listens on `path`. The caller MUST hold the pool's lock: a socket that is found there is taken to be dead.
 */
export async function openControlServer(path: string, context: ConnectionContext): Promise<ControlServer> {
  await unlink(path).catch(() => {});
  const clients = new Map<Socket, Connection>();
  let count = 0;

  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (clients.size >= MAX_CLIENTS) return turnAway(socket);
    clients.set(socket, serveClient(socket, ++count, context));
    socket.once("close", () => clients.delete(socket));
  });

  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", (error) => {
      reject(new PoolError("E_CONTROL", `cannot listen on ${path}: ${error.message}`, { cause: error }));
    });
    // The socket is bound within `listen`, so it has mode 0600 from its first moment on.
    const before = process.umask(0o177);
    try {
      server.listen(path);
    } finally {
      process.umask(before);
    }
  });
  // From here on errors come from accept (no descriptors left, say): the next client is served when there are some.
  let reportedAt = -Infinity;
  server.removeAllListeners("error").on("error", (error) => {
    if (performance.now() - reportedAt < 10_000) return;
    reportedAt = performance.now();
    context.pool.report("control", "accept", error);
  });

  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const finished = Promise.all([...clients.values()].map((client) => client.finish()));
      await Promise.race([finished, sleep(FLUSH_MS, undefined, { ref: false })]);
      for (const client of clients.values()) client.destroy();
      await closed;
    },
  };
}

function turnAway(socket: Socket): void {
  socket.on("error", () => {});
  const error = { code: "E_CONTROL", message: `more than ${MAX_CLIENTS} clients are connected, try again` };
  socket.write(encodeFrame({ type: "reply", id: null, ok: false, error }));
  socket.destroySoon();
}
