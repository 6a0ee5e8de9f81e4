import { cannotRunJobs } from "../core/contract/job-errors.ts";
import type { SupervisorMessage, WorkerMessage } from "../core/protocol/messages.ts";
import type { WorkerDefinition } from "./contract/worker.ts";
import { drainOfProcess } from "./drain/long-connections.ts";
import { loadEntry, type Exports } from "./entry/load-entry.ts";
import { watchProgram, type Program } from "./entry/program.ts";
import { Mistake, printError, reasonOf, reportedError } from "./errors.ts";
import { ownListeners } from "./listen/listeners.ts";
import { isNode, takeBoot, type Boot } from "./session/boot.ts";
import { greet, type Welcomed } from "./session/connect.ts";
import { setWorker } from "./session/current.ts";
import { flushOutput, leave, part, within } from "./session/leave.ts";
import { createLife, type Life, UNUSED_MS } from "./session/life.ts";
import { createWorkerPlugins, type OwnPlugins } from "./session/plugins.ts";
import { ownSigterm } from "./session/sigterm.ts";
import { createTermination, type Termination } from "./session/termination.ts";
import { createUplink, type Uplink } from "./session/uplink.ts";

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
  readonly plugins: ReturnType<typeof createWorkerPlugins>;
}

/**
 * Makes this process a worker, until it ends. `own` are the halves of poolable's own plugins.
 *
 * Resolves, under Node, when the worker has ended: whoever awaits it at the top level makes an entry whose own top-level
 * await never settles end as it would without a supervisor. Deno begins with the entry when the module that was loaded
 * before it has ended, and Bun survives what is thrown until then: there it resolves when the entry can begin.
 */
export async function runWorker(own: OwnPlugins): Promise<void> {
  const boot = takeBoot();
  // The terminal's signals go to the supervisor, which decides.
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
  if (!boot) return refuse("poolable/worker/main is started by a poolable supervisor, not by hand");
  const welcomed = await greet(boot).catch((error: unknown) =>
    refuse(`poolable: no supervisor at the channel: ${reasonOf(error)}`),
  );
  const session = welcomed && (await begin(boot, welcomed, own));
  const life = session && live(session);
  if (isNode) await life;
}

/** Gets ready for the entry. */
async function begin(boot: Boot, welcomed: Welcomed, own: OwnPlugins): Promise<Session | undefined> {
  const session = open(boot, welcomed, own);
  try {
    await session.plugins.setup(welcomed.config.plugins, session.life.worker);
  } catch (error) {
    await failStart(session, "import", error);
    return undefined;
  }
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
    await session.plugins.beforeReady(definition);
  } catch (error) {
    if (!life.worker.signal.aborted) return failStart(session, "setup", error);
  }
  if (!life.worker.signal.aborted && !(await runOf(session, definition))) return;
  if (session.termination.isAsked) await endProgram(session);
  await leave(session.uplink, session.acked, life.goodbye(), life.answered());
}

/** Ties the life of this worker to its connection and its signals. */
function open(boot: Boot, welcomed: Welcomed, own: OwnPlugins): Session {
  const { socket, config } = welcomed;
  const uplink = createUplink(socket, (message) => {
    if (message.type === "goodbye") plugins.onStage("stopping");
    if (message.type !== "ready") return;
    termination.ready();
    plugins.onStage("ready");
  });
  const send = (message: WorkerMessage): boolean => uplink.send(message);
  const plugins = createWorkerPlugins({ own, heartbeatMs: config.heartbeatMs, send });
  const life = createLife(config, send, plugins);
  setWorker(life.worker);
  let ack = (): void => {};
  const acked = new Promise<void>((resolve) => (ack = resolve));
  setInterval(
    () => {
      uplink.send({ type: "heartbeat" });
      plugins.onHeartbeat();
    },
    Math.min(MAX_TIMER_MS, config.heartbeatMs),
  ).unref();
  let deadline = Infinity;
  const timeLeft = (): number => Math.max(0, deadline - performance.now());
  const until = (ms: number | undefined): number => {
    if (ms !== undefined) deadline = performance.now() + ms;
    return timeLeft();
  };
  const termination = createTermination(life, uplink, timeLeft);
  const program = watchProgram({
    entry: boot.entry,
    life,
    listeners: ownListeners(config.listeners, config.slot),
    uplink,
    sigterm: ownSigterm(termination.signalled),
    timeLeft,
  });

  function receive(message: SupervisorMessage): void {
    switch (message.type) {
      case "credit":
        return uplink.credit(message.count);
      case "drain":
        plugins.onStage("draining");
        return life.drain(until(message.deadlineMs));
      case "stop":
        plugins.onStage("stopping");
        termination.stopping();
        return life.stop("stopped", until(message.deadlineMs));
      case "reload":
        return life.reload(until(message.deadlineMs));
      case "adopt":
        return life.adopt(message.slot);
      case "release":
        return life.release(message.slot);
      case "serve":
        return life.serve();
      case "ping":
        return void uplink.send({ type: "heartbeat" });
      case "plugin":
        return plugins.receive(message.plugin, message.message);
      case "ack":
        return ack();
      case "welcome":
        return;
      default:
        return message satisfies never;
    }
  }

  welcomed.receive({
    message: receive,
    closed() {
      ack();
      life.stop("the supervisor is gone", ORPHAN_MS);
      setTimeout(() => process.exit(1), ORPHAN_MS);
    },
  });
  const loadMs = config.loadMs && Math.min(MAX_TIMER_MS, config.loadMs);
  return { boot, life, uplink, acked, socket, loadMs, program, termination, plugins };
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

/** Why a module with jobs cannot be this worker, or another one is missed; `undefined` when its group and it agree. */
function whyUncallable({ plugins, life }: Session, definition: WorkerDefinition): string | undefined {
  if (!definition.jobs || plugins.has("jobs")) return plugins.check(definition);
  return cannotRunJobs(life.worker);
}

/** The life of an entry that is no worker, but a program of its own. */
async function liveProgram(session: Session, exports: Exports): Promise<void> {
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

async function start({ life, plugins }: Session, definition: WorkerDefinition): Promise<void> {
  if (definition.fetch) {
    const { serveFetch } = await import("./entry/fetch.ts");
    await serveFetch(life, definition);
  }
  await (definition.run ? definition.run(life.worker) : life.worker.stopping);
  // What it was in the middle of has been told to end. Where it drains, that comes after the goodbye.
  if (life.worker.signal.aborted && !life.goodbye().drains) await plugins.drain();
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
