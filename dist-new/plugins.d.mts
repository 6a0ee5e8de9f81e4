import { Plugin, HookPayload, BuiltinExitClass, ExitReport, RestartPolicy, ExitVerdict, ResolvedGroup } from './index.mjs';
import { Duration } from './index.mjs';
import { WorkerState } from './worker.mjs';
import { Runtime, SocketAbilities, OpenListener, InheritedListener } from './index.mjs';
import 'tapable';
import 'hookable';

/** What {@link jobs} takes. */
interface JobsPluginOptions {
    /**
     * A folder that only this user can enter, for the sockets of job workers; it is there. A fresh one in the system's
     * temporary folder, removed at the end, when it is left out.
     */
    directory?: string;
}
/**
 * Brings callers and job workers together: gives each job worker a socket and a secret, and tells both to the groups
 * that list it in `calls`. What they say to each other then does not pass through here.
 */
declare const jobs: (options?: JobsPluginOptions) => Plugin;

/** Options of {@link control}. */
interface ControlOptions {
    /** The private folder of the pool; {@link poolDirectory} of its name when it is left out. */
    directory?: string;
    /** Told one printable line for every command that changes something, before it is carried out. */
    audit?: (line: string) => void;
}
/**
 * Lets the same user look at the pool and steer it over a private socket, and keeps a second pool of its name
 * from starting. Must come before the plugins that open anything: a refused start has touched nothing then.
 */
declare const control: (options?: ControlOptions) => Plugin;

/** What {@link health} takes. */
interface HealthOptions {
    /**
     * Also takes the stack of a stuck worker's JavaScript, where its runtime can. It costs each worker a thread.
     * `false` when it is left out.
     */
    stack?: boolean;
}
/**
 * Finds out what a worker does that says nothing, from outside and before it is killed: the evidence stands in the log
 * and in its exit report. Whether a worker is silent, and when it is killed, is the kernel's to say.
 *
 * @throws PoolError `E_CONFIG` for an option that is not accepted.
 */
declare const health: (options?: HealthOptions) => Plugin;

/** One line about an ended worker: what ended, its class, the indicators, the decision, by whom, and when. */
declare function exitSentence(fact: HookPayload<"restart:decided">): string;

/**
 * Text of a worker, or about it, without what a terminal would obey (CVE-2021-25743 in kubectl): escape sequences
 * go, and so does every control character but the tab.
 */
declare function stripControl(text: string): string;

/** What {@link logs} takes. */
interface LogsOptions {
    /** Takes one line without its newline, and whether a worker wrote it. MUST NOT throw or block. */
    write: (line: string, ofWorker: boolean) => void;
    /** Colours a text, in the format names of `util.styleText`. Plain when it is left out. */
    paint?: (format: Format, text: string) => string;
}
type Format = "red" | "yellow" | "green" | "cyan" | "magenta" | "blue" | "dim";
/** Writes what happens in the pool, and what its workers say, one line each with the slot's name in front. */
declare const logs: (options: LogsOptions) => Plugin;

/** When a worker is replaced: as soon as it has reached one of these. What is left out is no limit. */
interface RecycleLimits {
    /** Requests that its servers have been asked. */
    requests?: number;
    /** Jobs that it has ended, well or not. */
    jobs?: number;
    /** Time since it was started. */
    age?: Duration;
    /** Memory that it has resident: bytes, or text such as `'512MiB'`. */
    memory?: number | string;
    /**
     * How far below a limit a worker's own may lie, drawn for each worker, from 0 to 0.9: those that started together
     * are not all due together. 0.1 when it is left out.
     */
    jitter?: number;
}
/** What {@link recycle} takes. */
interface RecycleOptions extends RecycleLimits {
    /** What differs for a group, by its name; `false` leaves its workers alone. */
    groups?: Readonly<Record<string, RecycleLimits | false>>;
    /** How often the workers are looked at; 5 s when it is left out. None is replaced before 12 looks. */
    every?: Duration;
}

/**
 * Replaces workers that have reached a limit: `recycle({ requests: 10_000, memory: "512MiB" })`. One at a time in the
 * whole pool, the one that is furthest past its limit first; its successor is ready before it drains, and nothing
 * counts as a failure. A successor that does not come up leaves the old worker where it is.
 *
 * @throws PoolError `E_CONFIG` for an option that is not accepted.
 */
declare const recycle: (options: RecycleOptions) => Plugin;

/** What {@link reload} takes. */
interface ReloadPluginOptions {
    /** New workers of a group that come up beside the old ones at the same time. Default 1. */
    surge?: number;
    /**
     * How long a new worker must have been ready before it serves, where its group listens; when it has served for half
     * as long again, its predecessor drains. Default 1 s.
     */
    minReady?: Duration;
}
/**
 * How soft reloads go: `reload({ surge: 2, minReady: '5s' })`. Without it a reload replaces one worker at a time,
 * each after one second of readiness.
 *
 * @throws PoolError `E_CONFIG` for an option that is not accepted.
 */
declare const reload: (options?: ReloadPluginOptions) => Plugin;

/** One row of the classification: what it is concluded from, and what it costs. */
interface ExitClassRow {
    readonly class: BuiltinExitClass;
    /** The indicators in words, for the docs. */
    readonly indicators: string;
    /** How much it takes from the restart budget. */
    readonly counts: number;
    /** The indicators found in this report, one line; `undefined` when the class does not fit. */
    readonly match: (report: ExitReport) => string | undefined;
}
/** The exit classes, first match wins. The last row fits everything. */
declare const exitClasses: readonly ExitClassRow[];

/** Restarts every worker that ended, at the kernel's pace. The default. */
declare function always(): RestartPolicy;
/** Restarts no worker: one that ended in order is idle, one that failed has failed. */
declare function never(): RestartPolicy;
/** Restarts a worker that failed; one that ended in order is idle. */
declare function onFailure(): RestartPolicy;
/** What {@link limited} takes. */
interface LimitedOptions {
    /** Restarts of one slot before it fails. Default 3. */
    max?: number;
    /** The wait before the first restart. Default 1 s. */
    interval?: Duration;
    /** What each further restart waits longer. Default 10 s. */
    step?: Duration;
    /** The longest wait. Default 120 s. */
    threshold?: Duration;
    /** Uptime after which the count starts afresh. Default 60 s. */
    healthy?: Duration;
}
/**
 * Restarts a slot at most `max` times, each time after a longer wait; then the slot fails. Every slot has its
 * own count, and a worker that stayed up for `healthy` clears it.
 *
 * @throws PoolError `E_CONFIG` for an option that is not accepted.
 */
declare function limited(options?: LimitedOptions): RestartPolicy;
/** What {@link windowLimited} takes. */
interface WindowLimitedOptions {
    /** Failures of one slot within the window; one more fails the slot. Default 3. */
    max?: number;
    /** The sliding window. Default 60 s. */
    window?: Duration;
    /** The wait before a restart. Default 0: the kernel's pace. */
    interval?: Duration;
}
/**
 * Restarts a slot unless it failed more than `max` times within a sliding window. Ends in order are restarted
 * and not counted. Every slot has its own window, on the monotonic clock.
 *
 * @throws PoolError `E_CONFIG` for an option that is not accepted.
 */
declare function windowLimited(options?: WindowLimitedOptions): RestartPolicy;

/** The built-in classification and restart decisions. Every pool has it; any plugin can answer before it. */
declare const restart: () => Plugin;
/** The class of an ended worker: the first row of the table that fits. */
declare function classify(report: ExitReport): ExitVerdict;

/** What all workers of a pool may have together. */
interface BudgetOptions {
    /** Workers of all groups. */
    workers?: number;
    /** Memory of the cgroup, or of the machine where it has no limit: bytes, or text such as `'80%'`. */
    memory?: number | string;
}
/** What is known about memory, in bytes. */
interface Memory {
    readonly used: number;
    readonly limit: number;
}

/** A group, as a strategy looks at it. Times are milliseconds. */
interface GroupView {
    readonly group: string;
    /** On a monotonic clock. */
    readonly now: number;
    /** As `Date.now()` has it: for schedules only. */
    readonly wallNow: number;
    readonly min: number;
    readonly max: number;
    /** Workers that it should have, that are ready, and that are on their way. */
    readonly desired: number;
    readonly ready: number;
    readonly starting: number;
    /** What the ready workers say of themselves; a worker that says nothing is not in it. */
    readonly workers: readonly WorkerState[];
    /** Requests for a worker since the last look, the jobs that waited at the last one, and for how long. */
    readonly requests: number;
    readonly waiting: number;
    readonly waitedMs: number;
}
/** How many workers a group should have. */
interface ScalingStrategy {
    readonly name: string;
    /**
     * Makes what looks at one group, once a second and at each request, and says how many workers it wants; `undefined`
     * has no opinion. It may want any number: the group's range, the cooldowns and the budget are seen to by others.
     */
    create(): (view: GroupView) => number | undefined;
}

/** Strategies by the names of groups; `false` leaves a group to whoever calls `scale`. */
type ScalingGroups = Readonly<Record<string, ScalingStrategy | readonly ScalingStrategy[] | false>>;
/** What {@link scaling} takes beside the groups. */
interface ScalingOptions {
    /** Between two steps up; 1 s when it is left out. */
    up?: Duration;
    /** How long fewer workers must have been wanted before one goes; 30 s when it is left out. */
    down?: Duration;
    /** What all groups may have together; also `pool.scale()` and `poolable scale` stay within it. */
    budget?: BudgetOptions;
    /** Where the memory is looked up; that of the cgroup when it is left out. */
    memory?: () => Memory;
}

/** What {@link byQueueWait} takes. */
interface ByQueueWaitOptions {
    /** How long the first job may wait; 100 ms when it is left out. */
    target?: Duration;
}
/** As many workers more as jobs wait too long: twice the target, twice the workers. One fewer when one is idle. */
declare function byQueueWait({ target }?: ByQueueWaitOptions): ScalingStrategy;

/**
 * One worker more when jobs wait and no worker is free to take them; one fewer when one has nothing to do. The
 * cooldowns say how fast: a burst of requests is one worker, and then another when it did not suffice.
 */
declare function byRequest(): ScalingStrategy;

/** A time of the day, and how many workers a group has at least then. */
interface ScheduleEntry {
    /** `'08:00'`, in the supervisor's time zone. */
    from: string;
    /** Not itself; earlier than `from` it is that of the next day. */
    to: string;
    /** 0 is Sunday; every day when it is left out. */
    days?: readonly number[];
    workers: number;
}
/** So many workers at these times. Where entries meet, the most. At other times it has no opinion. */
declare function bySchedule(entries: readonly ScheduleEntry[]): ScalingStrategy;

/** What {@link byUtilisation} takes. */
interface ByUtilisationOptions {
    /** The part of their time that the workers shall be busy, above 0 to 1; 0.7 when it is left out. */
    target?: number;
    /** What is looked at: the event loop, or the CPU of the whole process. `eventLoop` when it is left out. */
    of?: "eventLoop" | "cpu";
}
/** As many workers as keep those of the group busy for the target part of their time, on average. */
declare function byUtilisation({ target, of, }?: ByUtilisationOptions): ScalingStrategy;

/**
 * Lets groups with a range of workers grow and shrink: `scaling({ images: byRequest(), web: byUtilisation() })`. Job
 * groups that are not named go by request. When a group shrinks, its idlest workers go first.
 *
 * @throws PoolError `E_CONFIG` for an option that is not accepted.
 */
declare const scaling: (groups?: ScalingGroups, options?: ScalingOptions) => Plugin;

/** What stands on a board beside the records. */
interface BoardHead {
    readonly pool: string;
    /** The supervisor's process. */
    readonly pid: number;
    /** As `Date.now()` has it. */
    readonly startedAt: number;
    /** The slots, in the order of their records. */
    readonly slots: readonly string[];
    readonly recordsPerSlot: number;
}

/** What stands on a board. */
interface Board {
    readonly head: BoardHead;
    /** The workers that have written, by slot; two of one slot while a reload overlaps. */
    readonly workers: readonly {
        readonly slot: string;
        readonly state: WorkerState;
    }[];
}
/** Reads the board in a pool's folder, `undefined` when there is none. Asks no supervisor: it works when that hangs. */
declare function readBoard(directory: string): Board | undefined;

/** What {@link scoreboard} takes. */
interface ScoreboardOptions {
    /** The private folder of the pool, where others look for the board. */
    directory?: string;
}
/**
 * A record for each worker in a file in memory, which the worker writes and everybody of the pool can read without
 * asking anybody. Each worker is told its record in its welcome. Without a board (a disk that is full, say) the pool
 * works as well: what reads it then knows less.
 */
declare const scoreboard: (options?: ScoreboardOptions) => Plugin;

/** One group's listener. */
interface ListenerOf {
    readonly group: ResolvedGroup;
    readonly listener: ResolvedGroup["listen"][number];
}

/** What is opened for one listener of a group. */
interface ListenerRequest {
    readonly group: ResolvedGroup;
    readonly listener: ResolvedGroup["listen"][number];
    readonly runtime: Runtime;
    readonly abilities: SocketAbilities;
    /** All listeners of groups on this very address, this one among them. */
    readonly partners: readonly ListenerOf[];
}
/** A listener of a group, open. */
interface SharedListener {
    /** Where it is, as it is told: the port that was given, also when 0 was asked for. */
    readonly opened: Pick<OpenListener, "port" | "host" | "path">;
    /** What the worker of a slot inherits. */
    inherited(slot: string): InheritedListener[];
    /**
     * Set when every slot has a socket of its own: how often one worker can adopt the socket of one sibling, which
     * is how often `inherited` lists it. Siblings of a slot that does not serve are then told to adopt it.
     */
    readonly adoptions?: number;
    close(): void;
}
/**
 * How a listener of a group is shared by its workers. The built-in ones are beside this file; a plugin's author adds
 * one with `sockets({ strategies: [own] })`, and a group asks for it as `listen: { port, strategy: "own" }`.
 *
 * - `scalable`: the number of workers may change while the socket is open. Where it may not, a scaling request is
 *   refused with `E_SCALE_REFUSED` and `fixedBecause`, and a soft reload, which takes a worker more for a while, with
 *   `E_RELOAD_REFUSED`.
 * - `balanced`: connections are spread evenly.
 * - `keepsQueue`: connections that wait in the queue survive the worker.
 * - `joins`: several groups may listen on one address; `open` is called once for them, with all as `partners`, and
 *   `inherited` for the slots of each. Else it is refused.
 */
interface SocketStrategy {
    readonly name: string;
    readonly scalable: boolean;
    readonly balanced: boolean;
    readonly keepsQueue: boolean;
    readonly joins?: boolean;
    /** Half a sentence, for a strategy that is not scalable. */
    readonly fixedBecause?: string;
    /** `undefined` when the listener can be shared so, else one line that says why not. MUST NOT open anything. */
    refusal(request: ListenerRequest): string | undefined;
    /** Called once, before the group's first worker. Rejects with a `PoolError` `E_LISTEN`. */
    open(request: ListenerRequest): Promise<SharedListener>;
}

/** What {@link sockets} takes. */
interface SocketsOptions {
    /** Strategies beside the built-in ones; one of a built-in's name replaces it. */
    strategies?: readonly SocketStrategy[];
    /** Names of strategies for listeners that ask for none, the best first. `ring` for reactors, then `shared`. */
    prefer?: readonly string[];
}
/**
 * Opens what groups declare as `listen`, before the first worker starts, hands it on to every worker, and sees to
 * it that no socket is left without somebody who accepts on it.
 */
declare const sockets: (options?: SocketsOptions) => Plugin;

export { always, byQueueWait, byRequest, bySchedule, byUtilisation, classify, control, exitClasses, exitSentence, health, jobs, limited, logs, never, onFailure, readBoard, recycle, reload, restart, scaling, scoreboard, sockets, stripControl, windowLimited };
export type { Board, BudgetOptions, ByQueueWaitOptions, ByUtilisationOptions, ExitClassRow, GroupView, HealthOptions, JobsPluginOptions, LimitedOptions, ListenerRequest, LogsOptions, RecycleLimits, RecycleOptions, ReloadPluginOptions, ScalingGroups, ScalingOptions, ScalingStrategy, ScheduleEntry, ScoreboardOptions, SharedListener, SocketStrategy, SocketsOptions, WindowLimitedOptions };
