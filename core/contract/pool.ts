import type { ResolvedPool } from "./config.ts";
import type { Decisions } from "./decisions.ts";
import type { HookRegistry } from "./hooks.ts";
import type { PluginInput } from "./plugin.ts";
import type { ReloadOptions, ReloadReport } from "./reload.ts";
import type { PoolStatus } from "./status.ts";

/**
 * How a pool ended. Exit codes: 0 requested or all ended in order, 1 critical, 2 an entry could not be loaded, 75 every
 * slot failed, or none was ready for `giveUp`.
 */
export interface PoolEnd {
  readonly exitCode: number;
  readonly reason: string;
}

/** How a pool, or one group of it, is stopped. */
export interface StopOptions {
  /** Stops only this group. */
  readonly group?: string | undefined;
  /** Kills the workers at once. @default false */
  readonly now?: boolean | undefined;
  /** One line, for people. @default "asked to stop" */
  readonly reason?: string | undefined;
}

/** All groups under one supervisor: what `createPool` returns. A plugin's `setup` receives a `PluginContext`. */
export interface Pool {
  readonly name: string;
  readonly config: ResolvedPool;
  /** Facts that anyone observes. */
  readonly hooks: HookRegistry;
  /** Questions that plugins answer. Frozen. */
  readonly decisions: Decisions;
  /** Resolves when no process is left, whoever ended the pool. Never rejects. */
  readonly closed: Promise<PoolEnd>;

  /** Adds plugins. Throws `E_STATE` once the pool was started, `E_PLUGIN` for a second one of a name. */
  use(...plugins: PluginInput[]): Pool;
  /**
   * Sets up the plugins and starts the workers. Resolves when every wanted slot is ready, has ended or is degraded,
   * or the pool closed. Rejects with a `PoolError` when something is wrong before the first worker: nothing is
   * left running then.
   */
  start(): Promise<void>;
  /**
   * Drains and stops every worker. A second call waits for the same end; with `now` the workers that are left
   * are killed at once. Never rejects.
   */
  stop(options?: StopOptions & { group?: undefined }): Promise<PoolEnd>;
  /**
   * Drains and stops the workers of one group, and starts none of them again until the group is scaled or reloaded, or
   * one of its slots is restarted. Resolves when none of its workers is left; the pool goes on, and ends with exit code
   * 0 when every other group has ended in order too. With `now` the workers are killed at once. Rejects with
   * `E_UNKNOWN_GROUP`, or with `E_STATE` when the pool is not running.
   */
  stop(options: StopOptions & { group: string }): Promise<void>;
  /**
   * Replaces the worker of one slot, uncounted, and resolves when the new one is ready. A failed or degraded slot starts
   * with a fresh budget. Rejects with `E_UNKNOWN_SLOT`, or `E_RESTART_REFUSED` (permanent, or scaled down).
   */
  restart(slot: string): Promise<void>;
  /**
   * Replaces the workers by a new generation: the config is asked for afresh, and the entries are resolved anew.
   * Soft (the default) brings each new worker up beside the old one and rolls back when one does not come up;
   * hard ends all and starts all. A reload during a reload waits; several that wait become one, of all their groups,
   * which is hard when one of them is. Resolves with a report about the own groups, also when it was rolled back.
   * Rejects with `E_CONFIG`, `E_UNKNOWN_GROUP`, `E_RELOAD_REFUSED`, `E_STATE`, or what is wrong with the new config
   * (nothing was touched then).
   */
  reload(options?: ReloadOptions): Promise<ReloadReport>;
  /**
   * Replaces the ready worker of one slot, uncounted, by another of the same generation that comes up beside it
   * first, as in a soft reload: the group never has fewer. One at a time in a group. Resolves when the old one has
   * gone. Rejects with `E_UNKNOWN_SLOT`, or `E_RESTART_REFUSED` (no ready worker, a reload under way, another one of
   * the group being replaced, or the new one did not come up; the old one serves then).
   */
  replace(slot: string): Promise<void>;
  /**
   * Sets how many workers a group has. Resolves when they are ready and the ones too many are gone. Rejects
   * with `E_UNKNOWN_GROUP`, or `E_SCALE_REFUSED` and the reason.
   */
  scale(group: string, count: number, by?: string): Promise<{ from: number; to: number }>;
  /** Returns the state of the pool, its groups and its slots now. */
  status(): PoolStatus;
}
