import { unlink } from "node:fs/promises";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import { PoolError } from "../../core/errors.ts";
import { createFrameDecoder, encodeFrame } from "../../core/frames.ts";
import type { Frame } from "../../core/frames.ts";
import type { Pool } from "../../core/pool.ts";
import { needWorker, restartStuck } from "./requests.ts";
import type { Registry } from "./registry.ts";

/** The socket's name, in the folder of the pool. */
export const PROGRAMS_SOCKET = "jobs.sock";

const MAX_PROGRAMS = 256;
const MAX_REQUEST_BYTES = 4 * 1024;
const MAX_UNREAD_BYTES = 1024 * 1024;

/**
 * Listens on `path` for programs of the same user that are no workers: they ask for the addresses that workers ask for
 * over their channel. Who can open the socket may call every group. Returns what ends it.
 */
export async function servePrograms(
  path: string,
  pool: Pool,
  registry: Registry,
): Promise<() => Promise<void>> {
  await unlink(path).catch(() => {});
  const sockets = new Set<Socket>();

  function serve(socket: Socket): void {
    if (sockets.size >= MAX_PROGRAMS) return void socket.destroy();
    sockets.add(socket);
    const watches = new Map<string, () => void>();
    const decoder = createFrameDecoder(MAX_REQUEST_BYTES);
    const write = (frame: Frame): boolean => {
      if (!socket.writable || socket.writableLength > MAX_UNREAD_BYTES) return false;
      socket.write(encodeFrame(frame));
      return true;
    };
    const take = (frame: Frame): void => {
      const group = typeof frame.group === "string" ? frame.group : "";
      if (!registry.has(group)) {
        const message = `no group ${JSON.stringify(group.slice(0, 60))} runs jobs; there are ${registry.names.join(", ")}`;
        return void write({ type: "peers", group, refusal: { code: "UNKNOWN_GROUP", message } });
      }
      if (frame.type === "watch") {
        watches.get(group)?.();
        watches.set(
          group,
          registry.watch(group, (update) => write({ type: "peers", group, ...update })),
        );
      } else if (frame.type === "need") needWorker(pool, group, "a program", frame);
      else if (frame.type === "stuck") restartStuck(pool, group, frame.slot, frame.epoch);
    };
    socket.on("data", (chunk: Uint8Array) => {
      if (decoder.push(chunk, take)) socket.destroy();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      for (const stop of watches.values()) stop();
    });
  }

  const server = createServer(serve);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      reject(new PoolError("E_LISTEN", `cannot listen on ${path}: ${error.message}`, { cause: error }));
    });
    // The socket is bound within `listen`, so it has mode 0600 from its first moment on.
    const before = process.umask(0o177);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(before);
    }
  });
  server.removeAllListeners("error").on("error", (error) => pool.report("jobs", "accept", error));

  return () =>
    new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
}
