import { D as Duration, f as PoolState, S as SlotState } from './poolable.DTEH-sDC.mjs';
import { SyncBailHook, SyncWaterfallHook, AsyncSeriesWaterfallHook } from 'tapable';
import { G as GoodbyeKind, V as Violation, f as SpawnOptions, F as Frame, R as Runtime, b as Permissions } from './poolable.L5AHZ2fa.mjs';
import { Hookable } from 'hookable';

/** How a group runs jobs for others, and how it is called. */
interface JobsConfig {
    /** Jobs that one worker runs at the same time; 32 when it is left out. */
    maxConcurrent?: number;
    /** What the running jobs of one worker may weigh together; `maxConcurrent` when it is left out. */
    capacity?: number;
    /** The longest that a job may run; any when it is left out. */
    timeLimit?: Duration;
    /** How long generators run before everything else in the worker has its turn; 5 ms when it is left out. */
    slice?: Duration;
    /** How a caller picks a worker; `leastJobs` when it is left out. */
    pick?: string;
    /** Bytes of one input, result or item; 16 MiB when it is left out. */
    maxBytes?: number;
    /** Jobs that may wait in one caller; 10,000 when it is left out. */
    maxQueued?: number;
    /** Bytes of the inputs that may wait in one caller; 64 MiB when it is left out. */
    maxQueuedBytes?: number;
    /** How long an aborted job may go on; 5 s when it is left out. */
    abortGrace?: Duration;
    /** What an aborted job that goes on costs: nothing, or its worker. `leave` when it is left out. */
    onIgnoredAbort?: "leave" | "restart";
}
/** The same with every default filled in. Times are milliseconds. */
interface ResolvedJobs {
    readonly maxConcurrent: number;
    readonly capacity: number;
    readonly timeLimit: number | undefined;
    readonly slice: number;
    readonly pick: string;
    readonly maxBytes: number;
    readonly maxQueued: number;
    readonly maxQueuedBytes: number;
    readonly abortGrace: number;
    readonly onIgnoredAbort: "leave" | "restart";
}

/** What the supervisor wanted of a worker that it asked to end. */
type Intent = "stop" | "restart" | "scale" | "bounce" | "reload";
/** Why the supervisor killed a worker that it had not asked to end. */
type KillCause = "helloTimeout" | "readyTimeout" | "heartbeatLost" | "channelLost" | "violation" | "overstayed";
/** The facts about an ended worker: all that is known, nothing concluded. */
interface ExitReport {
    readonly slot: string;
    readonly group: string;
    readonly epoch: number;
    /** `undefined` when the process never began. */
    readonly pid: number | undefined;
    readonly hello: boolean;
    readonly ready: boolean;
    readonly goodbye: GoodbyeKind | undefined;
    /** The reason that the goodbye gave, one line. */
    readonly goodbyeReason: string | undefined;
    readonly acked: boolean;
    readonly code: number | null;
    readonly signal: string | null;
    readonly spawnError: string | undefined;
    /** Signals that the supervisor sent to it, in order. */
    readonly sentSignals: readonly string[];
    readonly intent: Intent | undefined;
    readonly cause: KillCause | undefined;
    readonly violation: Violation | undefined;
    /** What was found out from outside while it was silent; `undefined` for all others. */
    readonly evidence: Evidence | undefined;
    /** Milliseconds since it was spawned. */
    readonly uptimeMs: number;
    /** The error that its `run` or `setup` ended with, as the worker reported it. */
    readonly error: ReportedError | undefined;
    readonly stderrTail: string;
    readonly oomKills: number | undefined;
}
/** What was found out about a worker that was silent, before it was killed for that. Every text is cut to 8 KiB. */
interface Evidence {
    /** One line, for people. */
    readonly summary: string;
    /** What its JavaScript was in the middle of, a line for each call, where that can be had. Untrusted text. */
    readonly stack?: string;
}
/** An error that crossed a process boundary. Every text is cut to 8 KiB. */
interface ReportedError {
    readonly name: string;
    readonly message: string;
    readonly stack?: string;
    readonly cause?: ReportedError;
}
/** The classes of the built-in table; a plugin may answer a name of its own. */
type BuiltinExitClass = "flowViolation" | "fatal" | "stall" | "requested" | "permanent" | "selfRestart" | "startFailure" | "ordered" | "oom" | "stackOverflow" | "killed" | "uncaught" | "channelLost" | "abrupt" | "unclassified";
type ExitClass = BuiltinExitClass | (string & {});
/** The answer to `classifyExit`. */
interface ExitVerdict {
    readonly class: ExitClass;
    /** What the class was concluded from, one line, for people. */
    readonly reason: string;
    /** How much it takes from the restart budget: 0, 1 or 2 (at most 10 is accepted). */
    readonly counts: number;
}
/** The last exit of a slot, as `status` shows it. */
interface LastExit {
    readonly class: ExitClass;
    readonly code: number | null;
    readonly signal: string | null;
    readonly reason: string;
}

/** What the `restart` decision is asked about. */
interface RestartQuestion {
    readonly report: ExitReport;
    readonly verdict: ExitVerdict;
    /** Milliseconds on the monotonic clock; the only time that a policy may use. */
    readonly now: number;
    /** Counted exits of the slot within the window of its budget, this one included. */
    readonly counted: number;
    /** Counted exits that the budget allows within its window. */
    readonly limit: number;
    /** Counted exits in a row before this one, without a worker between them that was ready for 60 s; 0 after one. */
    readonly streak: number;
    /** The generation of the worker that ended. */
    readonly generation: number;
    readonly group: {
        readonly name: string;
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
 * - `idle`: the slot ended in order. `permanent`: it never starts again. `fail`: its budget is spent.
 * - `shutdown`: the whole pool stops with `exitCode` (1 when it is left out).
 */
interface RestartAnswer {
    readonly action: "restart" | "idle" | "permanent" | "fail" | "shutdown";
    readonly delayMs?: number;
    /** The policy has counted by itself: the slot's budget is not consulted. The pool's budget still is. */
    readonly ownBudget?: boolean;
    readonly exitCode?: number;
    /** One line, for people. */
    readonly reason: string;
}
/**
 * A restart policy of one group: the same question as the `restart` decision, asked when no plugin answered
 * before. `undefined` passes the question on to the default. MUST be synchronous and MUST use `question.now`.
 */
type RestartPolicy = (question: RestartQuestion) => RestartAnswer | undefined;
/** What the `scaleTarget` decision is asked about. */
interface ScaleQuestion {
    readonly group: string;
    readonly from: number;
    readonly min: number;
    readonly max: number;
}
/** What the `refuseScale` decision is asked about. */
interface RefuseScaleQuestion extends ScaleQuestion {
    /** The number of workers that it would have. */
    readonly to: number;
}
/** What a worker is spawned for. */
interface SpawnQuestion {
    readonly slot: string;
    /** `surge` when it comes up beside the slot's current worker, in a soft reload. */
    readonly seat: "main" | "surge";
    readonly group: string;
    readonly epoch: number;
    readonly generation: number;
}
/** How a group is reloaded softly. */
interface ReloadPolicy {
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
interface ReloadQuestion {
    readonly group: string;
    readonly hard: boolean;
}
/** What the `pickWorker` decision chooses from. */
interface PickQuestion {
    readonly group: string;
    readonly candidates: readonly string[];
}
/** What the `canShareSocket` decision is asked about. */
interface ShareQuestion {
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
interface Decisions {
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
    /** Why the group cannot have that many workers. No answer lets it. */
    readonly refuseScale: SyncBailHook<[RefuseScaleQuestion], string | undefined>;
    /** The slot that gets the next piece of work. Asked by the plugins that dispatch. */
    readonly pickWorker: SyncBailHook<[PickQuestion], string | undefined>;
    /** `true`, or the reason why not. Asked by the plugins that share sockets. */
    readonly canShareSocket: SyncBailHook<[ShareQuestion], true | string | undefined>;
    /** How a worker is started; a tap may take its time, and a rejection is a start failure. */
    readonly spawnOptions: AsyncSeriesWaterfallHook<[SpawnOptions, SpawnQuestion]>;
}
/** The name of the built-in answers. */
declare const DEFAULT_TAP: {
    readonly name: "poolable:default";
    readonly stage: 1000;
};

interface OfWorker {
    readonly slot: string;
    readonly group: string;
    readonly epoch: number;
}
interface ReloadFact {
    readonly pool: string;
    readonly generation: number;
    readonly hard: boolean;
    readonly replaced: number;
    readonly failed: number;
    /** Workers that had to be killed. */
    readonly forced: number;
    /** There when the worker of one slot was replaced, and no group reloaded. */
    readonly slot?: string | undefined;
}
/** What a worker wrote with `worker.log`. Untrusted text: strip control characters before a terminal sees it. */
interface WorkerLog extends OfWorker {
    readonly level: "debug" | "info" | "warn" | "error";
    readonly message: string;
    readonly data?: unknown;
}
/**
 * The facts that the pool tells, in the past tense. Each payload is frozen or fresh: an observer cannot change
 * what the kernel does. An observer MAY call the pool; its call is carried out after the current step. It MUST
 * NOT block. Its throw or rejection reaches `plugin:error` and nobody else. Observers have no order.
 */
interface PoolHooks {
    "pool:starting": (fact: {
        readonly pool: string;
    }) => void;
    "pool:running": (fact: {
        readonly pool: string;
    }) => void;
    "pool:stopping": (fact: {
        readonly pool: string;
        readonly reason: string;
        readonly exitCode: number;
    }) => void;
    "pool:critical": (fact: {
        readonly pool: string;
        readonly reason: string;
        readonly exitCode: number;
    }) => void;
    "pool:stopped": (fact: {
        readonly pool: string;
        readonly exitCode: number;
        readonly reason: string;
    }) => void;
    "pool:state": (fact: {
        readonly pool: string;
        readonly from: PoolState;
        readonly to: PoolState;
    }) => void;
    /** The supervisor itself was stopped, suspended or blocked for so long. Silence of its workers meanwhile is none. */
    "pool:away": (fact: {
        readonly pool: string;
        readonly ms: number;
    }) => void;
    "group:scaled": (fact: {
        readonly group: string;
        readonly from: number;
        readonly to: number;
        readonly by: string;
    }) => void;
    /** A group was asked to have `to` workers and cannot; the caller got `E_SCALE_REFUSED` with this reason. */
    "group:refused": (fact: {
        readonly group: string;
        readonly from: number;
        readonly to: number;
        readonly by: string;
        readonly reason: string;
    }) => void;
    /** Somebody (`by`) wants one more worker of a group: a caller whose jobs wait, or who knows why. May come often. */
    "scaling:requested": (fact: {
        readonly group: string;
        readonly by: string;
        /** Jobs that wait, as far as `by` knows, and for how long the first has. */
        readonly waiting: number;
        readonly waitedMs: number;
    }) => void;
    /** A socket of a group is open; `at` is a URL such as `http://127.0.0.1:3000`, or a path. */
    "listener:opened": (fact: {
        readonly group: string;
        readonly name: string;
        readonly strategy: string;
        /** Why this strategy: asked for, or the first that the group's runtime can do. */
        readonly reason: string;
        readonly at: string;
    }) => void;
    "slot:state": (fact: OfWorker & {
        /** `surge` while a reload brings up the slot's next worker beside the current one. */
        readonly seat: "main" | "surge";
        readonly from: SlotState;
        readonly to: SlotState;
        readonly cause: string;
    }) => void;
    "worker:spawned": (fact: OfWorker & {
        readonly pid: number;
    }) => void;
    /** `tookMs` runs from the spawn. */
    "worker:ready": (fact: OfWorker & {
        readonly pid: number;
        readonly tookMs: number;
    }) => void;
    /**
     * A ready worker has said nothing for most of its time for a heartbeat, `silentMs`: two heartbeats are missing. It
     * is asked for a word, and killed in `leftMs` when it gives none.
     */
    "worker:silent": (fact: OfWorker & {
        readonly pid: number;
        readonly silentMs: number;
        readonly leftMs: number;
    }) => void;
    /** What was found out about a silent worker from outside. */
    "worker:evidence": (fact: OfWorker & {
        readonly evidence: Evidence;
    }) => void;
    /** A silent worker spoke again, in time. */
    "worker:recovered": (fact: OfWorker & {
        readonly silentMs: number;
    }) => void;
    /** A worker is about to be replaced because it has reached a limit of its group; `reason` says which. */
    "worker:recycling": (fact: OfWorker & {
        readonly reason: string;
    }) => void;
    "worker:draining": (fact: OfWorker & {
        readonly reason: string;
    }) => void;
    "worker:exited": (fact: OfWorker & {
        readonly pid: number | undefined;
        readonly code: number | null;
        readonly signal: string | null;
    }) => void;
    /** A process outlived SIGKILL (a device it waits for, say). Its slot is not used again until it is gone. */
    "worker:alarm": (fact: OfWorker & {
        readonly pid: number | undefined;
        readonly reason: string;
    }) => void;
    "worker:violation": (fact: OfWorker & {
        readonly kind: string;
        readonly detail: string;
    }) => void;
    "worker:log": (fact: WorkerLog) => void;
    "worker:output": (fact: OfWorker & {
        readonly stream: "stdout" | "stderr";
        readonly line: string;
    }) => void;
    /** An `event`, `request` or `result` frame of a worker, for the plugins that own them. Untrusted. */
    "worker:frame": (fact: OfWorker & {
        readonly frame: Frame;
    }) => void;
    "exit:classified": (fact: OfWorker & {
        readonly report: ExitReport;
        readonly verdict: ExitVerdict;
        readonly by: string;
    }) => void;
    /** What happens to the slot now. `delayMs` is the time until it starts again, after the kernel's own rules. */
    "restart:decided": (fact: OfWorker & {
        readonly report: ExitReport;
        readonly verdict: ExitVerdict;
        readonly action: RestartAnswer["action"];
        readonly delayMs: number;
        readonly reason: string;
        readonly by: string;
    }) => void;
    "reload:started": (fact: {
        readonly pool: string;
        readonly generation: number;
        readonly hard: boolean;
        readonly groups: readonly string[];
        /** There when the worker of one slot is replaced, and no group reloaded. */
        readonly slot?: string | undefined;
    }) => void;
    /** A reload was asked for that cannot be; the caller got this reason, and nothing was touched. */
    "reload:refused": (fact: {
        readonly pool: string;
        readonly hard: boolean;
        /** As asked; `undefined` for all. */
        readonly groups: readonly string[] | undefined;
        readonly reason: string;
    }) => void;
    /** A new worker has been ready for its `minReady`: it serves beside the old one from now on. */
    "reload:trial": (fact: OfWorker & {
        readonly generation: number;
    }) => void;
    /** One slot has its new worker; `replaced` counts them, on the way back too. */
    "reload:progress": (fact: OfWorker & {
        readonly generation: number;
        readonly replaced: number;
    }) => void;
    "reload:done": (fact: ReloadFact) => void;
    /** The old generation serves. */
    "reload:rolledback": (fact: ReloadFact & {
        readonly reason: string;
    }) => void;
    "plugin:error": (fact: {
        readonly plugin: string;
        readonly stage: string;
        readonly error: unknown;
    }) => void;
    "plugin:slow": (fact: {
        readonly plugin: string;
        readonly tookMs: number;
    }) => void;
}
/** What a plugin sees of the hooks: it observes, and never calls. Every `hook` returns its remover. */
type HookRegistry = Pick<Hookable<PoolHooks>, "hook" | "hookOnce" | "removeHook" | "addHooks">;
type HookName = keyof PoolHooks;
type HookPayload<Name extends HookName> = Parameters<PoolHooks[Name]>[0];

/** What `pool.reload` takes. */
interface ReloadOptions {
    /** All workers end, then all start. */
    hard?: boolean;
    /** Names of groups; all when it is left out. */
    groups?: readonly string[];
}
/** How a reload went. */
interface ReloadReport {
    readonly generation: number;
    readonly hard: boolean;
    readonly groups: readonly string[];
    /** Workers that were replaced. */
    readonly replaced: number;
    /** Slots that did not come up. */
    readonly failed: number;
    /** The new generation did not come up, and the old one serves. */
    readonly rolledBack: boolean;
    /** Why it was rolled back, or did not finish; `null` when it did. */
    readonly reason: string | null;
    /** Old workers that did not end in their time and were killed. */
    readonly forcedKills: number;
    /** Milliseconds. */
    readonly tookMs: number;
}

/** What `pool.status()` and `poolable status --json` say. Never holds environment, arguments or secrets. */
interface PoolStatus {
    readonly pool: {
        readonly name: string;
        readonly state: PoolState;
        readonly pid: number;
        readonly uptimeMs: number;
        readonly generation: number;
    };
    readonly groups: readonly GroupStatus[];
}
interface GroupStatus {
    readonly name: string;
    readonly type: GroupType;
    readonly runtime: string;
    /** How the group shares its sockets, `null` when it has none. */
    readonly strategy: string | null;
    /** Why they are shared so. */
    readonly strategyReason: string | null;
    readonly desired: number;
    readonly min: number;
    readonly max: number;
    readonly slots: readonly SlotStatus[];
}
interface SlotStatus {
    /** `group#index` */
    readonly id: string;
    readonly state: SlotState;
    /** For scaling: has a worker or will be started, is free to be started, or never starts by itself again. */
    readonly condition: "wanted" | "free" | "over";
    readonly pid: number | null;
    /** 0 when the slot never started a worker. */
    readonly epoch: number;
    readonly generation: number;
    readonly restarts: number;
    /** Milliseconds since the worker was spawned, 0 without a worker. */
    readonly uptimeMs: number;
    readonly lastExit: LastExit | null;
    /** There while a reload overlaps: the slot's other worker, the next one or the old one that drains. */
    readonly overlap?: Pick<SlotStatus, "state" | "pid" | "epoch" | "generation">;
}

/** How a pool ended. Exit codes: 0 requested or all ended in order, 1 critical, 75 every slot failed. */
interface PoolEnd {
    readonly exitCode: number;
    readonly reason: string;
}
/** All groups under one supervisor: what `createPool` returns and what a plugin's `setup` receives. */
interface Pool {
    readonly name: string;
    readonly config: ResolvedPool;
    /** Facts that anyone observes. */
    readonly hooks: HookRegistry;
    /** Questions that plugins answer. Frozen. */
    readonly decisions: Decisions;
    /** Every runtime that a group of this pool uses, by name. */
    readonly runtimes: ReadonlyMap<string, Runtime>;
    /** How each group shares its sockets, and why so; filled in by the plugin that shares them, shown by `status`. */
    readonly strategies: Map<string, {
        readonly name: string;
        readonly reason: string;
    }>;
    /** Resolves when no process is left, whoever ended the pool. Never rejects. */
    readonly closed: Promise<PoolEnd>;
    /** Adds plugins. Throws `E_STATE` once the pool was started, `E_PLUGIN` for a second one of a name. */
    use(...plugins: PluginInput[]): Pool;
    /**
     * Sets up the plugins and starts the workers. Resolves when every wanted slot was ready once, or has ended,
     * or the pool closed. Rejects with a `PoolError` when something is wrong before the first worker: nothing is
     * left running then.
     */
    start(): Promise<void>;
    /**
     * Drains and stops every worker. A second call waits for the same end; with `now` the workers that are left
     * are killed at once. Never rejects.
     */
    stop(options?: {
        now?: boolean;
        reason?: string;
    }): Promise<PoolEnd>;
    /**
     * Replaces the worker of one slot, uncounted, and resolves when the new one is ready. A failed slot starts
     * with a fresh budget. Rejects with `E_UNKNOWN_SLOT`, or `E_RESTART_REFUSED` (permanent, or scaled down).
     */
    restart(slot: string): Promise<void>;
    /**
     * Replaces the workers by a new generation: the config is asked for afresh, and the entries are resolved anew.
     * Soft (the default) brings each new worker up beside the old one and rolls back when one does not come up;
     * hard ends all and starts all. A reload during a reload waits, and the latest of those that wait wins.
     * Resolves with the report, also when it was rolled back. Rejects with `E_UNKNOWN_GROUP`,
     * `E_RELOAD_REFUSED`, `E_STATE`, or what is wrong with the new config (nothing was touched then).
     */
    reload(options?: ReloadOptions): Promise<ReloadReport>;
    /**
     * Replaces the ready worker of one slot, uncounted, by another of the same generation that comes up beside it
     * first, as in a soft reload: the group never has fewer. Resolves when the old one has gone. Rejects with
     * `E_UNKNOWN_SLOT`, or `E_RESTART_REFUSED` (no ready worker, a reload under way, or the new one did not come up;
     * the old one serves then).
     */
    replace(slot: string): Promise<void>;
    /**
     * Sets how many workers a group has. Resolves when they are ready and the ones too many are gone. Rejects
     * with `E_UNKNOWN_GROUP`, or `E_SCALE_REFUSED` and the reason.
     */
    scale(group: string, count: number, by?: string): Promise<{
        from: number;
        to: number;
    }>;
    status(): PoolStatus;
    /**
     * Sends a frame to the ready worker of a slot, for the plugins that own frames (`adopt`, `release`): to
     * the newest one while a reload overlaps, or to the one of `epoch`. `false` when there is none, or its queue
     * is full: the frame is dropped then.
     */
    send(slot: string, frame: Frame, epoch?: number): boolean;
    /**
     * Sends a frame to a worker that has asked for it, whatever state it is in, as long as it is connected. `false`
     * when it is gone, or its queue is full: the frame is dropped then.
     */
    answer(slot: string, epoch: number, frame: Frame): boolean;
    /**
     * Adds what a plugin found out about a silent worker to its exit report, and tells `worker:evidence`. Nothing
     * happens when that worker is gone or has spoken again.
     */
    witness(slot: string, epoch: number, evidence: Evidence): void;
    /** Tells a fact of a plugin's own work; the other facts are the kernel's to tell. */
    tell<Name extends "listener:opened" | "scaling:requested" | "worker:recycling">(name: Name, fact: HookPayload<Name>): void;
    /** Tells `plugin:error`. For plugins whose own work fails outside of a hook or a decision. */
    report(plugin: string, stage: string, error: unknown): void;
}

/** Lets go of everything that a plugin's `setup` took. */
type Dispose = () => void | Promise<void>;
/** A policy, or anything that observes the pool. */
interface Plugin {
    /** Unique in the pool; also the name of its taps, so that a decision can say who took it. */
    readonly name: string;
    /**
     * Called once, before any worker starts and after the plugins before it. A throw or rejection here stops
     * `pool.start()`: what has been set up is disposed of in reverse order, and nothing runs.
     */
    setup(pool: Pool): void | Dispose | Promise<void | Dispose>;
}
/** What `plugins` takes: a plugin, something falsy, or a list of these. */
type PluginInput = Plugin | false | null | undefined | "" | 0 | PluginInput[];
/** Types a plugin factory and returns it unchanged. */
declare function definePlugin<Options extends unknown[]>(factory: (...options: Options) => Plugin): (...options: Options) => Plugin;

/** What a group is for: `reactor` serves sockets, `job` runs tasks for others, `service` does anything else. */
type GroupType = "reactor" | "job" | "service";
/** Where a group listens. */
interface ListenConfig {
    /** A TCP port, 0 for any free one. */
    port?: number;
    /** An address or host name; `127.0.0.1` when it is left out. */
    host?: string;
    /** A Unix domain socket, instead of `port`. */
    path?: string;
    /** Connections that may wait in the queue; 511 when it is left out. */
    backlog?: number;
    /** What `worker.listen(server, { name })` calls it; `default` when it is left out. */
    name?: string;
    /** How the socket is shared; chosen for the group when it is left out. */
    strategy?: string;
    /**
     * `lossless` (default): no connection is lost when a worker is replaced. `fast`: the runtime's fastest server, which
     * in Bun and Deno binds a socket of its own, and loses what waits in its queue.
     */
    prefer?: "lossless" | "fast";
}
/** Workers that share an entry, a runtime, a type and policies. */
interface GroupConfig {
    /** The module that a worker runs, relative to the config file. */
    entry: string;
    /** `service` when it is left out, `reactor` when the group has `listen`. */
    type?: GroupType;
    /** How many workers: a fixed number, or a range that starts at `min`. 1 when it is left out. */
    workers?: number | {
        min: number;
        max: number;
    };
    /** The runtime that workers run under; the supervisor's own when it is left out. */
    runtime?: string;
    /** A port, a path, or one or more listeners. */
    listen?: number | string | ListenConfig | (number | string | ListenConfig)[];
    /** The groups whose jobs this one calls. A reactor calls jobs and services; a service and a job call jobs. */
    calls?: string[];
    /** How this group runs jobs for others. */
    jobs?: JobsConfig;
    /** Arguments of the entry. */
    args?: string[];
    /**
     * The worker's environment beside the allow-list: text sets a variable, `true` passes the supervisor's on,
     * `false` withholds it. A name may end in `*`.
     */
    env?: Record<string, string | boolean>;
    /** The worker's working folder; the config's folder when it is left out. */
    cwd?: string;
    /** Flags of the runtime itself, before the entry. */
    execArgv?: string[];
    /**
     * What the worker may do: `'all'` when it is left out, or only what is listed as `true` or a list of texts. Paths
     * start from the worker's folder.
     */
    permissions?: Permissions;
    /** What decides about a worker that ended; `always()` when it is left out. */
    restart?: RestartPolicy;
    /** Longest time from spawn to the worker's first word; 10 s when it is left out. */
    hello?: Duration;
    /** Longest time from the first word to ready; 30 s when it is left out. */
    ready?: Duration;
    /** Longest silence of a ready worker; 30 s when it is left out. */
    heartbeat?: Duration;
    /** Longest time to finish what a worker has; 30 s when it is left out. */
    drain?: Duration;
    /** Longest time from the stop message to SIGKILL, with SIGTERM half way; 10 s when it is left out. */
    stop?: Duration;
}
/** How the end of one worker touches the others. */
type GroupStrategy = "one-for-one" | "one-for-all" | "rest-for-one";
/** What a protocol violation leads to. */
type ViolationPolicy = "restart" | "escalate" | "shutdown";
/** All groups under one supervisor. */
interface PoolConfig {
    /** Names the pool on this machine: letters, digits, `.`, `_` and `-`, at most 40. */
    name: string;
    groups: Record<string, GroupConfig>;
    /** Falsy values and nested lists are allowed; two of one name are not. */
    plugins?: PluginInput[];
    /**
     * `one-for-one` (default): groups are independent. `one-for-all` and `rest-for-one`: groups start in the
     * order they are written, each when the one before is ready, and stop in reverse.
     */
    strategy?: GroupStrategy;
    /** `escalate` (default): restart, and shut the pool down at the third violation within 60 s. */
    onViolation?: ViolationPolicy;
    /** The folder that relative paths start from; the working folder when it is left out. */
    root?: string;
    /** The executable of each runtime, by name: a path, or a command to find; each is looked for when it is left out. */
    executables?: Record<string, string>;
}
/** Types a config and returns it unchanged. */
declare function defineConfig(config: PoolConfig): PoolConfig;
/** A group with every default filled in. All times are milliseconds. */
interface ResolvedGroup {
    readonly name: string;
    readonly index: number;
    readonly type: GroupType;
    readonly entry: string;
    readonly runtime: string;
    readonly min: number;
    readonly max: number;
    readonly listen: readonly Required<Pick<ListenConfig, "name">>[] & readonly ListenConfig[];
    readonly calls: readonly string[];
    readonly jobs: ResolvedJobs;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string | boolean>>;
    readonly cwd: string;
    readonly execArgv: readonly string[];
    readonly permissions: Permissions;
    readonly restart: RestartPolicy | undefined;
    readonly timeouts: Timeouts;
}
/** Milliseconds. */
interface Timeouts {
    readonly hello: number;
    readonly ready: number;
    readonly heartbeat: number;
    readonly drain: number;
    readonly stop: number;
}
/** A pool with every default filled in. */
interface ResolvedPool {
    readonly name: string;
    readonly root: string;
    readonly groups: readonly ResolvedGroup[];
    readonly strategy: GroupStrategy;
    readonly onViolation: ViolationPolicy;
    readonly plugins: readonly PluginInput[];
}

export { DEFAULT_TAP as D, defineConfig as Q, definePlugin as U };
export type { RestartAnswer as A, BuiltinExitClass as B, RestartPolicy as C, Evidence as E, RestartQuestion as F, GroupConfig as G, HookName as H, Intent as I, JobsConfig as J, KillCause as K, LastExit as L, ShareQuestion as M, SlotStatus as N, SpawnQuestion as O, Pool as P, RefuseScaleQuestion as R, ScaleQuestion as S, Timeouts as T, ViolationPolicy as V, WorkerLog as W, PoolConfig as a, Decisions as b, Dispose as c, ExitClass as d, ExitReport as e, ExitVerdict as f, GroupStatus as g, GroupStrategy as h, GroupType as i, HookPayload as j, HookRegistry as k, ListenConfig as l, PickQuestion as m, Plugin as n, PluginInput as o, PoolEnd as p, PoolHooks as q, PoolStatus as r, ReloadOptions as s, ReloadPolicy as t, ReloadQuestion as u, ReloadReport as v, ReportedError as w, ResolvedGroup as x, ResolvedJobs as y, ResolvedPool as z };
