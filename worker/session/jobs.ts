import { JobError } from "../../core/contract/job-errors.ts";
import type { ResolvedJobs } from "../../core/contract/jobs.ts";
import type { Frame } from "../../core/protocol/frames.ts";
import { createCallers } from "../../plugins/jobs/client/callers.ts";
import { loadsFrom } from "../../plugins/jobs/client/loads.ts";
import type { JobHandlers } from "../../plugins/jobs/wire/job.ts";
import type { Peer, PeerDirectory, PeersUpdate } from "../../plugins/jobs/wire/peer.ts";
import type { JobServer } from "../../plugins/jobs/worker/server.ts";
import { systemClock } from "../../system/clock.ts";
import type { Worker } from "../define.ts";
import type { Board, JobFigures } from "./board.ts";
import type { LifeJobs } from "./life.ts";

export type {
  CallGroup,
  InputFor as JobInput,
  Item as JobItem,
  JobClient,
  MapOptions,
  Name as JobName,
  Output as JobOutput,
} from "../../plugins/jobs/client/client.ts";
export type { RunOptions } from "../../plugins/jobs/client/options.ts";
export type { JobStream } from "../../plugins/jobs/client/stream.ts";
export type {
  InputOf,
  ItemOf,
  Job,
  JobHandler,
  JobHandlers,
  JobLog,
  JobsOf,
  OutputOf,
} from "../../plugins/jobs/wire/job.ts";

/** The names of all jobs of a worker, in bytes: they cross in one frame. */
const MAX_NAME_BYTES = 2 * 1024 * 1024;

/** What the supervisor says about jobs in its welcome. */
export interface JobsWelcome {
  /** Where this worker listens for jobs, if its group can be called. */
  readonly serve?: Peer & { readonly terms: ResolvedJobs };
  readonly calls: readonly string[];
}

/** The jobs of one worker: those that it runs, and those that it calls. */
export interface WorkerJobs extends LifeJobs {
  /** Why an entry without jobs cannot be this worker; `undefined` when it can. */
  readonly missing: string | undefined;
  /** Listens for jobs, before the worker is ready. Rejects when this group cannot be called, or a job is no function. */
  serve(worker: Worker, handlers: JobHandlers): Promise<void>;
  /** Takes a `peers` frame. */
  receive(frame: Frame): void;
}

/** Makes {@link WorkerJobs}. `send` passes a frame on to the supervisor. */
export function createWorkerJobs(
  welcome: JobsWelcome | undefined,
  about: { readonly slot: string; readonly group: string; readonly type: string },
  board: Board,
  send: (frame: Frame) => void,
): WorkerJobs {
  const listeners = new Map<string, (update: PeersUpdate) => void>();
  let untilCallersLeave = false;
  let server: JobServer | undefined;

  const directory: PeerDirectory = {
    isWorker: true,
    watch(group, listener) {
      listeners.set(group, listener);
      if (welcome) send({ type: "request", op: "jobs.watch", group });
      else
        listener({
          refusal: { code: "CALL_FORBIDDEN", message: `group ${about.group} lists no calls in the config` },
        });
      return () => void listeners.delete(group);
    },
    needWorker: (group, waiting, waitedMs) =>
      send({ type: "event", name: "jobs.need", group, waiting, waitedMs }),
    stuck: (group, { slot, epoch }) => send({ type: "event", name: "jobs.stuck", group, slot, epoch }),
    close() {},
  };
  const clock = systemClock();
  const callers = createCallers({
    name: about.slot,
    directory,
    clock,
    loadOf: loadsFrom(() => clock.now()),
  });

  return {
    jobs: callers.jobs as Worker["jobs"],
    missing:
      welcome?.serve &&
      `group ${about.group} runs jobs, and its entry has none: export default defineWorker({ jobs: { … } })`,
    get serves() {
      return server !== undefined;
    },
    async serve(worker, handlers) {
      checkHandlers(handlers);
      if (!welcome?.serve) {
        const wayOut = "only groups of type 'job', and services that somebody's `calls` lists, run jobs";
        throw new Error(`this worker has jobs, and group ${about.group} is a ${about.type}: ${wayOut}`);
      }
      const { terms, path, token } = welcome.serve;
      const { log } = worker;
      const { createHogs, serveJobs } = await import("../../plugins/jobs/worker/index.ts");
      const hogs = createHogs(() => board.hog());
      server = await serveJobs({
        ...terms,
        path,
        token,
        handlers,
        log,
        ...hogs,
        turned: () => board.touch(),
        ignored: () => send({ type: "event", name: "jobs.ignored" }),
      });
      board.source(() => figuresOf(server!, terms.capacity));
      send({ type: "event", name: "jobs.open" });
    },
    async drain() {
      await server?.drain({ untilCallersLeave });
    },
    stop() {
      // Whoever still calls is not waited for any more.
      untilCallersLeave = false;
      server?.stop(new JobError("ABORTED", "the worker stops"));
    },
    receive(frame) {
      if (frame.untilCallersLeave === true) untilCallersLeave = true;
      else if (typeof frame.group === "string") listeners.get(frame.group)?.(frame as unknown as PeersUpdate);
    },
  };
}

function figuresOf({ counts, load }: JobServer, capacity: number): JobFigures {
  return {
    jobsAccepted: counts.accepted,
    jobsProcessed: counts.processed,
    jobsFailed: counts.failed,
    jobsRejected: counts.rejected,
    jobsRunning: load.running,
    jobsWaiting: load.waiting,
    weight: load.weight,
    capacity,
  };
}

function checkHandlers(handlers: JobHandlers): void {
  const entries = Object.entries(handlers);
  if (entries.length > 65_535) throw new TypeError("a worker has at most 65,535 jobs");
  const bytes = entries.reduce((sum, [name]) => sum + Buffer.byteLength(name), 0);
  if (bytes > MAX_NAME_BYTES) throw new TypeError("the names of a worker's jobs have at most 2 MiB in all");
  for (const [name, handler] of entries) {
    if (typeof handler !== "function") throw new TypeError(`jobs.${name} is not a function`);
    if (name === "" || name.length > 200) throw new TypeError("the name of a job has 1 to 200 characters");
  }
}
