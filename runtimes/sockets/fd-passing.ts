import type { Libc } from "../../system/libc/libc.ts";
import type { Lent } from "./socket-calls.ts";

/** The first descriptor of a child that is not its stdio. */
export const FIRST_FD = 3;

/** Where a child's `stdio` takes any descriptors, in any order. */
export function lendAsStdio(fds: readonly number[]): Lent {
  return { stdio: fds, numbers: fds.map((_, index) => FIRST_FD + index), done() {} };
}

/**
 * For Deno, whose `stdio` takes no descriptor twice nor the number of another, and gives its own children a copy of
 * each that outlives their use of it. A copy that is open while the child is started is the child's by its number.
 */
export function lendByNumber(libc: Libc, fds: readonly number[]): Lent {
  const copies = fds.map((fd) => libc.dup(fd));
  const done = (): void => copies.forEach((fd) => void (fd !== -1 && libc.close(fd)));
  if (copies.includes(-1)) {
    done();
    throw new Error("out of descriptors: raise the limit of open files (ulimit -n)");
  }
  return { stdio: [], numbers: copies, done };
}
