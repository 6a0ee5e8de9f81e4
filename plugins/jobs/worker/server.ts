import { createHash, timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import type { JobError } from "../../../core/contract/job-errors.ts";
import { listenPrivately } from "../../../system/private-server.ts";
import type { JobHandlers, JobLog } from "../wire/job.ts";
import { Executor } from "./executor.ts";
import type { ExecutorEvents, ExecutorOptions, JobCounts } from "./executor.ts";
import { createSession } from "./session.ts";
import type { Session } from "./session.ts";

/** Connections of callers, at most; and those that have not said who they are. */
const MAX_SESSIONS = 1_024;
const MAX_STRANGERS = 64;

/**
 * How long a caller has to hear that a worker ends, and to hang up: one that computes meanwhile may send a job that
 * has to be given back. A worker of the pool has longer, where this one is not told to stop before: its supervisor ends it
 * if it computes for ever. Milliseconds.
 */
const FAREWELL_MS = 5_000;
const FAREWELL_WORKER_MS = 25_000;

/** A window that differs by less than this part is not worth a frame. */
const WINDOW_STEP = 1 / 4;

/** What {@link serveJobs} is given. */
export interface JobServerOptions
  extends ExecutorOptions, Pick<ExecutorEvents, "beginning" | "stretched" | "turned"> {
  /** Where to listen: a path in a folder that only this user can enter. */
  readonly path: string;
  /** What callers must know. */
  readonly token: string;
  readonly handlers: JobHandlers;
  /** Bytes of one value. */
  readonly maxBytes: number;
  /** How long an aborted job may go on, and what it then costs. Milliseconds. */
  readonly abortGrace: number;
  readonly onIgnoredAbort: "leave" | "restart";
  readonly log: JobLog;
  /** An aborted job has gone on for longer, in a group where that costs its worker. */
  ignored(): void;
}

/** The end of a job worker that callers talk to. */
export interface JobServer {
  readonly counts: JobCounts;
  /** Running, and waiting here. */
  readonly load: { readonly running: number; readonly waiting: number; readonly weight: number };
  /**
   * Begins nothing more: gives back what was not begun, and resolves when the rest has ended and its results are with
   * the system. With `untilCallersLeave` it first goes on for the workers that call it, until the last has hung up.
   */
  drain(options?: { untilCallersLeave: boolean }): Promise<void>;
  /** Gives back what was not begun, and tells what runs to end. */
  stop(reason: JobError): void;
  /** Closes every connection. */
  close(): void;
}

/** Listens for jobs. Rejects when the path cannot be listened on. */
export async function serveJobs(options: JobServerOptions): Promise<JobServer> {
  const { handlers, maxBytes, path, log, capacity, abortGrace } = options;
  const costsWorker = options.onIgnoredAbort === "restart";
  const digest = digestOf(options.token);
  const sessions = new Set<Session>();
  let strangers = 0;
  let window = 4;
  let isDraining = false;
  let isStopping = false;
  /** Those who wait for jobs to end or callers to leave. */
  const waiting = new Set<() => void>();
  const onRest = (): void => {
    for (const look of [...waiting]) look();
  };

  const executor = new Executor(options, {
    window: offer,
    idle: onRest,
    aborted() {
      onRest();
      if (costsWorker) watchIgnored(abortGrace);
    },
    beginning: options.beginning,
    stretched: options.stretched,
    turned: options.turned,
  });

  let watch: NodeJS.Timeout | undefined;
  /** Says so when an aborted job goes on too long. Its caller does, too, where it is still there. */
  function watchIgnored(wait: number): void {
    watch ??= setTimeout(() => {
      watch = undefined;
      const { ignoredMs } = executor;
      if (ignoredMs === undefined || isDraining) return;
      if (ignoredMs >= abortGrace) options.ignored();
      else watchIgnored(abortGrace - ignoredMs);
    }, wait + 1).unref();
  }

  /** Divides what this worker wants among the callers that have anything here. */
  function offer(wanted: number): void {
    let busy = 0;
    for (const session of sessions) if (session.unsettled > 0) busy++;
    const next = Math.max(2, Math.ceil(wanted / Math.max(1, busy)));
    if (Math.abs(next - window) <= window * WINDOW_STEP) return;
    window = next;
    for (const session of sessions) session.offer(window);
  }

  function accept(socket: Socket): void {
    if (strangers >= MAX_STRANGERS || sessions.size >= MAX_SESSIONS) return void socket.destroy();
    let isStranger = true;
    strangers++;
    const admit = (): void => {
      if (isStranger) strangers--;
      isStranger = false;
    };
    const session = createSession(socket, {
      handlers,
      executor,
      maxBytes,
      capacity,
      log,
      isKnown: (token) => timingSafeEqual(digestOf(token), digest),
      welcomed() {
        admit();
        sessions.add(session);
        if (isDraining) session.drain();
        return window;
      },
      closed() {
        admit();
        sessions.delete(session);
        onRest();
      },
    });
  }

  const server = await listenPrivately(path, {
    accept,
    // Out of descriptors, say: who was not accepted tries again.
    acceptFailed: (error) => log.warn(`a caller could not be accepted: ${error.message}`),
  });

  const isIdle = (): boolean => executor.running === 0 && executor.waiting === 0;
  let rest: NodeJS.Timeout | undefined;
  /** Whether nothing is left to wait for: an aborted job has had its time where it costs its worker. */
  const isAtRest = (): boolean => {
    const ms = executor.restsIn(costsWorker ? abortGrace : Infinity);
    clearTimeout(rest);
    if (ms > 0 && ms !== Infinity) rest = setTimeout(onRest, ms + 1);
    return ms <= 0;
  };
  const until = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const refuse = (): void => {
    isDraining = true;
    for (const session of sessions) session.drain();
    executor.giveBack();
  };

  return {
    counts: executor.counts,
    get load() {
      return { running: executor.running, waiting: executor.waiting, weight: executor.weight };
    },
    async drain({ untilCallersLeave = false } = {} as { untilCallersLeave: boolean }) {
      if (untilCallersLeave)
        await until(() => isDraining || (isIdle() && ![...sessions].some(({ isWorker }) => isWorker)));
      void server.close();
      refuse();
      await until(isAtRest);
      executor.abandon();
      // Who has heard hangs up. Until then it may still send something, which has to be given back.
      const begun = performance.now();
      const timer = setTimeout(onRest, FAREWELL_MS + 1);
      const last = setTimeout(onRest, FAREWELL_WORKER_MS + 1);
      await until(() => {
        const waited = performance.now() - begun;
        if (sessions.size === 0 || waited > FAREWELL_WORKER_MS) return true;
        return waited > FAREWELL_MS && (isStopping || ![...sessions].some(({ isWorker }) => isWorker));
      });
      clearTimeout(timer);
      clearTimeout(last);
      await Promise.all([...sessions].map((session) => session.end()));
    },
    stop(reason) {
      isStopping = true;
      refuse();
      executor.stop(reason);
      onRest();
    },
    close() {
      void server.close();
      for (const session of sessions) session.destroy();
    },
  };
}

function digestOf(token: unknown): Buffer {
  return createHash("sha256")
    .update(typeof token === "string" ? token.slice(0, 256) : "")
    .digest();
}
