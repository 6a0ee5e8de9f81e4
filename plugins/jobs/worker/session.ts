import type { Socket } from "node:net";
import { JobError } from "../../../core/contract/job-errors.ts";
import type { Region } from "../wire/arena.ts";
import { decode } from "../wire/codec.ts";
import { failureOf } from "../wire/failure.ts";
import { createFrameReader } from "../wire/frames.ts";
import { orderOf } from "../wire/heap.ts";
import type { JobHandlers, JobLog } from "../wire/job.ts";
import { createOutbox } from "../wire/outbox.ts";
import { takeSharing } from "../wire/share.ts";
import type { Sharing } from "../wire/share.ts";
import {
  FLAG,
  HEAD_BYTES,
  KIND,
  readRegion,
  readRunHead,
  readU32,
  RUN_HEAD_BYTES,
  SHARED,
  shortFrame,
  STREAM_WINDOW,
  WIRE_VERSION,
} from "../wire/wire.ts";
import { createAnswers } from "./answers.ts";
import type { Executor } from "./executor.ts";
import { TaskJob } from "./task.ts";
import type { Task, TaskSink } from "./task.ts";

/** Bytes, and time, that a stranger has to say who it is. */
const HELLO_BYTES = 1_024;
const HELLO_MS = 10_000;

/** Unsettled jobs of one caller, at most: far above any window, so only a caller that counts wrong meets it. */
const MAX_UNSETTLED = 2_048;

/** What a session needs of the server around it. */
export interface SessionOptions {
  readonly handlers: JobHandlers;
  readonly executor: Executor;
  readonly maxBytes: number;
  readonly capacity: number;
  readonly log: JobLog;
  isKnown(token: unknown): boolean;
  /** Returns the caller's first window. */
  welcomed(): number;
  closed(): void;
}

/** One caller of this worker. */
export interface Session {
  readonly unsettled: number;
  /** The caller is a worker of the same pool, which ends with it. */
  readonly isWorker: boolean;
  offer(window: number): void;
  /** Says that nothing more is begun: what comes from now on is given back. */
  drain(): void;
  /** Resolves when everything that was said is with the system, and the connection is closed. */
  end(): Promise<void>;
  destroy(): void;
}

/** Serves one caller. Nothing that it sends throws here. */
export function createSession(socket: Socket, options: SessionOptions): Session {
  const { executor, maxBytes, capacity, log } = options;
  const names = Object.keys(options.handlers);
  const handlers = Object.values(options.handlers);
  const outbox = createOutbox(socket);
  const answers = createAnswers(outbox, maxBytes, log.warn);
  const tasks = new Map<number, Task>();
  const windowBytes = 2 * maxBytes;
  let caller: string | undefined;
  let isWorker = false;
  let isDraining = false;
  let sharing: Sharing | undefined;
  const timer = setTimeout(() => socket.destroy(), HELLO_MS).unref();

  const reader = createFrameReader(HELLO_BYTES, (kind, id, bytes, start, end, owned) => {
    const fault = take(kind, id, bytes, start, end, owned);
    if (fault !== undefined) hangUp(fault);
    return fault === undefined && !socket.destroyed;
  });

  function hangUp(fault: string): void {
    log.warn(`hung up on ${caller ?? "a stranger"}: ${fault}`);
    socket.destroy();
  }

  /** Returns what is wrong with the frame. */
  function take(
    kind: number,
    id: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    owned: boolean,
  ): string | undefined {
    if (caller === undefined) return kind === KIND.hello ? greet(bytes, start, end) : "no hello";
    const task = tasks.get(id);
    switch (kind & ~SHARED) {
      case KIND.run:
        if (end - start < RUN_HEAD_BYTES) return "a run without its head";
        if (task) return `job ${id} twice`;
        if (tasks.size >= MAX_UNSETTLED) return `more than ${MAX_UNSETTLED} unsettled jobs`;
        return run(kind, id, bytes, start, end, owned);
      case KIND.abort:
        if (task) executor.abort(task, new JobError("ABORTED", "the caller has given it up"));
        return undefined;
      case KIND.pull:
        if (end - start !== HEAD_BYTES + 4) return "a pull without a number";
        if (!task) return undefined;
        task.credit = Math.min(STREAM_WINDOW, task.credit + readU32(bytes, start + HEAD_BYTES));
        task.resume?.();
        return undefined;
      case KIND.share:
        if (sharing) return "memory to share, twice";
        return share(bytes, start, end, owned);
      case KIND.taken:
        sharing?.own.free(id);
        return undefined;
      default:
        return `a frame of kind ${kind}`;
    }
  }

  function greet(bytes: Uint8Array, start: number, end: number): string | undefined {
    let hello: { version?: unknown; token?: unknown; caller?: unknown; isWorker?: unknown };
    try {
      hello = Object(decode(bytes, start + HEAD_BYTES, end, false)) as typeof hello;
    } catch {
      return "a hello that cannot be read";
    }
    if (!options.isKnown(hello.token)) return "a wrong token";
    if (hello.version !== WIRE_VERSION) return `version ${String(hello.version)} of what we speak`;
    clearTimeout(timer);
    caller = typeof hello.caller === "string" ? hello.caller.slice(0, 100) : "?";
    isWorker = hello.isWorker === true;
    reader.limit = maxBytes + RUN_HEAD_BYTES;
    const window = options.welcomed();
    answers.welcome({ names, window, windowBytes, capacity });
    return undefined;
  }

  /** Without it, large values go through the socket. */
  function share(bytes: Uint8Array, start: number, end: number, owned: boolean): string | undefined {
    try {
      sharing = takeSharing(decode(bytes, start + HEAD_BYTES, end, owned), maxBytes + RUN_HEAD_BYTES);
    } catch {
      return "memory to share that cannot be read of";
    }
    if (!sharing) return undefined;
    answers.share(sharing.own);
    outbox.push(shortFrame(KIND.shared, 0));
    return undefined;
  }

  function readShared(region: Region | undefined): unknown {
    if (!sharing || !region) throw new Error("an input that is nowhere");
    return decode(sharing.other.read(region), 0, region.length, true);
  }

  function run(
    kind: number,
    id: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    owned: boolean,
  ): string | undefined {
    const head = readRunHead(bytes, start);
    const handler = handlers[head.name];
    if (!handler) return `job ${head.name} of ${handlers.length}`;
    if (isDraining) return void answers.returned(id);
    let input: unknown;
    let later: (() => unknown) | undefined;
    let idempotencyKey: string | undefined;
    try {
      if (!(kind & SHARED)) input = decode(bytes, start + RUN_HEAD_BYTES, end, owned);
      else {
        const region = readRegion(bytes, start + RUN_HEAD_BYTES, end);
        // What waits here stays in the caller's memory, unless it has to outlive the caller.
        if (head.flags & (FLAG.keyed | FLAG.detached)) input = readShared(region);
        else later = () => readShared(region);
      }
      if (head.flags & FLAG.keyed) [input, idempotencyKey] = input as [unknown, string];
    } catch (error) {
      answers.failed(id, failureOf(error));
      return undefined;
    }
    const sink = sinkOf(id, (head.flags & FLAG.detached) !== 0);
    const { attempt, timeout, priority, weight, flags } = head;
    const about = { name: names[head.name]!, caller: caller!, attempt, idempotencyKey };
    const task: Task = {
      id,
      order: orderOf(performance.now(), priority),
      place: -1,
      head,
      job: new TaskJob(about, timeout, sink.progress, jobLog),
      handler,
      input,
      later,
      sink,
      weight: Math.min(Math.max(1, weight), capacity),
      phase: "waiting",
      credit: flags & FLAG.stream ? STREAM_WINDOW : Infinity,
      resume: undefined,
      interrupt: undefined,
      disarm: undefined,
      abortedAt: undefined,
    };
    tasks.set(id, task);
    executor.accept(task);
    return undefined;
  }

  function jobLog({ name }: TaskJob): JobLog {
    const say = (level: keyof JobLog) => (message: string, data?: unknown) =>
      log[level](`${name}: ${message}`, data);
    return { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
  }

  function sinkOf(id: number, isDetached: boolean): TaskSink {
    return {
      begun: (then) => answers.begun(id, then),
      item: (value) => answers.item(id, value),
      progress(value) {
        if (tasks.has(id)) answers.progress(id, value);
      },
      result(value) {
        tasks.delete(id);
        answers.result(id, isDetached ? undefined : value);
      },
      failed(failure) {
        tasks.delete(id);
        answers.failed(id, failure);
      },
      interrupted(failure) {
        tasks.delete(id);
        answers.interrupted(id, failure);
      },
      returned() {
        tasks.delete(id);
        answers.returned(id);
      },
    };
  }

  socket.on("data", (chunk: Uint8Array) => {
    const fault = reader.push(chunk);
    if (fault !== undefined) hangUp(fault);
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    clearTimeout(timer);
    sharing?.close();
    const gone = new JobError("ABORTED", "the caller has gone");
    const own = [...tasks.values()].filter(({ head }) => !(head.flags & FLAG.detached));
    // First those that wait, or they would have the places of the others.
    for (const task of own) if (task.phase === "waiting") executor.abort(task, gone);
    for (const task of own) executor.orphan(task, gone);
    options.closed();
  });

  return {
    get unsettled() {
      return tasks.size;
    },
    get isWorker() {
      return isWorker;
    },
    offer: (window) => outbox.push(shortFrame(KIND.window, 0, window)),
    drain() {
      if (isDraining) return;
      isDraining = true;
      outbox.push(shortFrame(KIND.draining, 0));
    },
    end: () =>
      new Promise((resolve) => {
        if (socket.destroyed) return resolve();
        socket.once("close", () => resolve());
        outbox.flushed(() => socket.end());
      }),
    destroy: () => void socket.destroy(),
  };
}
