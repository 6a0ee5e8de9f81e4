import type { Scoreboard } from "../../plugins/scoreboard/worker/plugin.ts";
import type { Worker, WorkerDefinition } from "./worker.ts";

/** Where a worker stands, as it sees it itself. */
export type WorkerStage = "ready" | "draining" | "stopping";

/** What the half of a plugin in a worker can do. */
export interface WorkerPluginChannel {
  /** Milliseconds between two heartbeats of this worker. */
  readonly heartbeatMs: number;
  /**
   * Sends a message to the half in the supervisor, which hears of it by the hook `worker:message`. `message` must survive
   * JSON. `false` when it does not, is too large, or too much waits: it is dropped then. Never throws or blocks.
   */
  send(message: unknown): boolean;
  /** Calls `handler` for each later message of the half in the supervisor. What it throws is logged. */
  onMessage(handler: (message: unknown) => void): void;
  /**
   * Adds a member to `worker`, in the place of one that is there. Types see it by an interface of your own that extends
   * `Worker`.
   */
  decorate(member: string, value: unknown): void;
  /** The scoreboard, where there is one in this worker. */
  service(plugin: "scoreboard"): Scoreboard | undefined;
  /** What the half of another plugin offers; `undefined` where there is none in this worker. It must be set up before. */
  service<Service = unknown>(plugin: string): Service | undefined;
}

/** What the half of a plugin takes part in. All of it is optional; what throws is told as this plugin's error. */
export interface WorkerPluginParts {
  /** What the halves of other plugins get by `channel.service` of this plugin's name. */
  readonly service?: unknown;
  /** Why the entry cannot be this worker, one line; `undefined` when it can. Called when it is loaded. */
  check?(definition: WorkerDefinition | undefined): string | undefined;
  /** Runs after the entry's `setup`, and before ready. A rejection is a failed start. Not called for an unchanged program. */
  beforeReady?(definition: WorkerDefinition): void | Promise<void>;
  /** The worker is ready, drains, or is about to leave. */
  onStage?(stage: WorkerStage): void;
  /** The worker sends a heartbeat: its event loop goes round. */
  onHeartbeat?(): void;
  /** Whether there is anything that a drain would have to finish. */
  readonly serves?: boolean;
  /** Finishes what was begun; the worker's drain waits for it, as long as the supervisor lets it. */
  drain?(): void | Promise<void>;
  /** Ends what runs at once. */
  stop?(): void;
}

/** The half of a plugin in a worker. */
export interface WorkerPlugin<Data = unknown> {
  /**
   * Called once, after the worker is welcomed and before its entry is loaded. A throw or rejection is a failed start.
   *
   * @param worker This worker, before its entry runs.
   * @param data What the half in the supervisor gives it, after JSON.
   */
  setup(
    worker: Worker,
    data: Data,
    channel: WorkerPluginChannel,
  ): WorkerPluginParts | void | Promise<WorkerPluginParts | void>;
}

/** Types the half of a plugin in a worker, and returns it unchanged. */
export function defineWorkerPlugin<Data = unknown>(plugin: WorkerPlugin<Data>): WorkerPlugin<Data> {
  return plugin;
}
