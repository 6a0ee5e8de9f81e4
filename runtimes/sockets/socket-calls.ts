/** A socket that is bound and has a descriptor, and nobody accepts on it. */
export interface BoundSocket {
  readonly fd: number;
  /** Where it is bound; neither for a Unix domain socket. */
  readonly host?: string;
  readonly port?: number;
  /** `undefined`, or the error's code. */
  listen(backlog: number): string | undefined;
  close(): void;
}

/** Descriptors on their way to a child. */
export interface Lent {
  /** What stands in the child's `stdio`, after the first three. */
  readonly stdio: readonly number[];
  /** What each is called in the child. */
  readonly numbers: readonly number[];
  /** MUST be called when the child has been started, or could not be. */
  done(): void;
}

/** How sockets are opened for others to accept on. Every error is a code, such as `EADDRINUSE`. */
export interface SocketCalls {
  bind(ip: string, port: number, family: number, reusePort: boolean): BoundSocket | string;
  bindPath(path: string): BoundSocket | string;
  /** A socket that this process was started with; `undefined` for a descriptor that is no stream socket. */
  adopt(fd: number): BoundSocket | undefined;
  /** Makes ready what the next child inherits; one descriptor may be listed more than once. */
  lend(fds: readonly number[]): Lent;
}
