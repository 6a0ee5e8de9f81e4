import * as net from "node:net";

/** What Node's own cluster binds with: a socket that is bound and has a descriptor, and nobody accepts on it. */
export interface BoundHandle {
  readonly fd: number;
  /** 0 and `out` filled in, or the negative error number. */
  getsockname(out: { address?: string; port?: number }): number;
  /** 0, or the negative error number. */
  listen(backlog: number): number;
  close(): void;
}

/** The flag of `bind` that is SO_REUSEPORT; ignored by Node before 22.12. */
export const REUSE_PORT = 2;

type CreateServerHandle = (
  address: string | null,
  port: number,
  type: number,
  fd: number,
  flags: number,
) => BoundHandle | number;

/**
 * A bound, not listening handle, or the negative error number. `type` is 4, 6, or -1 for a path; with an `fd` it
 * is the handle of that. Throws for an `fd` that is no socket.
 */
export const createServerHandle: CreateServerHandle = (...input) =>
  (net as unknown as { _createServerHandle: CreateServerHandle })._createServerHandle(...input);
