import { Mistake, printError, reasonOf, reportedError } from "../errors.ts";
import { flushOutput, leave, ORPHAN_MS, part, within } from "./leave.ts";
import type { Session } from "./session.ts";

/** Ends a worker whose start has failed: with a goodbye that says why, or as an uncaught error once it counts as ready. */
export async function failStart(session: Session, stage: "import" | "setup", error: unknown): Promise<void> {
  const { life, uplink, acked } = session;
  // It took so long to load that it counts as ready.
  if (life.isReady) return failRun(session, error);
  // What the goodbye says is all there is to know of a mistake: it has no stack.
  if (!(error instanceof Mistake)) {
    // A syntax error is printed by the runtime, with its place.
    if (!(error instanceof SyntaxError)) printError(error);
    uplink.send({ type: "error", stage, error: reportedError(error) });
  }
  const goodbye = { kind: "startFailed", stage, reason: reasonOf(error) } as const;
  if (!(error instanceof SyntaxError)) return leave(uplink, acked, goodbye);
  await part(uplink, acked, goodbye);
  // The place of a syntax error is nowhere in the error: only the runtime can print it, when it ends by it.
  setTimeout(() => process.exit(1), ORPHAN_MS);
  setImmediate(() => {
    throw error;
  });
}

/** No goodbye: a `run` that throws is an uncaught error, and ends as one. */
export async function failRun({ uplink, socket }: Session, error: unknown): Promise<void> {
  printError(error);
  uplink.send({ type: "error", stage: "run", error: reportedError(error) });
  await within(ORPHAN_MS / 2, uplink.flushed());
  // Closed from here and awaited, so that the supervisor has read all of it.
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.end();
  await within(ORPHAN_MS / 2, closed);
  await flushOutput();
  process.exit(1);
}
