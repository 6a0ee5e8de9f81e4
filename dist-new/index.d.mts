import { P as Pool, a as PoolConfig } from './shared/poolable.Dxyvzgqh.mjs';
export { B as BuiltinExitClass, D as DEFAULT_TAP, b as Decisions, c as Dispose, E as Evidence, d as ExitClass, e as ExitReport, f as ExitVerdict, G as GroupConfig, g as GroupStatus, h as GroupStrategy, i as GroupType, H as HookName, j as HookPayload, k as HookRegistry, I as Intent, J as JobsConfig, K as KillCause, L as LastExit, l as ListenConfig, m as PickQuestion, n as Plugin, o as PluginInput, p as PoolEnd, q as PoolHooks, r as PoolStatus, R as RefuseScaleQuestion, s as ReloadOptions, t as ReloadPolicy, u as ReloadQuestion, v as ReloadReport, w as ReportedError, x as ResolvedGroup, y as ResolvedJobs, z as ResolvedPool, A as RestartAnswer, C as RestartPolicy, F as RestartQuestion, S as ScaleQuestion, M as ShareQuestion, N as SlotStatus, O as SpawnQuestion, T as Timeouts, V as ViolationPolicy, W as WorkerLog, Q as defineConfig, U as definePlugin } from './shared/poolable.Dxyvzgqh.mjs';
import { R as Runtime } from './shared/poolable.L5AHZ2fa.mjs';
export { F as Frame, I as InheritedListener, L as ListenAddress, O as OpenListener, P as PassedListener, a as PermissionKind, b as Permissions, c as ProcessEnd, d as ProcessFigures, e as Refusal, S as SocketAbilities, f as SpawnOptions, g as SpawnRequest, V as Violation, h as ViolationKind, W as WorkerNeeds, i as WorkerProcess, j as WorkerSink } from './shared/poolable.L5AHZ2fa.mjs';
import { C as CallGroup } from './shared/poolable.b2gM25Ef.mjs';
export { J as JobClient, a as JobError, b as JobErrorCode, c as JobStream, M as MapOptions, R as RunOptions, j as jobErrorCodes } from './shared/poolable.b2gM25Ef.mjs';
export { D as Duration, d as JobsOf, P as POOL_STATES, f as PoolState, g as SLOT_STATES, S as SlotState, h as formatDuration, p as parseDuration } from './shared/poolable.DTEH-sDC.mjs';
import 'tapable';
import 'hookable';

/**
 * The kernel's only source of time and chance. Both are ports, so that the simulator can replay a history.
 */
interface Clock {
    /** Milliseconds on a monotonic clock. MUST NOT follow the wall clock: a step of it changes no decision. */
    now(): number;
    /**
     * Calls `fire` once, at `at` or later, never before this call has returned, and only when everything that had
     * arrived by `at` has been handed over: a worker's silence MUST NOT be judged while its words wait to be read.
     * Returns its canceller.
     */
    at(at: number, fire: () => void): () => void;
    /** A number in [0, 1), used for jitter. */
    random(): number;
}

/** The pool to connect to: one of this process, the name of one that `poolable start` runs, or its folder. */
type PoolTarget = Pool | string | {
    readonly directory: string;
};
/** A way to call the jobs of a pool from outside of its workers. */
interface PoolConnection {
    /** The jobs of a group: `jobs("images").run("resize", …)`. */
    readonly jobs: CallGroup;
    /** Gives up what has not settled, with `POOL_STOPPING`. A connection holds its process until then. */
    close(): void;
}

/**
 * Every code that a {@link PoolError} can carry, with what it means. Codes are part of the public contract:
 * they never change their meaning, and messages may.
 */
declare const errorCodes: {
    readonly E_CONFIG: "a config value is missing, misspelt or of the wrong kind";
    readonly E_CONFIG_MISSING: "no config file and no entry was found";
    readonly E_CONFIG_LOAD: "the config file could not be read, parsed or run";
    readonly E_ENTRY: "a worker's entry does not exist or cannot run under its runtime";
    readonly E_LISTEN: "a socket could not be opened (taken, forbidden, no such address)";
    readonly E_RUNTIME: "the runtime is not installed, too old, or lacks what the config asks for";
    readonly E_PLUGIN: "a plugin is malformed, named twice, or failed in setup";
    readonly E_RUNNING: "a pool of this name is already running";
    readonly E_NOT_RUNNING: "there is no running pool to talk to";
    readonly E_CONTROL: "the control socket refused or broke a command";
    readonly E_UNKNOWN_GROUP: "no group has this name";
    readonly E_UNKNOWN_SLOT: "no slot has this id";
    readonly E_SCALE_REFUSED: "the group cannot have that many workers";
    readonly E_RELOAD_REFUSED: "a group cannot be reloaded this way";
    readonly E_RESTART_REFUSED: "this worker cannot be restarted";
    readonly E_STATE: "the pool is in a state that does not allow this call";
    readonly E_USAGE: "the command line is not understood";
};
/** One of the keys of {@link errorCodes}. */
type ErrorCode = keyof typeof errorCodes;
/**
 * The error that every public call throws or rejects with. `message` is one line that names what was wrong
 * and what would be accepted; it is written to be printed without a stack.
 */
declare class PoolError extends Error {
    readonly name = "PoolError";
    readonly code: ErrorCode;
    constructor(code: ErrorCode, message: string, options?: {
        cause?: unknown;
    });
}

/** The ports of the kernel: all that it has of the world. */
interface KernelPorts {
    readonly clock: Clock;
    /** By the names that groups use; the first one is the default. */
    readonly runtimes: readonly Runtime[];
    /** The config of the next generation, asked at each reload; the first one again when it is left out. */
    readonly load?: () => PoolConfig | Promise<PoolConfig>;
    /** The supervisor's own process id, for `status`. */
    readonly pid: number;
}
/**
 * Makes a pool over the given ports. Nothing starts before `start()`.
 *
 * The pure reducer decides; this shell feeds it one event at a time and carries its effects out. An event that
 * comes up meanwhile, from an observer or a runtime, waits for its turn: there is one serialised history.
 *
 * @throws PoolError `E_CONFIG` or `E_PLUGIN`, one line that names the key, the value and what is accepted.
 */
declare function createKernel(config: PoolConfig, ports: KernelPorts): Pool;

/**
 * poolable: runs pools of worker processes and keeps them alive. This file composes the kernel with the runtimes
 * and the built-in policies; everything else is in `core`, `plugins` and `runtimes`.
 */

/** What {@link createPool} takes beside the config. */
interface CreatePoolOptions {
    /** What workers run under, the default first; the supervisor's own, and the others, when it is left out. */
    runtimes?: Runtime[];
    /** The config of the next generation, asked at each reload; the same again when it is left out. */
    load?: () => PoolConfig | Promise<PoolConfig>;
    /** A folder that is there and only this user can enter, for the scoreboard and the sockets of job workers. */
    directory?: string;
}
/**
 * Makes a pool with the built-in policies. Nothing starts before `pool.start()`.
 *
 * @throws PoolError `E_CONFIG` or `E_PLUGIN`, one line that names the key, the value and what is accepted.
 */
declare function createPool(config: PoolConfig, options?: CreatePoolOptions): Pool;
/**
 * Connects to the job groups of a pool: one of this process that is started, or, by its name, one that
 * `poolable start` runs for the same user.
 *
 * @throws PoolError `E_STATE`, `E_NOT_RUNNING` or `E_CONTROL`
 */
declare function connectPool(target: PoolTarget): Promise<PoolConnection>;

export { CallGroup, Pool, PoolConfig, PoolError, Runtime, connectPool, createKernel, createPool, errorCodes };
export type { Clock, CreatePoolOptions, ErrorCode, KernelPorts, PoolConnection, PoolTarget };
