import { unlink } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import { PoolError } from "../../../core/contract/errors.ts";
import type { PluginContext } from "../../../core/contract/plugin-context.ts";
import { createFrameDecoder, encodeFrame } from "../../../core/protocol/frames.ts";
import type { Frame } from "../../../core/protocol/frames.ts";
import { listenPrivately } from "../../../system/private-server.ts";
import { createToken } from "../../../system/token.ts";
import type { JobsMessage } from "../wire/messages.ts";
import type { Registry } from "./registry.ts";
import { needWorker, restartStuck } from "./requests.ts";

/** Names in the folder of the pool: of the socket, and of the file with the token that a program shows first. */
export const PROGRAMS_SOCKET = "jobs.sock";
export const PROGRAMS_TOKEN = "jobs.token";

const MAX_PROGRAMS = 256;
const MAX_REQUEST_BYTES = 4 * 1024;
const MAX_UNREAD_BYTES = 1024 * 1024;
/** How long a program may take to show the token. */
const STRANGER_MS = 2_000;

/**
 * Listens on `path` for programs of the same user that are no workers: they ask for the addresses that workers ask for
 * over their channel. Who shows the token of `directory` may call every group. Returns what ends it.
 */
export async function servePrograms(
  directory: string,
  pool: PluginContext,
  registry: Registry,
): Promise<() => Promise<void>> {
  const path = join(directory, PROGRAMS_SOCKET);
  await unlink(path).catch(() => {});
  const token = createToken(join(directory, PROGRAMS_TOKEN));
  const sockets = new Set<Socket>();

  function serve(socket: Socket): void {
    if (sockets.size >= MAX_PROGRAMS) return void socket.destroy();
    sockets.add(socket);
    const watches = new Map<string, () => void>();
    const decoder = createFrameDecoder(MAX_REQUEST_BYTES);
    const write = (message: JobsMessage): boolean => {
      if (!socket.writable || socket.writableLength > MAX_UNREAD_BYTES) return false;
      socket.write(encodeFrame(message));
      return true;
    };
    let isKnown = false;
    const stranger = setTimeout(() => socket.destroy(), STRANGER_MS).unref();
    const take = (frame: Frame): boolean | void => {
      if (!isKnown) {
        isKnown = frame.type === "hello" && token.matches(frame.token);
        clearTimeout(stranger);
        if (!isKnown) socket.destroy();
        return isKnown;
      }
      const group = typeof frame.group === "string" ? frame.group : "";
      if (!registry.has(group)) {
        const message = `no group ${JSON.stringify(group.slice(0, 60))} runs jobs; there are ${registry.names.join(", ")}`;
        write({ type: "peers", group, refusal: { code: "UNKNOWN_GROUP", message } });
        return;
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
      clearTimeout(stranger);
      sockets.delete(socket);
      for (const stop of watches.values()) stop();
    });
  }

  const server = await listenPrivately(path, {
    accept: serve,
    acceptFailed: (error) => pool.report("jobs", "accept", error),
  }).catch((error: Error) => {
    token.close();
    throw new PoolError("E_LISTEN", `cannot listen on ${path}: ${error.message}`, { cause: error });
  });

  return () => {
    token.close();
    for (const socket of sockets) socket.destroy();
    return server.close();
  };
}
