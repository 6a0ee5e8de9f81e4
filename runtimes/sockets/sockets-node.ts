import * as net from "node:net";
import { getSystemErrorName } from "node:util";
import { lendAsStdio } from "./fd-passing.ts";
import type { BoundSocket, SocketCalls } from "./socket-calls.ts";

/** What Node's own cluster binds with. */
interface Handle {
  readonly fd: number;
  /** 0 and `out` filled in, or the negative error number. A handle of a Unix domain socket has none. */
  getsockname?(out: { address?: string; port?: number }): number;
  /** 0, or the negative error number. */
  listen(backlog: number): number;
  close(): void;
}

/**
 * A bound, not listening handle, or the negative error number. `type` is 4, 6, or -1 for a path; with an `fd` it
 * is the handle of that. Throws for an `fd` that is no socket.
 */
type CreateServerHandle = (
  address: string | null,
  port: number,
  type: number,
  fd: number,
  flags: number,
) => Handle | number;

/** The flag that is SO_REUSEPORT; ignored by Node before 22.12. */
const REUSE_PORT = 2;

/** Sockets of a supervisor under Node: the handles of its own cluster. */
export function nodeSockets(): SocketCalls {
  const { _createServerHandle: create } = net as unknown as { _createServerHandle: CreateServerHandle };
  return {
    bind(ip, port, family, reusePort) {
      const handle = create(ip, port, family, -1, reusePort ? REUSE_PORT : 0);
      if (typeof handle === "number") return getSystemErrorName(handle);
      // libuv keeps EADDRINUSE of bind for later calls on the socket; this is the first that tells.
      const error = handle.getsockname!({});
      if (error === 0) return boundOf(handle);
      handle.close();
      return getSystemErrorName(error);
    },
    bindPath(path) {
      const handle = create(path, -1, -1, -1, 0);
      return typeof handle === "number" ? getSystemErrorName(handle) : boundOf(handle);
    },
    adopt(fd) {
      try {
        const handle = create(null, 0, -1, fd, 0);
        return typeof handle === "number" ? undefined : { ...boundOf(handle), fd };
      } catch {
        return undefined;
      }
    },
    lend: lendAsStdio,
  };
}

function boundOf(handle: Handle): BoundSocket {
  const bound: { address?: string; port?: number } = {};
  handle.getsockname?.(bound);
  return {
    fd: handle.fd,
    host: bound.address,
    port: bound.port,
    listen(backlog) {
      const error = handle.listen(backlog);
      return error === 0 ? undefined : getSystemErrorName(error);
    },
    close: () => handle.close(),
  };
}
