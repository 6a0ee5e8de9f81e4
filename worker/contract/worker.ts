import type { Server } from "node:net";
import type { CallGroup } from "../../plugins/jobs/client/client.ts";
import type { JobHandlers } from "../../plugins/jobs/wire/job.ts";
import type { WorkerState } from "../../plugins/scoreboard/wire/record.ts";

/** What a worker module may have. At least one of the four. */
export interface WorkerDefinition<Jobs extends JobHandlers = JobHandlers, Native = unknown> {
  /** Runs before the worker counts as ready. A throw is a failed start. */
  setup?(worker: Worker): void | Promise<void>;
  /**
   * The worker's life. It ends in order when this returns, and is expected to return soon after
   * `worker.signal` aborts; what it then throws as an `AbortError` counts as a return.
   */
  run?(worker: Worker): void | Promise<void>;
  /**
   * Answers HTTP requests on the group's `default` (or only) listener, until the worker stops. A throw or a rejection
   * is logged and answered with 500.
   */
  fetch?(request: Request, context: FetchContext & Native): Response | Promise<Response>;
  /** What other groups call, by name: `docs/jobs.md`. */
  jobs?: Jobs;
}

/**
 * What `fetch` is given beside the request: this worker, and what the runtime gives by hand: the server of `Bun.serve`,
 * the `info` of `Deno.serve`, under Node nothing.
 */
export interface FetchContext {
  readonly worker: Worker;
}

/**
 * - `drain`: finish what you have, take nothing new; the worker ends when every handler's promise has settled.
 * - `stop`: end now. `reload`: a new version is about to replace you.
 */
export type WorkerEvent = "drain" | "reload" | "stop";

/** What a handler of a {@link WorkerEvent} is told. */
export interface WorkerDeadline {
  /**
   * Milliseconds that are left, never negative: at `drain` and `reload` until the supervisor asks for a stop, at `stop`
   * until the worker leaves whatever `run` does, or is killed. `Infinity` when the supervisor has named no time.
   */
  readonly deadlineMs: number;
}

/** How `worker.end` ends the worker. Text is the reason, one line; `true` gives none. */
export type WorkerEnd =
  | { readonly restart: string | true }
  | { readonly permanent: string | true }
  | { readonly fatal: string | true };

/** Writes to the pool's log. `data` must survive JSON. Never throws and never blocks: a flood loses lines. */
export type WorkerLog = Readonly<
  Record<"debug" | "info" | "warn" | "error", (message: string, data?: unknown) => void>
>;

/** The worker's own view of itself. */
export interface Worker {
  /** The slot, `group#index`: the same for every incarnation. */
  readonly id: string;
  readonly pool: string;
  readonly group: string;
  readonly type: string;
  /** Counts the incarnations of the slot. */
  readonly epoch: number;
  /** The version of code and config that it was started from. */
  readonly generation: number;
  /** Aborts when the worker shall stop, or when its drain has finished. */
  readonly signal: AbortSignal;
  /** Resolves when `signal` aborts. */
  readonly stopping: Promise<void>;
  readonly log: WorkerLog;
  /** Calls `handler` at each later `event`; returns its remover. What it throws is logged. */
  on(event: WorkerEvent, handler: (deadline: WorkerDeadline) => void | Promise<void>): () => void;
  /**
   * Ends the worker from anywhere: `signal` aborts, and when `run` has returned, or 5 s later, it leaves. What its
   * servers have accepted is answered first, within the group's `drain`; only `fatal` does not wait for it.
   * `restart` asks for a successor at once, `permanent` for none until the pool restarts, `fatal` stops the pool.
   */
  end(end: WorkerEnd): void;
  /**
   * Makes a `node:http`, `node:https` or `node:net` server listen on the group's socket, and drain and stop with
   * the worker. Resolves when it listens. Without a `name` it is the listener called `default`, or the only one.
   * Rejects when the group has no such listener, or the socket cannot be listened on.
   */
  listen(server: Server, options?: { name?: string }): Promise<void>;
  /** The jobs of a group that the config's `calls` names for this one: `worker.jobs("images").run("resize", …)`. */
  readonly jobs: CallGroup;
  /**
   * Asks for one more worker of a group: its own, or one that the config's `calls` names. Whether there will be one is
   * up to the pool's scaling; nobody answers. Callers of jobs ask by themselves.
   */
  needWorker(group?: string): void;
  /**
   * What a worker says of itself on the scoreboard: this one, or that of another slot of the pool, which is not asked
   * for it. `undefined` when it has none, or there is no scoreboard.
   */
  state(slot?: string): WorkerState | undefined;
}

/** Types a worker module and returns it unchanged. */
export function defineWorker<const Jobs extends JobHandlers = {}, Native = unknown>(
  // The second part types the parameters of a job that have no type of their own.
  definition: WorkerDefinition<Jobs, Native> & { readonly jobs?: JobHandlers },
): WorkerDefinition<Jobs> {
  return definition as WorkerDefinition<Jobs>;
}
