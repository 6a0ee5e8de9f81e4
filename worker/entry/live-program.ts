import { drainOfProcess } from "../drain/long-connections.ts";
import { Mistake } from "../errors.ts";
import { failStart } from "../session/fail.ts";
import { leave, part } from "../session/leave.ts";
import type { Session } from "../session/session.ts";
import type { Exports } from "./load-entry.ts";

/** The life of an entry that is no worker, but a program of its own. */
export async function liveProgram(session: Session, exports: Exports): Promise<void> {
  const { life, uplink, acked, program, socket, plugins } = session;
  // Whoever is left then has no end of its own: the program may have a word to say to it.
  void drainOfProcess.onlyLong.then(() => (life.draining ? callHandlers(session) : undefined));
  const failure = plugins.check(undefined) ?? (await program.live(exports));
  if (life.worker.signal.aborted) await endProgram(session);
  socket.ref();
  if (failure !== undefined) return failStart(session, "import", new Mistake(failure));
  await leave(uplink, acked, life.goodbye(), life.answered());
}

/** Has an entry's own SIGTERM handlers called, now that what it had in hand is finished. */
async function callHandlers({ life, uplink, acked, program, termination }: Session): Promise<void> {
  if (termination.isAsked && life.draining) {
    // Nobody has asked the supervisor for it: an exit without a goodbye would be a crash.
    await part(uplink, acked, { kind: "drained", drains: true });
    // The code of a process that SIGTERM has ended, in place of the one that the goodbye promises.
    process.on("exit", (code) => void (code === 143 && (process.exitCode = 0)));
  }
  program.callHandlers();
}

/** The same, and waits until the program has ended. */
export async function endProgram(session: Session): Promise<void> {
  await callHandlers(session);
  await session.program.end();
}
