import * as net from "node:net";

/** What Node's own cluster binds with: a socket that is bound and has a descriptor, and nobody accepts on it. */
export interface BoundHandle {
  readonly fd: number;
  /** 0 and `out` filled in, or the negative error number. */
  getsockname(out: { address?: string; port?: number }): number;
  close(): void;
}

type CreateServerHandle = (
  address: string,
  port: number,
  type: number,
  fd: number,
  flags: number,
) => BoundHandle | number;

/** A bound, not listening handle, or the negative error number. `type` is 4, 6, or -1 for a path. */
export const createServerHandle: CreateServerHandle = (...input) =>
  (net as unknown as { _createServerHandle: CreateServerHandle })._createServerHandle(...input);
