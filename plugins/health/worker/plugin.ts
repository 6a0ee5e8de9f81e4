import { SHARE_ENV, Worker } from "node:worker_threads";
import { defineWorkerPlugin } from "../../../worker/contract/plugin.ts";
import type { WorkerPlugin } from "../../../worker/contract/plugin.ts";

/** What the supervisor gives to the watchdog of a worker. */
export interface WatchdogWelcome {
  /** The file that a stack is written to. */
  readonly path: string;
}

/** What the thread is given. */
interface Watched {
  /** Counts the beats of the main thread. */
  readonly beats: Int32Array;
  readonly path: string;
  readonly everyMs: number;
  /** The silence after which the stack is taken. */
  readonly silentMs: number;
  readonly limitMs: number;
}

/** How long the main thread may take to come to a line of JavaScript. */
const LIMIT_MS = 1_000;
/** Megabytes: little is done in there. */
const LIMITS = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };

/**
 * A thread that takes the stack of the main one when that does not beat for two heartbeats: it is looked at from
 * inside with the debugger, for part of a millisecond. Nothing listens on a port for that, and nothing is attached
 * before.
 */
export const healthInWorker: WorkerPlugin<WatchdogWelcome> = defineWorkerPlugin<WatchdogWelcome>({
  setup(_worker, { path }, { heartbeatMs }) {
    const beats = new Int32Array(new SharedArrayBuffer(4));
    const workerData: Watched = {
      beats,
      path,
      everyMs: Math.min(2 ** 31 - 1, Math.max(20, heartbeatMs / 4)),
      silentMs: 2 * heartbeatMs,
      limitMs: Math.min(LIMIT_MS, heartbeatMs / 4),
    };
    const start = (): void => {
      try {
        // No execArgv: a preload of the worker must not run a second time in here.
        const thread = new Worker(`(${String(watch)})()`, {
          eval: true,
          execArgv: [],
          env: SHARE_ENV,
          resourceLimits: LIMITS,
          workerData,
          name: "poolable watchdog",
        });
        thread.on("error", () => {});
        thread.unref();
      } catch {
        // Threads are forbidden (`--permission` without `--allow-worker`): there will be no stack.
      }
    };
    return {
      // Not before: on the way to ready it would be in the way, and nobody waits for heartbeats yet.
      onStage: (stage) => void (stage === "ready" && setImmediate(start)),
      onHeartbeat: () => void Atomics.add(beats, 0, 1),
    };
  },
});

/** All of the thread: it is started from its own text, so it may use nothing from around it. */
function watch(): void {
  const { getBuiltinModule: load } = process;
  const { Session } = load("node:inspector");
  const { renameSync, rmSync, writeFileSync } = load("node:fs");
  const { beats, path, everyMs, silentMs, limitMs } = load("node:worker_threads").workerData as Watched;
  let last = -1;
  let changedAt = 0;
  let lookedAt = performance.now();
  let isTold = false;

  setInterval(() => {
    const now = performance.now();
    const wasStopped = now - lookedAt > 2 * everyMs + silentMs / 4;
    lookedAt = now;
    const count = Atomics.load(beats, 0);
    if (count !== last || wasStopped) {
      if (isTold) rmSync(path, { force: true });
      [last, changedAt, isTold] = [count, now, false];
    } else if (!isTold && now - changedAt >= silentMs) {
      isTold = true;
      look();
    }
  }, everyMs);

  function look(): void {
    const session = new Session();
    const urls = new Map<string, string>();
    session.connectToMainThread();
    const late = setTimeout(() => end(null), limitMs);
    session.on("Debugger.scriptParsed", ({ params }) => urls.set(params.scriptId, params.url));
    session.once("Debugger.paused", ({ params }) => {
      session.post("Debugger.resume");
      const lines = params.callFrames.slice(0, 50).map(({ functionName, location }) => {
        const { scriptId, lineNumber, columnNumber = 0 } = location;
        const place = `${urls.get(scriptId) ?? ""}:${lineNumber + 1}:${columnNumber + 1}`;
        return `at ${functionName || "<anonymous>"} (${place})`;
      });
      end(lines.join("\n"));
    });
    session.post("Debugger.enable");
    session.post("Debugger.pause");

    function end(stack: string | null): void {
      clearTimeout(late);
      session.disconnect();
      // At once as a whole: the supervisor reads it when it likes.
      writeFileSync(`${path}.new`, JSON.stringify({ stack }), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    }
  }
}
