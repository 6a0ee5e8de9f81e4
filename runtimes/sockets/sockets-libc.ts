import { constants } from "node:os";
import { ownNumbers, type Libc } from "../../system/libc/libc.ts";
import { decodeAddress, encodeAddress, encodePath } from "./addresses.ts";
import { FIRST_FD, lendAsStdio, lendByNumber } from "./fd-passing.ts";
import type { BoundSocket, SocketCalls } from "./socket-calls.ts";

/** Enough for every kind of address. */
const ADDRESS_BYTES = 128;

/** What is open from the beginning has a number below it: what this process was started with, and its servers. */
const MOST_INHERITED = 1024;

const errorNames = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** Sockets of a supervisor under Bun: the system's own calls. Throws where they are not known. */
export function bunSockets(libc: Libc): SocketCalls {
  return { ...libcSockets(libc), lend: lendAsStdio };
}

/**
 * Sockets of a supervisor under Deno. Its children inherit whatever does not say otherwise: what this process was
 * started with, and the Unix domain sockets on which it listens. That is told to stay, as Node and Bun do themselves.
 */
export function denoSockets(libc: Libc): SocketCalls {
  const { setFlags, closeOnExec } = ownNumbers();
  return {
    ...libcSockets(libc),
    lend(fds) {
      for (let fd = FIRST_FD; fd < MOST_INHERITED; fd++) libc.fcntl(fd, setFlags, closeOnExec);
      return lendByNumber(libc, fds);
    },
  };
}

function libcSockets(libc: Libc): Omit<SocketCalls, "lend"> {
  const numbers = ownNumbers();

  const lastError = (): string => {
    const errno = libc.errno();
    return errorNames.get(errno) ?? `error ${errno}`;
  };
  const set = (fd: number, level: number, name: number, value: number): number =>
    libc.setsockopt(fd, level, name, bytesOf(value), 4);

  function nameOf(fd: number): ReturnType<typeof decodeAddress> {
    const address = new Uint8Array(ADDRESS_BYTES);
    return libc.getsockname(fd, address, bytesOf(ADDRESS_BYTES)) === 0 ? decodeAddress(address) : {};
  }

  function boundOf(fd: number): BoundSocket {
    let open = true;
    return {
      fd,
      ...nameOf(fd),
      listen: (backlog) => (libc.listen(fd, backlog) === 0 ? undefined : lastError()),
      close() {
        // Again it would close what has this number by then.
        if (open) libc.close(fd);
        open = false;
      },
    };
  }

  /** Opens a socket and does `work` with it, each step of which is 0 or an error. */
  function open(family: number, ...work: ((fd: number) => number)[]): BoundSocket | string {
    const fd = libc.socket(family, numbers.stream | numbers.streamFlags, 0);
    if (fd === -1) return lastError();
    for (const step of work) {
      if (step(fd) === 0) continue;
      const error = lastError();
      libc.close(fd);
      return error;
    }
    return boundOf(fd);
  }

  return {
    bind(ip, port, family, reusePort) {
      const { inet, inet6, socketLevel, reuseAddress, ipv6Level, ipv6Only } = numbers;
      const address = encodeAddress(ip, port);
      return open(
        family === 6 ? inet6 : inet,
        (fd) => set(fd, socketLevel, reuseAddress, 1),
        (fd) => (reusePort ? set(fd, socketLevel, numbers.reusePort, 1) : 0),
        (fd) => (family === 6 ? set(fd, ipv6Level, ipv6Only, 0) : 0),
        (fd) => libc.bind(fd, address, address.length),
      );
    },
    bindPath(path) {
      const address = encodePath(path);
      return open(numbers.unix, (fd) => libc.bind(fd, address, address.length));
    },
    adopt(fd) {
      const type = bytesOf(0);
      const known = libc.getsockopt(fd, numbers.socketLevel, numbers.type, type, bytesOf(type.length));
      return known === 0 && type[0] === numbers.stream ? boundOf(fd) : undefined;
    },
  };
}

/** A C `int`. */
function bytesOf(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}
