import type { Frame } from "../../core/protocol/frames.ts";
import type { GoodbyeKind } from "../../core/protocol/goodbye.ts";
import { type WelcomedListener } from "../../core/protocol/messages.ts";
import type { Worker, WorkerDeadline, WorkerEnd, WorkerEvent, WorkerLog } from "../define.ts";
import { drainOfProcess } from "../drain/long-connections.ts";
import { oneLine, reasonOf } from "../errors.ts";
import { createListeners, ownListeners, type Listeners } from "../listen/listeners.ts";

/** A listener that is not listened on by then is told. */
export const UNUSED_MS = 3_000;

/** How long a worker may listen nowhere once its program has closed its last server; then it makes room for another. */
const REOPEN_MS = 5_000;

/** After a stop the worker leaves at the latest by then, whatever its `run` does. */
const RETURN_MS = 5_000;

/** Characters of one log message. */
const MAX_MESSAGE = 16 * 1024;

/** What `welcome` says, as the worker uses it. */
export interface Config {
  readonly pool: string;
  readonly slot: string;
  readonly group: string;
  readonly type: string;
  readonly epoch: number;
  readonly generation: number;
  readonly heartbeatMs: number;
  /** How long connections without an end of their own may stay in a drain. */
  readonly lingerMs?: number;
  /** How long the entry may take to load before it counts as ready, where nobody waits for it. */
  readonly loadMs?: number;
  readonly listeners: readonly WelcomedListener[];
  /** What plugins of the supervisor say, by their names. */
  readonly plugins?: Readonly<Record<string, unknown>>;
}

/** The goodbye that a worker is going to say. */
export interface Goodbye {
  readonly kind: GoodbyeKind;
  readonly reason?: string;
  /** What was accepted is answered after it, before the exit. */
  readonly drains?: boolean;
}

/** One worker's life: the {@link Worker} that its module sees, and what the supervisor and signals do to it. */
export interface Life {
  readonly worker: Worker;
  /** Whether a drain has begun. */
  readonly draining: boolean;
  /** Whether it ends already, by a drain, a stop, or its own word. */
  readonly ends: boolean;
  /** Resolves when the worker leaves whatever its `run` does. A drain gives `run` all of the group's time. */
  readonly overdue: Promise<void>;
  /** Whether its group listens anywhere. */
  readonly listens: boolean;
  /** Resolves when the first server listens, at once without listeners. */
  readonly listening: Promise<void>;
  /** Whether {@link listening} has resolved. */
  readonly isListening: boolean;
  /** Accepts on the sockets of another slot, until it is told to let go. */
  adopt(slot: string): void;
  release(slot: string): void;
  /** Where its servers are counted that listen by themselves. */
  readonly listeners: Pick<Listeners, "pick" | "listen" | "bound" | "tellSecure">;
  /** Says that it is ready, once. Nothing when it leaves already. */
  ready(): void;
  /** Whether it has said so. */
  readonly isReady: boolean;
  /** Begins to accept, where a reload has held it back. */
  serve(): void;
  /** `deadlineMs` is how long the supervisor lets it, here and below. */
  drain(deadlineMs: number): void;
  stop(reason: string, deadlineMs: number): void;
  reload(deadlineMs: number): void;
  goodbye(): Goodbye;
  /** Resolves when nothing is left to answer after the goodbye. */
  answered(): Promise<void>;
}

/** The jobs of a worker, as its life concerns them. */
export interface LifeJobs extends Pick<Worker, "jobs"> {
  /** Whether it runs any. */
  readonly serves: boolean;
  /** Finishes what was begun, and gives back the rest. */
  drain(): Promise<void>;
  /** Gives back what was not begun, and tells what runs to end. */
  stop(): void;
}

type Handler = (deadline: WorkerDeadline) => void | Promise<void>;

/** Makes a {@link Life}. `send` passes a frame on to the supervisor. */
export function createLife(
  config: Config,
  send: (frame: Frame) => void,
  jobs: LifeJobs,
  state: Worker["state"],
): Life {
  const controller = new AbortController();
  const handlers: Record<WorkerEvent, Set<Handler>> = {
    drain: new Set(),
    reload: new Set(),
    stop: new Set(),
  };
  let goodbye: Goodbye | undefined;
  let draining = false;
  let isReady = false;
  let answered: Promise<void> | undefined;
  let isListening = false;
  let markListening = (): void => {};
  const listening = new Promise<void>((resolve) => {
    markListening = () => {
      isListening = true;
      resolve();
    };
  });
  if (config.listeners.length === 0) markListening();
  let isClosed = false;
  let reopening: ReturnType<typeof setTimeout> | undefined;
  const listeners: Listeners = createListeners(config.listeners, config.slot, {
    onListening() {
      markListening();
      clearTimeout(reopening);
      if (isClosed) send(listeningFrame(true));
      isClosed = false;
    },
    onSecure: (listener) => send({ type: "event", name: "sockets.secure", listener }),
    onClosed({ isLast, times }) {
      if (draining || goodbye) return;
      const at = ownListeners(config.listeners, config.slot).map(({ port, path }) => path ?? port);
      const replace = (reason: string) => () => draining || goodbye || worker.end({ restart: reason });
      if (!isClosed) send(listeningFrame(false));
      isClosed = true;
      clearTimeout(reopening);
      reopening = isLast
        ? setTimeout(replace(`its socket was closed ${times} times, and can be opened no more`), 0)
        : setTimeout(replace(`nothing listens on ${at.join(", ")} any more`), REOPEN_MS);
      reopening.unref();
    },
    onTrouble: (line) => log.error(line),
  });
  let expire = (): void => {};
  const overdue = new Promise<void>((resolve) => {
    expire = () => void setTimeout(resolve, RETURN_MS).unref();
  });
  const stopping = new Promise<void>((resolve) => {
    controller.signal.addEventListener("abort", () => resolve(), { once: true });
  });

  const log = Object.fromEntries(
    (["debug", "info", "warn", "error"] as const).map((level) => [
      level,
      (message: string, data?: unknown) => send(logFrame(level, message, data)),
    ]),
  ) as WorkerLog;

  setTimeout(() => {
    if (draining || goodbye) return;
    for (const name of listeners.unused()) {
      log.warn(
        `nothing listens on the listener "${name}" yet: worker.listen(server, { name }), or remove it`,
      );
    }
  }, UNUSED_MS).unref();

  async function call(event: WorkerEvent, deadlineMs: number): Promise<void> {
    const run = async (handler: Handler): Promise<void> => {
      try {
        await handler({ deadlineMs });
      } catch (error) {
        log.error(`the ${event} handler failed: ${reasonOf(error)}`);
      }
    };
    await Promise.all([...handlers[event]].map(run));
  }

  function leave(as: Goodbye, deadlineMs: number): void {
    if (goodbye) return;
    goodbye = as;
    // The handlers are called, not awaited: who needs time takes it in `run`, and the supervisor has a deadline.
    void call("stop", Math.min(deadlineMs, RETURN_MS));
    expire();
    controller.abort();
    if (as.drains) answered = finish(Infinity);
    else cut();
  }

  async function finish(deadlineMs: number): Promise<void> {
    drainOfProcess.begin({ lingerMs: config.lingerMs, deadlineMs });
    await Promise.all([listeners.drain(), jobs.drain()]);
    drainOfProcess.end();
  }

  function cut(): void {
    jobs.stop();
    const { connections, busy } = listeners.stop();
    if (draining && connections > 0) log.warn(cutLine(connections, busy));
  }

  /** What a worker asks for by itself cuts nobody; a fatal error does not wait. */
  function endAs(end: WorkerEnd): Goodbye {
    const as = endOf(end);
    const serves = jobs.serves || config.listeners.length > 0;
    return as.kind === "fatal" || !serves ? as : { ...as, drains: true };
  }

  const worker: Worker = {
    id: config.slot,
    pool: config.pool,
    group: config.group,
    type: config.type,
    epoch: config.epoch,
    generation: config.generation,
    signal: controller.signal,
    stopping,
    log,
    on(event, handler) {
      // A function of its own, so that a handler added twice is called twice and removed once.
      const entry: Handler = (deadline) => handler(deadline);
      handlers[event].add(entry);
      return () => void handlers[event].delete(entry);
    },
    end: (end) => leave(endAs(end), RETURN_MS),
    listen: (server, options) => listeners.listen(server, options?.name),
    jobs: jobs.jobs,
    needWorker: (group = config.group) => send({ type: "event", name: "scaling.request", group }),
    state,
  };

  return {
    worker,
    listeners,
    get draining() {
      return draining;
    },
    get ends() {
      return draining || goodbye !== undefined;
    },
    overdue,
    listens: config.listeners.length > 0,
    listening,
    get isListening() {
      return isListening;
    },
    drain(deadlineMs) {
      if (draining || goodbye) return;
      draining = true;
      void Promise.all([call("drain", deadlineMs), finish(deadlineMs)]).then(() => {
        if (goodbye) return;
        goodbye = { kind: "drained" };
        controller.abort();
      });
    },
    ready() {
      if (isReady || controller.signal.aborted) return;
      isReady = true;
      send({ type: "ready" });
    },
    get isReady() {
      return isReady;
    },
    adopt: (slot) => listeners.adopt(slot),
    release: (slot) => listeners.release(slot),
    serve: () => listeners.serve(),
    stop(reason, deadlineMs) {
      if (goodbye) {
        expire();
        cut();
      } else leave({ kind: "done", reason }, deadlineMs);
    },
    reload: (deadlineMs) => void call("reload", deadlineMs),
    goodbye: () => goodbye ?? { kind: "done" },
    answered: async () => answered,
  };
}

/** Tells the supervisor whether this worker accepts, so that a sibling does what it does not. */
function listeningFrame(open: boolean): Frame {
  return { type: "event", name: "sockets.listening", open };
}

function cutLine(connections: number, busy: number): string {
  const what = connections === 1 ? "1 connection was" : `${connections} connections were`;
  return `${what} cut at the deadline${busy > 0 ? `, ${busy} with a request that was not answered` : ""}`;
}

function endOf(end: WorkerEnd): Goodbye {
  for (const kind of ["restart", "permanent", "fatal"] as const) {
    const reason = (end as Partial<Record<typeof kind, string | true>>)[kind];
    if (typeof reason === "string") return { kind, reason: oneLine(reason) };
    if (reason === true) return { kind };
  }
  throw new TypeError("worker.end takes { restart }, { permanent } or { fatal }, with a reason or true");
}

function logFrame(level: string, message: string, data: unknown): Frame {
  const frame = { type: "log", level, message: String(message).slice(0, MAX_MESSAGE) };
  if (data === undefined) return frame;
  try {
    // Now, not when it is sent: the caller may change it in between.
    const copy = JSON.stringify(data);
    if (copy === undefined) return frame;
    return copy.length > 8 * MAX_MESSAGE
      ? { ...frame, data: "too large" }
      : { ...frame, data: JSON.parse(copy) };
  } catch (error) {
    return { ...frame, data: `not JSON: ${reasonOf(error)}` };
  }
}
