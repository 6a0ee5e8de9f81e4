/** A function of the C library. */
interface Signature {
  readonly name: string;
  readonly takes: readonly ("int" | "bytes")[];
  readonly gives: "int" | "pointer";
}

const isMac = process.platform === "darwin";

/** What says where the number of the last error is. */
const ERROR_PLACE = isMac ? "__error" : "__errno_location";

/** The names that the library may go by: on macOS, with glibc, with musl. */
const NAMES: readonly string[] = isMac
  ? ["/usr/lib/libSystem.B.dylib"]
  : ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];

/**
 * The functions that are used. `fcntl` takes any number of words, which macOS passes in another way on arm64: there it
 * does nothing that can be relied on.
 */
export const signatures: readonly Signature[] = [
  { name: "socket", takes: ["int", "int", "int"], gives: "int" },
  { name: "setsockopt", takes: ["int", "int", "int", "bytes", "int"], gives: "int" },
  { name: "getsockopt", takes: ["int", "int", "int", "bytes", "bytes"], gives: "int" },
  { name: "bind", takes: ["int", "bytes", "int"], gives: "int" },
  { name: "getsockname", takes: ["int", "bytes", "bytes"], gives: "int" },
  { name: "listen", takes: ["int", "int"], gives: "int" },
  { name: "fcntl", takes: ["int", "int", "int"], gives: "int" },
  { name: "dup", takes: ["int"], gives: "int" },
  { name: "close", takes: ["int"], gives: "int" },
  { name: ERROR_PLACE, takes: [], gives: "pointer" },
];

/** The functions, callable. Each is 0 or more, or -1 with the error's number in `errno`. */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  listen(fd: number, backlog: number): number;
  getsockname(fd: number, address: Uint8Array, length: Uint8Array): number;
  getsockopt(fd: number, level: number, name: number, value: Uint8Array, length: Uint8Array): number;
  fcntl(fd: number, command: number, value: number): number;
  dup(fd: number): number;
  close(fd: number): number;
  /** The number of the last error of this thread. Read at once: the runtime makes calls of its own. */
  errno(): number;
}

/** Opens the library by the first name that it has. `open` throws for a name that it has not. */
export function openLibrary(open: (name: string, errorPlace: string) => Libc): Libc {
  const failures: unknown[] = [];
  for (const name of NAMES) {
    try {
      return open(name, ERROR_PLACE);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new Error(`the C library was not found as ${NAMES.join(" or ")}`, { cause: failures });
}

/** What the calls want for their numbers, which differ between systems. */
export interface Numbers {
  readonly inet: number;
  readonly inet6: number;
  readonly unix: number;
  readonly stream: number;
  /** Or'ed to `stream`, where the system can: not waiting, and closed in a child that does not ask for it. */
  readonly streamFlags: number;
  readonly socketLevel: number;
  readonly type: number;
  readonly reuseAddress: number;
  readonly reusePort: number;
  readonly ipv6Level: number;
  readonly ipv6Only: number;
  readonly setFlags: number;
  readonly closeOnExec: number;
  /** An address begins with its length, in one byte, and its family in the next; else with its family in two. */
  readonly lengthFirst: boolean;
}

const unix = { inet: 2, unix: 1, stream: 1, setFlags: 2, closeOnExec: 1, ipv6Level: 41 };

/** Linux on x64 and arm64, and macOS, of which only Linux is tested. */
const numbersOf: Readonly<Partial<Record<NodeJS.Platform, Numbers>>> = {
  linux: {
    ...unix,
    inet6: 10,
    streamFlags: 0o2_000_000 | 0o4_000,
    socketLevel: 1,
    type: 3,
    reuseAddress: 2,
    reusePort: 15,
    ipv6Only: 26,
    lengthFirst: false,
  },
  darwin: {
    ...unix,
    inet6: 30,
    streamFlags: 0,
    socketLevel: 0xffff,
    type: 0x1008,
    reuseAddress: 0x4,
    reusePort: 0x200,
    ipv6Only: 27,
    lengthFirst: true,
  },
};

/** The numbers of this system. Throws where nobody has looked them up. */
export function ownNumbers(): Numbers {
  const numbers = numbersOf[process.platform];
  if (!numbers) throw new Error(`the numbers of ${process.platform}'s system calls are not known`);
  return numbers;
}
