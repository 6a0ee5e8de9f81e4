import { denoLibc } from "../../system/libc/deno.ts";
import { ownNumbers } from "../../system/libc/libc.ts";

/**
 * Keeps inherited sockets from the programs that a worker starts: Deno hands on whatever does not say otherwise, and a
 * program that outlives the worker would keep its port. Nothing happens without the permission for native code.
 */
export function stayHere(fds: readonly number[]): void {
  try {
    const { setFlags, closeOnExec } = ownNumbers();
    const libc = denoLibc();
    for (const fd of fds) libc.fcntl(fd, setFlags, closeOnExec);
  } catch {
    // With narrow permissions it is up to `run` whether there are such programs at all.
  }
}
