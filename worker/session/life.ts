import { JobError } from "../../core/contract/job-errors.ts";
import type { GoodbyeKind } from "../../core/protocol/goodbye.ts";
import type { LogLevel, Welcome, WorkerMessage } from "../../core/protocol/messages.ts";
import type { Worker, WorkerDeadline, WorkerEnd, WorkerEvent, WorkerLog } from "../contract/worker.ts";
import { drainOfProcess } from "../drain/long-connections.ts";
import { oneLine, reasonOf } from "../errors.ts";
import { createListeners, ownListeners, type Listeners } from "../listen/listeners.ts";
import type { WorkerPlugins } from "./plugins.ts";

/** A listener that is not listened on by then is told. */
export const UNUSED_MS = 3_000;

/** How long a worker may listen nowhere once its program has closed its last server; then it makes room for another. */
const REOPEN_MS = 5_000;

/** After a stop the worker leaves at the latest by then, whatever its `run` does. */
const RETURN_MS = 5_000;

/** Characters of one log message. */
const MAX_MESSAGE = 16 * 1024;

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

type Handler = (deadline: WorkerDeadline) => void | Promise<void>;

/** Makes a {@link Life}. `send` passes a frame on to the supervisor. */
export function createLife(
  config: Welcome,
  send: (message: WorkerMessage) => void,
  plugins: Pick<WorkerPlugins, "serves" | "drain" | "stop">,
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
      // A sibling does what this one does not.
      if (isClosed) send({ type: "listening", isListening: true });
      isClosed = false;
    },
    onSecure: (listener) => send({ type: "secure", listener }),
    onClosed({ isLast, times }) {
      if (draining || goodbye) return;
      const at = ownListeners(config.listeners, config.slot).map(({ port, path }) => path ?? port);
      const replace = (reason: string) => () => draining || goodbye || worker.end({ restart: reason });
      if (!isClosed) send({ type: "listening", isListening: false });
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
    await Promise.all([listeners.drain(), plugins.drain()]);
    drainOfProcess.end();
  }

  function cut(): void {
    plugins.stop();
    const { connections, busy } = listeners.stop();
    if (draining && connections > 0) log.warn(cutLine(connections, busy));
  }

  /** What a worker asks for by itself cuts nobody; a fatal error does not wait. */
  function endAs(end: WorkerEnd): Goodbye {
    const as = endOf(end);
    const serves = plugins.serves || config.listeners.length > 0;
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
    // Until a plugin puts its own in their place.
    jobs: refuseCalls(config.group),
    needWorker: (group = config.group) => send({ type: "needWorker", group }),
    state: () => undefined,
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

/** Who calls without being allowed to is told so at the call. */
function refuseCalls(group: string): Worker["jobs"] {
  return () => {
    throw new JobError("CALL_FORBIDDEN", `group ${group} calls no other: its config has no \`calls\``);
  };
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

function logFrame(level: LogLevel, message: string, data: unknown): WorkerMessage {
  const frame = { type: "log", level, message: String(message).slice(0, MAX_MESSAGE) } as const;
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
