import type { WelcomedListener } from "../../core/protocol/messages.ts";
import { takeOverListen, type TakeoverOptions } from "../listen/intercept-listen.ts";
import { takeOverServe } from "../native/intercept-serve.ts";
import type { Life } from "../session/life.ts";
import type { Sigterm } from "../session/sigterm.ts";
import type { Uplink } from "../session/uplink.ts";
import { watchChildren } from "./child-processes.ts";
import { clusterOfOne } from "./cluster-of-one.ts";
import type { Exports } from "./load-entry.ts";

/** Longest time that the SIGTERM handlers of a program have, and what of the supervisor's own time is kept. */
const HANDLERS_MS = 10_000;
const MARGIN_MS = 500;

/** How long a program that exports something has to begin anything, before it counts as ready. */
const BEGIN_MS = 20;

/** How long a program that starts a child has to listen itself, before the child is named. */
const CHILD_MS = 2_000;

/** An entry that may turn out to be a program that listens by itself, and knows nothing of pools. */
export interface Program {
  /** Whether it listens where its group does: then it is a program, whatever it exports. */
  readonly listens: boolean;
  /** It is a worker after all: it listens as any other code. */
  release(): void;
  /** Lives until the program has ended. Resolves with what it failed to be, if it never was ready. */
  live(exports: Exports): Promise<string | undefined>;
  /** Keeps SIGTERM from the entry's own handlers from now on. */
  holdHandlers(): void;
  /** Calls the program's SIGTERM handlers, once. It may exit meanwhile. */
  callHandlers(): void;
  /** The same, and waits until they are done. */
  end(): Promise<void>;
}

/** What a program needs of the worker around it. */
export interface ProgramOptions {
  readonly entry: string;
  readonly life: Life;
  readonly listeners: readonly WelcomedListener[];
  readonly uplink: Uplink;
  readonly sigterm: Sigterm;
  /** Milliseconds that the supervisor still waits before it insists. */
  timeLeft(): number;
}

/** Watches an entry from before its import. */
export function watchProgram(options: ProgramOptions): Program {
  const { entry, life, listeners, uplink, sigterm } = options;
  const { worker } = life;
  let listens = false;
  let isLive = false;
  let handlers: number | undefined;
  const elsewhere: string[] = [];

  function tellElsewhere(): void {
    if (!isLive) return;
    for (const line of elsewhere.splice(0)) {
      worker.log.info(line);
      // Until it is ready, this is what keeps it from being so.
      if (!listens && listeners.length > 0) {
        uplink.send({ type: "error", stage: "listen", error: { name: "Error", message: `it ${line}` } });
      }
    }
  }

  const takeover: TakeoverOptions = {
    worker,
    listeners,
    own: life.listeners,
    isLeaving: () => life.draining || worker.signal.aborted,
    onTaken() {
      if (listens) return;
      listens = true;
      sigterm.hold();
      void life.listening.then(life.ready);
    },
    onElsewhere(line) {
      elsewhere.push(line);
      tellElsewhere();
    },
  };
  clusterOfOne(entry, () =>
    worker.log.info(
      "forks with node:cluster: it runs once more in this process, as the one worker; --workers is how many there are",
    ),
  );
  const taken = takeOverListen(takeover);
  const children = listeners.length > 0 ? watchChildren() : undefined;
  const releaseServe = takeOverServe(takeover, taken);

  /** Why a program that has nothing left to do was no worker; `undefined` when it has just done its work. */
  function failure(exports: Exports): string | undefined {
    if (life.isReady) return undefined;
    const isNoWorker = Object.keys(exports).length > 0 ? notAWorker(entry) : undefined;
    if (listeners.length === 0) return isNoWorker;
    const declared = listeners.map((listener) => listener.port ?? listener.path).join(", ");
    const child = children?.line();
    const ended = `${entry} ended without listening on ${declared}${child === undefined ? "" : `; it ${child}`}`;
    return isNoWorker === undefined ? ended : `${ended}, and exports no worker: ${WAYS}`;
  }

  return {
    get listens() {
      return listens || taken.claims.isOpen();
    },
    release() {
      taken.release();
      releaseServe();
      children?.release();
    },
    async live(exports) {
      isLive = true;
      sigterm.hold();
      tellElsewhere();
      setTimeout(() => {
        const line = taken.claims.isOpen() ? undefined : children?.line();
        if (line !== undefined) takeover.onElsewhere(line);
      }, CHILD_MS).unref();
      if (listeners.length === 0) {
        if (Object.keys(exports).length > 0) setTimeout(life.ready, BEGIN_MS).unref();
        else setImmediate(life.ready);
      }
      const left = worker.stopping.then(() => true);
      if (await Promise.race([left, outOfWork().then(() => false)])) return undefined;
      // Its own word, as it would be by hand.
      if (process.exitCode) process.exit();
      return failure(exports);
    },
    holdHandlers: () => sigterm.hold(),
    callHandlers() {
      handlers ??= sigterm.call();
    },
    async end() {
      handlers ??= sigterm.call();
      if (handlers === 0) return;
      const ms = Math.max(0, Math.min(HANDLERS_MS, options.timeLeft() - MARGIN_MS));
      await Promise.race([outOfWork(), new Promise((resolve) => setTimeout(resolve, ms).unref())]);
    },
  };
}

const WAYS = "export default defineWorker({ setup, run }), or { fetch(request) { … } }";

/** What is said about an entry that is neither a worker nor a program. */
export function notAWorker(entry: string): string {
  return `${entry} ended at once, and exports no worker: ${WAYS}`;
}

/** Resolves when nothing is left that could run in this process, which then ends unless somebody does something. */
function outOfWork(): Promise<void> {
  return new Promise((resolve) => process.once("beforeExit", () => resolve()));
}
