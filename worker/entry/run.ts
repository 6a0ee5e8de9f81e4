import type { WorkerDefinition } from "../contract/worker.ts";
import { Mistake } from "../errors.ts";
import { failRun, failStart } from "../session/fail.ts";
import { UNUSED_MS } from "../session/life.ts";
import type { Session } from "../session/session.ts";

/** Runs the worker to its end. `false` when it failed and is leaving. */
export async function runOf(session: Session, definition: WorkerDefinition): Promise<boolean> {
  const { life, uplink } = session;
  const { worker } = life;
  const running = start(session, definition);
  let settled = false;
  const outcome = running.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  void outcome.then(() => (settled = true));
  // One turn, so that a `run` that fails at once was never ready.
  void Promise.all([life.listening, new Promise(setImmediate)]).then(() => {
    if (!settled) life.ready();
  });
  // The reason of a start that takes too long; what is told later is forgotten when it is ready.
  const unused = setTimeout(() => {
    if (settled || life.isListening || worker.signal.aborted) return;
    const message = "nothing listens yet: run has to call worker.listen(server)";
    uplink.send({ type: "error", stage: "listen", error: { name: "Error", message } });
  }, UNUSED_MS).unref();
  void life.listening.then(() => clearTimeout(unused));
  const failed = await Promise.race([outcome, life.overdue.then(() => undefined)]);
  if (failed && !(worker.signal.aborted && isAbort(failed.error))) {
    await failRun(session, failed.error);
    return false;
  }
  if (settled && !worker.signal.aborted && !life.isListening) {
    const { entry } = session.boot;
    const wayOut =
      "call worker.listen(server) in it, and await worker.stopping, or remove `listen` from the config";
    await failStart(
      session,
      "import",
      new Mistake(`run of ${entry} returned, and nothing listens: ${wayOut}`),
    );
    return false;
  }
  // `run` may return before what it has started is finished.
  if (life.draining) await worker.stopping;
  return true;
}

async function start({ life, plugins }: Session, definition: WorkerDefinition): Promise<void> {
  if (definition.fetch) {
    const { serveFetch } = await import("./fetch.ts");
    await serveFetch(life, definition);
  }
  await (definition.run ? definition.run(life.worker) : life.worker.stopping);
  // What it was in the middle of has been told to end. Where it drains, that comes after the goodbye.
  if (life.worker.signal.aborted && !life.goodbye().drains) await plugins.drain();
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
