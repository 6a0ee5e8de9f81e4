import { ownRuntime } from "../runtimes/discovery/traits.ts";
import type { Output } from "./output/output.ts";

/** Time that the last lines have. Milliseconds. */
const LAST_LINES_MS = 1_000;

/** Ends the process with `code`, once the last lines are out or their time has passed. */
export async function leave(code: number, outputs: readonly Output[]): Promise<void> {
  await Promise.all(outputs.map((output) => output.flush(LAST_LINES_MS)));
  // Node waits for its threads at the exit, and one that writes to what nobody reads never comes back.
  if (ownRuntime === "node" && outputs.some(({ isStuck }) => isStuck)) process.kill(process.pid, "SIGKILL");
  process.exit(code);
}
