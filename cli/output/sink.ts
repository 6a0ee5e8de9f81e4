import { closeSync, constants, fstatSync, openSync, readFileSync, write, writeSync } from "node:fs";
import { ownRuntime } from "../../runtimes/discovery/traits.ts";

/** Where bytes go. None of its calls waits for whoever reads them. */
export interface Sink {
  /**
   * Takes some of the bytes, at once or in its own time, and returns how many; 0 when there is no room for any. Throws or
   * rejects with the error of the system.
   */
  write(bytes: Uint8Array): number | Promise<number>;
  /** The same at the exit of the process, when nothing in its own time comes to an end any more. */
  last(bytes: Uint8Array): number;
}

/** What of Deno is used here. */
interface DenoStreams {
  readonly stdout: { write(bytes: Uint8Array): Promise<number> };
  readonly stderr: { write(bytes: Uint8Array): Promise<number> };
}

/**
 * Opens stdout or stderr for writing. A terminal or a pipe that nobody reads must never hold up the event loop, and the
 * streams of the runtimes write to terminals, and under Deno to everything, synchronously.
 *
 * - Under Node and Bun a terminal or a pipe is opened once more, for non-blocking writes: the flag belongs to the open file,
 *   which is shared with the shell.
 * - Everything else is written outside of the event loop: a disk may be slow.
 */
export function openSink(fd: 1 | 2): Sink {
  const last = (bytes: Uint8Array): number => (isFile(fd) ? writeSome(fd, bytes) : 0);
  if (ownRuntime === "deno") {
    const { Deno } = globalThis as unknown as { Deno: DenoStreams };
    const stream = fd === 1 ? Deno.stdout : Deno.stderr;
    // Its `writeSync` does not tell how much was taken before there was no more room.
    return { write: (bytes) => stream.write(bytes).catch(zeroIfFull), last };
  }
  const own = reopen(fd) ?? (isNonBlocking(fd) ? fd : undefined);
  if (own !== undefined) {
    const write = (bytes: Uint8Array): number => writeSome(own, bytes);
    return { write, last: write };
  }
  return {
    write: (bytes) =>
      new Promise<number>((resolve, reject) => {
        write(fd, bytes, 0, bytes.length, null, (error, taken) => (error ? reject(error) : resolve(taken)));
      }).catch(zeroIfFull),
    last,
  };
}

function writeSome(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes, 0, bytes.length);
  } catch (error) {
    return zeroIfFull(error);
  }
}

function zeroIfFull(error: unknown): number {
  if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
  throw error;
}

/** Another descriptor of a terminal or a pipe; `undefined` for anything else, and where the system has no such way. */
function reopen(fd: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const before = fstatSync(fd);
    if (!before.isFIFO() && !before.isCharacterDevice()) return undefined;
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    const own = openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    const after = fstatSync(own);
    if (after.rdev === before.rdev && after.ino === before.ino) return own;
    closeSync(own);
    return undefined;
  } catch {
    return undefined;
  }
}

/** Whether writes to a descriptor do not block: the stream of Node and Bun has seen to that, for a socket. */
function isNonBlocking(fd: 1 | 2): boolean {
  try {
    if (!fstatSync(fd).isSocket()) return false;
    void (fd === 1 ? process.stdout : process.stderr);
    const [, flags] = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))!;
    return (Number.parseInt(flags!, 8) & constants.O_NONBLOCK) !== 0;
  } catch {
    return false;
  }
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}
