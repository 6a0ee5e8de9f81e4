import type { Frame } from "../../core/frames.ts";
import { JobError } from "../../core/job-errors.ts";
import { isNode, takeBoot, type Boot } from "./_boot.ts";
import { greet, type Welcomed } from "./_connect.ts";
import { createBoardOf, type BoardWelcome } from "./_board.ts";
import type { WatchdogWelcome } from "./_watchdog.ts";
import type { JobHandlers, JobsWelcome, WorkerJobs } from "./_jobs.ts";
import type { WorkerDefinition } from "./define.ts";
import { loadEntry, type Exports } from "./_entry.ts";
import { reasonOf, reportedError } from "./_errors.ts";
import { ownListeners } from "./_listeners.ts";
import { flushOutput, leave, part, within } from "./_leave.ts";
import { createLife, type Life, type LifeJobs, RETURN_MS } from "./_life.ts";
import { watchProgram, type Program } from "./_program.ts";
import { ownSigterm } from "./_sigterm.ts";
import { createUplink, type Uplink } from "./_uplink.ts";

/** The same after the supervisor is gone; every worker must be gone 2 s after it. */
const ORPHAN_MS = 1_000;

/** Everything that one running worker is made of. */
interface Session {
  readonly boot: Boot;
  readonly life: Life;
  readonly uplink: Uplink;
  readonly acked: Promise<void>;
  readonly socket: Welcomed["socket"];
  /** The entry, as long as it may be a program that listens by itself. */
  readonly program: Program;
  /** There when this worker runs or calls jobs. */
  readonly jobs: WorkerJobs | undefined;
}

const boot = takeBoot();
// The terminal's signals go to the supervisor, which decides.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
if (!boot) refuse("poolable/worker/main is started by a poolable supervisor, not by hand");
else {
  const welcomed = await greet(boot).catch((error: unknown) =>
    refuse(`poolable: no supervisor at the channel: ${reasonOf(error)}`),
  );
  const session = welcomed && (await begin(boot, welcomed));
  const life = session && live(session);
  // Top-level, so that an entry whose own top-level await never settles ends as it would without a supervisor. Deno
  // begins with it when this module has ended, and Bun survives what is thrown until then.
  if (isNode) await life;
}

/** Gets ready for the entry. */
async function begin(boot: Boot, welcomed: Welcomed): Promise<Session> {
  const session = await open(boot, welcomed);
  const inherited = welcomed.config.listeners.flatMap(({ fd }) => fd ?? []);
  if (inherited.length > 0 && process.versions["deno"]) (await import("./_stay.ts")).stayHere(inherited);
  // Before the first line of the entry, which may compute for ever. Until here the channel's end is noticed.
  if (!boot.guarded) {
    // What is going to listen is likely to load this anyway, and the thread's start slows every load beside it.
    if (welcomed.config.listeners.length > 0) await import("node:http");
    const { guardAgainstOrphanhood } = await import("./_guard.ts");
    guardAgainstOrphanhood(boot.supervisor);
  }
  // With only the channel open, Node says of an import that can never end that it cannot, and exits with 13.
  session.socket.unref();
  return session;
}

async function live(session: Session): Promise<void> {
  const { life, socket } = session;
  const exports = await load(session);
  if (!exports) return;
  const definition = session.program.listens ? undefined : definitionOf(exports.default);
  if (!definition) return liveProgram(session, exports);
  session.program.release();
  socket.ref();
  try {
    await definition.setup?.(life.worker);
    if (definition.jobs) await serveJobs(session, definition.jobs);
    else if (session.jobs?.missing) throw new Error(session.jobs.missing);
  } catch (error) {
    if (!life.worker.signal.aborted) {
      console.error(error);
      return failStart(session, "setup", error);
    }
  }
  if (!life.worker.signal.aborted && !(await runOf(session, definition))) return;
  await leave(session.uplink, session.acked, life.goodbye(), life.answered());
}

/** Ties the life of this worker to its connection and its signals. */
async function open(boot: Boot, welcomed: Welcomed): Promise<Session> {
  const { socket, config } = welcomed;
  const plugins = config.plugins as
    | { jobs?: JobsWelcome; scoreboard?: BoardWelcome; health?: WatchdogWelcome }
    | undefined;
  const board = createBoardOf(plugins?.scoreboard, config);
  const watchdog =
    plugins?.health && (await import("./_watchdog.ts")).createWatchdog(plugins.health, config.heartbeatMs);
  const uplink = createUplink(socket, (frame) => {
    board.frame(frame);
    watchdog?.frame(frame);
  });
  const send = (frame: Frame): void => void uplink.send(frame);
  // Only where it is needed: it takes its time to load.
  const jobs =
    plugins?.jobs && (await import("./_jobs.ts")).createWorkerJobs(plugins.jobs, config, board, send);
  const life = createLife(config, send, jobs ?? noJobs(config.group), board.read);
  let ack = (): void => {};
  const acked = new Promise<void>((resolve) => (ack = resolve));
  setInterval(() => {
    uplink.send({ type: "heartbeat" });
    watchdog?.beat();
  }, config.heartbeatMs).unref();
  let deadline = Infinity;
  const timeLeft = (): number => Math.max(0, deadline - performance.now());
  const program = watchProgram({
    entry: boot.entry,
    life,
    listeners: ownListeners(config.listeners, config.slot),
    uplink,
    sigterm: ownSigterm(() => life.stop("SIGTERM", timeLeft())),
    timeLeft,
  });
  welcomed.receive({
    frame(frame) {
      board.frame(frame);
      if (typeof frame.deadlineMs === "number") deadline = performance.now() + frame.deadlineMs;
      if (frame.type === "credit") uplink.credit(Number(frame.n) || 0);
      else if (frame.type === "drain") life.drain(timeLeft());
      else if (frame.type === "stop") life.stop("stopped", timeLeft());
      else if (frame.type === "reload") life.reload(timeLeft());
      else if (frame.type === "adopt") life.adopt(String(frame.slot));
      else if (frame.type === "release") life.release(String(frame.slot));
      else if (frame.type === "peers") jobs?.receive(frame);
      else if (frame.type === "serve") life.serve();
      else if (frame.type === "ping") uplink.send({ type: "heartbeat" });
      else if (frame.type === "ack") ack();
    },
    closed() {
      ack();
      life.stop("the supervisor is gone", ORPHAN_MS);
      setTimeout(() => process.exit(1), ORPHAN_MS);
    },
  });
  return { boot, life, uplink, acked, socket, program, jobs };
}

/** What the entry exports, or `undefined` when the worker has said goodbye instead. */
async function load(session: Session): Promise<Exports | undefined> {
  const { life, uplink, acked, boot, program, socket } = session;
  let loaded = false;
  void life.worker.stopping.then(async () => {
    if (loaded) return;
    // Nothing can be asked of a module that is still loading: a stop is obeyed at once.
    if (program.listens) await program.end();
    socket.ref();
    await leave(uplink, acked, life.goodbye(), life.answered());
  });
  try {
    const exports = await loadEntry(boot.entry);
    loaded = true;
    return exports;
  } catch (error) {
    loaded = true;
    socket.ref();
    // A syntax error is printed by the runtime, with its place.
    if (!(error instanceof SyntaxError)) console.error(error);
    await failStart(session, "import", error);
    return undefined;
  }
}

function definitionOf(value: unknown): WorkerDefinition | undefined {
  const parts = ["setup", "run", "fetch"] as const;
  const given = typeof value === "object" && value !== null ? (value as WorkerDefinition) : {};
  const hasJobs = typeof given.jobs === "object" && given.jobs !== null;
  return hasJobs || parts.some((name) => typeof given[name] === "function") ? given : undefined;
}

async function serveJobs({ jobs, life }: Session, handlers: JobHandlers): Promise<void> {
  if (jobs) return jobs.serve(life.worker, handlers);
  const { group, type } = life.worker;
  throw new Error(`this worker has jobs, and group ${group} is a ${type} that nobody can call`);
}

function noJobs(group: string): LifeJobs {
  const refuse = (): never => {
    throw new JobError("CALL_FORBIDDEN", `group ${group} calls no other: its config has no \`calls\``);
  };
  return { jobs: refuse, serves: false, drain: async () => {}, stop() {} };
}

/** The life of an entry that is no worker, but a program of its own. */
async function liveProgram(session: Session, exports: Exports): Promise<void> {
  const { life, uplink, acked, program, socket, jobs } = session;
  const failure = jobs?.missing ?? (await program.live(exports));
  if (life.worker.signal.aborted) await program.end();
  socket.ref();
  if (failure !== undefined) return failStart(session, "import", new TypeError(failure));
  await leave(uplink, acked, life.goodbye(), life.answered());
}

/** Runs the worker to its end. `false` when it failed and is leaving. */
async function runOf(session: Session, definition: WorkerDefinition): Promise<boolean> {
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
    if (!settled && !worker.signal.aborted) uplink.send({ type: "ready" });
  });
  const overdue = worker.stopping.then(() => within(RETURN_MS, outcome)).then(() => undefined);
  const failed = await Promise.race([outcome, overdue]);
  if (failed && !(worker.signal.aborted && isAbort(failed.error))) {
    await failRun(session, failed.error);
    return false;
  }
  // `run` may return before what it has started is finished.
  if (life.draining) await worker.stopping;
  return true;
}

async function start({ life, jobs }: Session, definition: WorkerDefinition): Promise<void> {
  if (definition.fetch) {
    const { serveFetch } = await import("./_fetch.ts");
    await serveFetch(life, definition);
  }
  await (definition.run ? definition.run(life.worker) : life.worker.stopping);
  // What it was in the middle of has been told to end. Where it drains, that comes after the goodbye.
  if (life.worker.signal.aborted && !life.goodbye().drains) await jobs?.drain();
}

async function failStart(session: Session, stage: "import" | "setup", error: unknown): Promise<void> {
  const { uplink, acked } = session;
  uplink.send({ type: "error", stage, error: reportedError(error) });
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
async function failRun({ uplink, socket }: Session, error: unknown): Promise<void> {
  console.error(error);
  uplink.send({ type: "error", stage: "run", error: reportedError(error) });
  await within(ORPHAN_MS / 2, uplink.flushed());
  // Closed from here and awaited, so that the supervisor has read all of it.
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.end();
  await within(ORPHAN_MS / 2, closed);
  await flushOutput();
  process.exit(1);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

function refuse(message: string): void {
  process.stderr.write(`${message}\n`, () => process.exit(1));
}
