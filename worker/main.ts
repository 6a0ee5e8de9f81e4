import { JobError } from "../core/contract/job-errors.ts";
import type { Frame } from "../core/protocol/frames.ts";
import type { WorkerDefinition } from "./define.ts";
import { drainOfProcess } from "./drain/long-connections.ts";
import { loadEntry, type Exports } from "./entry/load-entry.ts";
import { watchProgram, type Program } from "./entry/program.ts";
import { Mistake, printError, reasonOf, reportedError } from "./errors.ts";
import { ownListeners } from "./listen/listeners.ts";
import { createBoardOf, type BoardWelcome } from "./session/board.ts";
import { isNode, takeBoot, type Boot } from "./session/boot.ts";
import { greet, type Welcomed } from "./session/connect.ts";
import { setWorker } from "./session/current.ts";
import type { JobsWelcome, WorkerJobs } from "./session/jobs.ts";
import { flushOutput, leave, part, within } from "./session/leave.ts";
import { createLife, type Life, type LifeJobs, UNUSED_MS } from "./session/life.ts";
import { ownSigterm } from "./session/sigterm.ts";
import { createTermination, type Termination } from "./session/termination.ts";
import { createUplink, type Uplink } from "./session/uplink.ts";
import type { WatchdogWelcome } from "./session/watchdog.ts";

/** The same after the supervisor is gone; every worker must be gone 2 s after it. */
const ORPHAN_MS = 1_000;
/** The longest time that a timer takes, 24.8 days: with a longer one it fires at once. Milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Everything that one running worker is made of. */
interface Session {
  readonly boot: Boot;
  readonly life: Life;
  readonly uplink: Uplink;
  readonly acked: Promise<void>;
  readonly socket: Welcomed["socket"];
  /** How long the entry may take to load before it counts as ready. */
  readonly loadMs: number | undefined;
  /** The entry, as long as it may be a program that listens by itself. */
  readonly program: Program;
  readonly termination: Termination;
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
  if (inherited.length > 0 && process.versions["deno"])
    (await import("./listen/close-on-exec.ts")).stayHere(inherited);
  // Before the first line of the entry, which may compute for ever. Until here the channel's end is noticed.
  if (!boot.guarded) {
    // What is going to listen is likely to load this anyway, and the thread's start slows every load beside it.
    if (welcomed.config.listeners.length > 0) await import("node:http");
    const { guardAgainstOrphanhood } = await import("./session/orphan-guard.ts");
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
  session.program.holdHandlers();
  socket.ref();
  const mistake = (definition.fetch && whyUnserved(session)) ?? whyUncallable(session, definition);
  if (mistake !== undefined) return failStart(session, "import", new Mistake(mistake));
  try {
    await definition.setup?.(life.worker);
    if (definition.jobs) await session.jobs?.serve(life.worker, definition.jobs);
  } catch (error) {
    if (!life.worker.signal.aborted) return failStart(session, "setup", error);
  }
  if (!life.worker.signal.aborted && !(await runOf(session, definition))) return;
  if (session.termination.isAsked) await endProgram(session);
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
    plugins?.health &&
    (await import("./session/watchdog.ts")).createWatchdog(plugins.health, config.heartbeatMs);
  const uplink = createUplink(socket, (frame) => {
    board.frame(frame);
    watchdog?.frame(frame);
    if (frame.type === "ready") termination.ready();
  });
  const send = (frame: Frame): void => void uplink.send(frame);
  // Only where it is needed: it takes its time to load.
  const jobs =
    plugins?.jobs && (await import("./session/jobs.ts")).createWorkerJobs(plugins.jobs, config, board, send);
  const life = createLife(config, send, jobs ?? noJobs(config.group), board.read);
  setWorker(life.worker);
  let ack = (): void => {};
  const acked = new Promise<void>((resolve) => (ack = resolve));
  setInterval(
    () => {
      uplink.send({ type: "heartbeat" });
      watchdog?.beat();
    },
    Math.min(MAX_TIMER_MS, config.heartbeatMs),
  ).unref();
  let deadline = Infinity;
  const timeLeft = (): number => Math.max(0, deadline - performance.now());
  const termination = createTermination(life, uplink, timeLeft);
  const program = watchProgram({
    entry: boot.entry,
    life,
    listeners: ownListeners(config.listeners, config.slot),
    uplink,
    sigterm: ownSigterm(termination.signalled),
    timeLeft,
  });
  welcomed.receive({
    frame(frame) {
      board.frame(frame);
      if (typeof frame.deadlineMs === "number") deadline = performance.now() + frame.deadlineMs;
      if (frame.type === "credit") uplink.credit(Number(frame.n) || 0);
      else if (frame.type === "drain") life.drain(timeLeft());
      else if (frame.type === "stop") {
        termination.stopping();
        life.stop("stopped", timeLeft());
      } else if (frame.type === "reload") life.reload(timeLeft());
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
  const loadMs = config.loadMs && Math.min(MAX_TIMER_MS, config.loadMs);
  return { boot, life, uplink, acked, socket, loadMs, program, termination, jobs };
}

/** What the entry exports, or `undefined` when the worker has said goodbye instead. */
async function load(session: Session): Promise<Exports | undefined> {
  const { life, uplink, acked, boot, program, socket } = session;
  let loaded = false;
  void life.worker.stopping.then(async () => {
    if (loaded) return;
    // Nothing can be asked of a module that is still loading: a stop is obeyed at once.
    if (program.listens || life.isReady) await endProgram(session);
    socket.ref();
    await leave(uplink, acked, life.goodbye(), life.answered());
  });
  const { loadMs } = session;
  const late = loadMs === undefined ? undefined : setTimeout(life.ready, loadMs).unref();
  const loading = loadEntry(boot.entry).finally(() => {
    loaded = true;
    clearTimeout(late);
  });
  try {
    return await loading;
  } catch (error) {
    socket.ref();
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

/** Why a module's `fetch` has no listener to be served on; `undefined` when it has one. */
function whyUnserved({ life, boot }: Session): string | undefined {
  const { group } = life.worker;
  if (!life.listens) {
    const wayOut = "add `listen: 3000` to its config, or --port 3000 to the command line";
    return `${boot.entry} exports fetch, and group ${group} listens nowhere: ${wayOut}`;
  }
  try {
    life.listeners.pick();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Why a module's jobs cannot be called, or are missing; `undefined` when its group and it agree. */
function whyUncallable({ jobs, life }: Session, definition: WorkerDefinition): string | undefined {
  if (!definition.jobs) return jobs?.missing;
  const { group, type } = life.worker;
  return jobs ? undefined : `this worker has jobs, and group ${group} is a ${type} that nobody can call`;
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
  // Whoever is left then has no end of its own: the program may have a word to say to it.
  void drainOfProcess.onlyLong.then(() => (life.draining ? callHandlers(session) : undefined));
  const failure = jobs?.missing ?? (await program.live(exports));
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

async function endProgram(session: Session): Promise<void> {
  await callHandlers(session);
  await session.program.end();
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

async function start({ life, jobs }: Session, definition: WorkerDefinition): Promise<void> {
  if (definition.fetch) {
    const { serveFetch } = await import("./entry/fetch.ts");
    await serveFetch(life, definition);
  }
  await (definition.run ? definition.run(life.worker) : life.worker.stopping);
  // What it was in the middle of has been told to end. Where it drains, that comes after the goodbye.
  if (life.worker.signal.aborted && !life.goodbye().drains) await jobs?.drain();
}

async function failStart(session: Session, stage: "import" | "setup", error: unknown): Promise<void> {
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
async function failRun({ uplink, socket }: Session, error: unknown): Promise<void> {
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

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

function refuse(message: string): void {
  process.stderr.write(`${message}\n`, () => process.exit(1));
}
