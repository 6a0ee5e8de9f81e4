import { closeSync, constants, openSync } from "node:fs";
import { isatty } from "node:tty";

/** Time in which the kernel has taken a closed terminal away from everybody: its signal may come a little before. Milliseconds. */
const TAKEN_AWAY_MS = 100;

/**
 * Looks, when the pool starts, whether it belongs to a terminal: its session has one, and stdin, stdout or stderr is one.
 * The returned function resolves with whether that terminal has been closed since. A container with a terminal of its own
 * has it until it ends, so a SIGHUP that somebody sends there is no such news.
 */
export function watchTerminal(): () => Promise<boolean> {
  const isOurs = [0, 1, 2].some((fd) => isatty(fd)) && hasTerminal();
  return async () => {
    if (!isOurs) return false;
    if (!hasTerminal()) return true;
    await new Promise((resolve) => setTimeout(resolve, TAKEN_AWAY_MS));
    return !hasTerminal();
  };
}

/** Whether the session of this process has a controlling terminal: what `/dev/tty` stands for, and cannot be opened without. */
function hasTerminal(): boolean {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0 } = constants as Partial<typeof constants>;
  try {
    closeSync(openSync("/dev/tty", O_RDONLY! | O_NONBLOCK | O_NOCTTY));
    return true;
  } catch {
    return false;
  }
}
