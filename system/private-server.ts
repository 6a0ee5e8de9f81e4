import { lstatSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { dirname } from "node:path";
import { makePrivateFolder } from "./private-folder.ts";

/** How often a socket's file is looked for. Milliseconds. */
const LOOK_MS = 500;

/** What {@link listenPrivately} takes beside the path. */
export interface PrivateServerOptions {
  accept(socket: Socket): void;
  /** Told what `accept` of the system failed with: out of descriptors, say. The server goes on listening. */
  acceptFailed?(error: Error): void;
  allowHalfOpen?: boolean;
  /** Called with the file each time that it is made, before anybody can connect to it. A throw is a failed listen. */
  made?(path: string): void;
}

/** A Unix domain socket that listens. */
export interface PrivateServer {
  /** Takes no more connections, and resolves when the last one is closed. Removes the file. */
  close(): Promise<void>;
}

/**
 * Listens on a Unix domain socket of mode 0600 (on Windows, a named pipe). When its file is removed, with or without
 * its folder, both are made again within a second: connections that were open are not touched. Rejects with what
 * the system says when the first attempt to listen fails.
 */
export async function listenPrivately(path: string, options: PrivateServerOptions): Promise<PrivateServer> {
  const closed: Promise<void>[] = [];
  let isClosing = false;
  let isLooking = false;
  let current: { server: Server; ino: number | undefined } | undefined = await open();

  async function open(): Promise<{ server: Server; ino: number | undefined }> {
    const server = createServer({ allowHalfOpen: options.allowHalfOpen ?? false }, options.accept);
    await listen(server, path);
    server.on("error", (error) => options.acceptFailed?.(error));
    try {
      options.made?.(path);
    } catch (error) {
      server.close();
      throw error;
    }
    return { server, ino: inodeOf(path) };
  }

  function end({ server }: { server: Server }): void {
    closed.push(new Promise((resolve) => server.close(() => resolve())));
  }

  async function look(): Promise<void> {
    if (isLooking || isClosing || inodeOf(path) !== undefined) return;
    isLooking = true;
    try {
      // Closed first: libuv removes the file by its name, whoever has that by then.
      if (current) end(current);
      current = undefined;
      makePrivateFolder(dirname(path));
      current = await open();
      if (isClosing) finish();
    } catch {
      // The next look tries again.
    } finally {
      isLooking = false;
    }
  }

  function finish(): void {
    if (!current) return;
    const isOurs = current.ino !== undefined && inodeOf(path) === current.ino;
    end(current);
    current = undefined;
    if (isOurs) rmSync(path, { force: true });
  }

  const timer = process.platform === "win32" ? undefined : setInterval(() => void look(), LOOK_MS).unref();
  return {
    async close() {
      isClosing = true;
      clearInterval(timer);
      finish();
      await Promise.all(closed);
    },
  };
}

/** `undefined` when there is no file; what cannot be looked at is taken to be there. */
function inodeOf(path: string): number | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.ino;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOTDIR" ? undefined : -1;
  }
}

/** Binds under a umask that makes the socket 0600 from its first moment: `bind` happens within `listen`. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const restore = setUmask(0o177);
    try {
      server.listen(path, () => {
        server.off("error", reject);
        resolve();
      });
    } finally {
      restore();
    }
  });
}

/** Under Deno it takes a permission of its own. Without it the private folder is what keeps others away. */
function setUmask(mask: number): () => void {
  try {
    const before = process.umask(mask);
    return () => void process.umask(before);
  } catch {
    return () => {};
  }
}
