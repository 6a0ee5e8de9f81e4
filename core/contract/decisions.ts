import type { AsyncSeriesWaterfallHook, SyncBailHook, SyncWaterfallHook } from "tapable";
import type { ExitReport, ExitVerdict } from "./exit.ts";
import type { SpawnOptions } from "./runtime.ts";

/** What the `restart` decision is asked about. */
export interface RestartQuestion {
  readonly report: ExitReport;
  readonly verdict: ExitVerdict;
  /** Milliseconds on the monotonic clock; the only time that a policy may measure by. */
  readonly now: number;
  /** Milliseconds since 1970, as `Date.now()` has it: for schedules only. */
  readonly wallNow: number;
  /** Counted exits of the slot within the window of its budget, this one included. */
  readonly counted: number;
  /** Counted exits that the budget allows within its window. */
  readonly limit: number;
  /** Counted exits in a row before this one, without a worker between them that was ready for 60 s; 0 after one. */
  readonly streak: number;
  /** The generation of the worker that ended. */
  readonly generation: number;
  /** Whether the pool still starts: not every slot that it has to start was ready once. */
  readonly booting: boolean;
  readonly group: {
    readonly name: string;
    /** Workers that it has at least; 0 for a group that is started when it is needed. */
    readonly min: number;
    /** Whether a worker of this group has been ready since the pool started. */
    readonly everReady: boolean;
    /** Slots whose first worker ended before ready, this one included. */
    readonly bootFailures: number;
    /** Slots that should have a worker. */
    readonly wanted: number;
  };
}

/**
 * The answer to `restart`.
 * - `restart`: after `delayMs`, or at the kernel's pace when it is left out (at once after 10 s of uptime with
 *   an untouched budget, else exponential backoff). Faster than the kernel's floor is slowed down to it.
 * - `idle`: the slot ended in order. `permanent`: it never starts again. `fail`: the policy gives the slot up.
 * - `shutdown`: the whole pool stops with `exitCode` (1 when it is left out).
 */
export interface RestartAnswer {
  readonly action: "restart" | "idle" | "permanent" | "fail" | "shutdown";
  readonly delayMs?: number;
  /** The policy has counted by itself: the slot's budget is not consulted, and the slot is never degraded. */
  readonly ownBudget?: boolean;
  readonly exitCode?: number;
  /** For `fail`: `group` gives up every slot of the group, whose workers drain; only this slot when it is left out. */
  readonly scope?: "slot" | "group";
  /** One line, for people. */
  readonly reason: string;
}

/**
 * A restart policy of one group: the same question as the `restart` decision, asked when no plugin answered
 * before. `undefined` passes the question on to the default. MUST be synchronous and MUST use `question.now`.
 */
export type RestartPolicy = (question: RestartQuestion) => RestartAnswer | undefined;

/** Policies that have a name: the words of a config, and of `--restart`. */
export const RESTART_NAMES = ["always", "on-failure", "never"] as const;

export type RestartName = (typeof RESTART_NAMES)[number];

/** What the `scaleTarget` decision is asked about. */
export interface ScaleQuestion {
  readonly group: string;
  /** Milliseconds since 1970, as `Date.now()` has it: for schedules only. */
  readonly wallNow: number;
  readonly from: number;
  readonly min: number;
  readonly max: number;
}

/** What the `refuseScale` decision is asked about. */
export interface RefuseScaleQuestion extends ScaleQuestion {
  /** The number of workers that it would have. */
  readonly to: number;
}

/** What a worker is spawned for. */
export interface SpawnQuestion {
  readonly slot: string;
  /** `surge` when it comes up beside the slot's current worker, in a soft reload. */
  readonly seat: "main" | "surge";
  readonly group: string;
  readonly epoch: number;
  readonly generation: number;
}

/** How a group is reloaded softly. */
export interface ReloadPolicy {
  /** New workers that come up beside the old ones at the same time; from 1. */
  readonly surge: number;
  /** How long a new worker must have been ready, in milliseconds. */
  readonly minReadyMs: number;
  /**
   * How long it is then tried out beside its predecessor before that leaves, in milliseconds; not at all when left
   * out. `reload:trial` tells when that begins.
   */
  readonly trialMs?: number;
  /** Why the group cannot be reloaded this way; the reload is refused with it, as `E_RELOAD_REFUSED`. */
  readonly refusal?: string;
}

/** What the `reloadPlan` decision is asked about. */
export interface ReloadQuestion {
  readonly group: string;
  /** Milliseconds since 1970, as `Date.now()` has it: for schedules only. */
  readonly wallNow: number;
  readonly hard: boolean;
  /** Workers that the group should have. */
  readonly workers: number;
  /** What whoever wants the reload has asked for; `undefined` where it was left open. */
  readonly surge?: number | undefined;
  readonly minReadyMs?: number | undefined;
}

/** What the `pickWorker` decision chooses from: the ready workers that have room for the job. */
export interface PickQuestion {
  readonly group: string;
  readonly candidates: readonly string[];
}

/** What the `canShareSocket` decision is asked about. */
export interface ShareQuestion {
  readonly group: string;
  readonly runtime: string;
  readonly strategy: string;
  readonly listener: {
    readonly name: string;
    readonly port?: number;
    readonly host?: string;
    readonly path?: string;
  };
}

/**
 * The questions that the pool asks, frozen. A tap answers, or passes with `undefined` (`null` is an answer and
 * a wrong one). Synchronous, because the kernel acts on the answer in the same step. The built-in answers tap
 * last, at stage 1000 under the name `poolable:default`. A tap that throws or answers nonsense is reported to
 * `plugin:error` by name, and the next answer is used.
 */
export interface Decisions {
  /** The class of an ended worker, why, and how much it takes from the restart budget. */
  readonly classifyExit: SyncBailHook<[ExitReport], ExitVerdict | undefined>;
  /** What happens to the slot of an ended worker. */
  readonly restart: SyncBailHook<[RestartQuestion], RestartAnswer | undefined>;
  /** The groups whose workers restart along with one whose exit counts; every tap may change the list. */
  readonly bounce: SyncWaterfallHook<[readonly string[], RestartQuestion]>;
  /** The number of workers that a group shall have; every tap may correct it. */
  readonly scaleTarget: SyncWaterfallHook<[number, ScaleQuestion]>;
  /** The slots of a group that shrinks, in the order in which they go; every tap may change the order. */
  readonly scaleDown: SyncWaterfallHook<[readonly string[], RefuseScaleQuestion]>;
  /** How a group is reloaded; asked once a group and reload. */
  readonly reloadPlan: SyncWaterfallHook<[ReloadPolicy, ReloadQuestion]>;
  /** Why the group cannot have that many workers. If no tap answers, scaling is allowed. */
  readonly refuseScale: SyncBailHook<[RefuseScaleQuestion], string | undefined>;
  /**
   * The slot that gets a job which the supervisor's own process calls, by `connectPool(pool)`. Workers and other programs
   * pick by the group's `jobs.pick`; nobody asks the supervisor for them.
   */
  readonly pickWorker: SyncBailHook<[PickQuestion], string | undefined>;
  /** `true`, or the reason why not. Asked by the plugins that share sockets. */
  readonly canShareSocket: SyncBailHook<[ShareQuestion], true | string | undefined>;
  /** How a worker is started; a tap may take its time, and a rejection is a start failure. */
  readonly spawnOptions: AsyncSeriesWaterfallHook<[SpawnOptions, SpawnQuestion]>;
}

/** The name of the built-in answers. */
export const DEFAULT_TAP = { name: "poolable:default", stage: 1000 } as const;
