import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, linkSync, lstatSync, rmSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf, PoolError } from "../../core/contract/errors.ts";
import type { ListenAddress, OpenListener } from "../../core/contract/runtime.ts";
import { probe } from "../../system/stale-sockets.ts";
import { findOwner, type Owner } from "../../system/user.ts";
import type { SocketCalls } from "./socket-calls.ts";
import { checkSocketPath } from "./socket-path.ts";

/** What the systems, and libuv in their place, say of a folder. */
const NO_FOLDER: ReadonlySet<string> = new Set(["EACCES", "ENOENT", "ENOTDIR"]);

/**
 * Opens a Unix domain socket for workers to inherit. A stale socket file (nobody listens) is replaced, anything
 * else at the path is left alone. The file is removed at `close`, unless another one has taken its place.
 * Rejects with `E_LISTEN`.
 */
export async function openUnixListener(
  calls: SocketCalls,
  path: string,
  { mode, owner }: Pick<ListenAddress, "mode" | "owner"> = {},
): Promise<OpenListener> {
  checkSocketPath(path);
  const ids = owner === undefined ? undefined : ownerOf(path, owner);
  await clear(path);
  // libuv removes the name that it bound when the handle closes, whoever has that name by then. So it binds a
  // private name, and the real one is a second link, which also never replaces what came in between.
  const temporary = join(dirname(path), `.${randomBytes(4).toString("hex")}`);
  checkSocketPath(temporary);
  const socket = calls.bindPath(temporary);
  if (typeof socket === "string")
    throw refuse(path, NO_FOLDER.has(socket) ? "its folder does not exist or cannot be written to" : socket);
  let own: Stats;
  try {
    // Before it has its name: nobody can connect who may not.
    if (ids) chownSync(temporary, ids.uid, ids.gid ?? process.getegid!());
    if (mode !== undefined) chmodSync(temporary, typeof mode === "string" ? Number.parseInt(mode, 8) : mode);
    linkSync(temporary, path);
    own = lstatSync(path);
  } catch (error) {
    socket.close();
    rmSync(temporary, { force: true });
    const isOwner = (error as NodeJS.ErrnoException).code === "EPERM" && ids !== undefined;
    const reason = isOwner ? `only root can give it to ${owner}` : messageOf(error);
    throw refuse(path, reason, error);
  }
  rmSync(temporary, { force: true });
  return {
    fd: socket.fd,
    path,
    close() {
      const now = lstatSync(path, { throwIfNoEntry: false });
      if (now && now.ino === own.ino && now.dev === own.dev) rmSync(path, { force: true });
      socket.close();
    },
  };
}

/** Throws `E_LISTEN` for a name that nobody has. */
function ownerOf(path: string, owner: string): Owner {
  try {
    return findOwner(owner);
  } catch (error) {
    throw refuse(path, `owner: ${messageOf(error)}`);
  }
}

async function clear(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (!there) return;
  if (!there.isSocket()) throw refuse(path, "a file that is not a socket is there");
  const code = await probe(path);
  if (code === undefined) throw refuse(path, "another program listens on it");
  if (code === "ECONNREFUSED") rmSync(path, { force: true });
  else if (code !== "ENOENT") throw refuse(path, code);
}

function refuse(path: string, reason: string, cause?: unknown): PoolError {
  return new PoolError("E_LISTEN", `cannot listen on ${path}: ${reason}`, { cause });
}
