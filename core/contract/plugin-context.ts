import type { SupervisorMessage } from "../protocol/messages.ts";
import type { Evidence } from "./exit.ts";
import type { HookPayload } from "./hooks.ts";
import type { Pool } from "./pool.ts";
import type { Runtime } from "./runtime.ts";

/** How a group shares its sockets, and where it listens. */
export interface GroupSharing {
  /** The name of the strategy; several, separated by commas, where its listeners differ. */
  readonly name: string;
  /** Why this strategy was chosen, one line. */
  readonly reason: string;
  /** The address of each listener: a URL, or a path. */
  readonly urls?: readonly string[];
  /** Whether connections to any of them are refused, because no worker is ready. @default false */
  readonly refusing?: boolean;
}

/** The facts that plugins emit. The kernel emits all others. */
export type PluginFact =
  | "listener:opened"
  | "listener:secure"
  | "listener:refusing"
  | "listener:accepting"
  | "scaling:requested"
  | "worker:recycling";

/**
 * What a plugin's `setup` receives: the pool, and what only a plugin may do. The object that `createPool` returns has
 * none of the members below.
 */
export interface PluginContext extends Pool {
  /** Every runtime that a group of this pool uses, by name. */
  readonly runtimes: ReadonlyMap<string, Runtime>;
  /**
   * How each group shares its sockets, by the name of the group. The plugin that opens the sockets fills this in, and
   * `status` shows it.
   */
  readonly strategies: Map<string, GroupSharing>;

  /**
   * Sends a frame to the ready worker of a slot. During a reload, a slot can have two workers: the frame goes to the
   * newer one if it is ready.
   *
   * @param epoch sends the frame to the worker of this epoch only.
   * @returns `false` when no such worker is ready, or its queue is full. The frame is dropped then.
   * @throws PoolError `E_UNKNOWN_SLOT`
   */
  send(slot: string, message: SupervisorMessage, epoch?: number): boolean;
  /**
   * Sends a message to the half of this plugin in a worker, in any state in which the worker is connected. The half
   * receives it with `channel.onMessage`; what it sends itself comes by the hook `worker:message`.
   *
   * @param message must survive JSON.
   * @returns `false` when the worker has gone, or its queue is full. The message is dropped then.
   * @throws PoolError `E_UNKNOWN_SLOT`
   */
  sendMessage(slot: string, epoch: number, message: unknown): boolean;
  /**
   * Adds what a plugin found out about a silent worker to its exit report, and emits `worker:evidence`. Has no effect
   * when the worker has gone or has sent a heartbeat again.
   *
   * @param evidence each text is cut to 8 KiB.
   * @throws PoolError `E_UNKNOWN_SLOT`
   */
  addEvidence(slot: string, epoch: number, evidence: Evidence): void;
  /** Emits a fact of the plugin's own work to all observers. */
  emit<Name extends PluginFact>(name: Name, fact: HookPayload<Name>): void;
  /**
   * Emits `plugin:error`, for failures outside of hooks and decisions.
   *
   * @param plugin the name of the plugin that failed.
   * @param stage what it was doing.
   */
  report(plugin: string, stage: string, error: unknown): void;
}
