/** A length of time: milliseconds as a number, or text such as `'250ms'`, `'30s'`, `'5m'`, `'1h'`. */
type Duration = number | string;
/** The milliseconds of a {@link Duration}, or `undefined` when it is not one. Never throws. */
declare function parseDuration(value: unknown): number | undefined;
/** Milliseconds as a person writes them: `0 ms`, `740 ms`, `12.3 s`, `4 min 05 s`, `3 h 12 min`. */
declare function formatDuration(ms: number): string;

/**
 * The lifecycle, as data. The reducer moves by these tables only, and the tables and the diagram of
 * `docs/lifecycle.md` are made from them (`npm run docs:tables`).
 */
type SlotState = "idle" | "starting" | "ready" | "draining" | "stopping" | "killing" | "backoff" | "permanent" | "failed";
type PoolState = "init" | "running" | "restarting" | "shutdown" | "terminated";
/** Why a slot leaves its state. */
type SlotCause = "start" | "wait" | "ready" | "goodbye" | "drain" | "stop" | "kill" | "cancel" | "exit:idle" | "exit:backoff" | "exit:permanent" | "exit:failed";
interface SlotRow {
    readonly meaning: string;
    /** Whether a process (or the attempt to have one) belongs to the state. */
    readonly process: boolean;
    readonly on: Readonly<Partial<Record<SlotCause, SlotState>>>;
}
/** A cause that a row does not name does not move the slot. */
declare const SLOT_STATES: Readonly<Record<SlotState, SlotRow>>;
/** Pool states and where each may go. */
declare const POOL_STATES: Readonly<Record<PoolState, {
    meaning: string;
    next: readonly PoolState[];
}>>;

/** Writes to the pool's log, with the job's name in front. Never throws and never blocks. */
type JobLog = Readonly<Record<"debug" | "info" | "warn" | "error", (message: string, data?: unknown) => void>>;
/** What a job's function is told beside its input. */
interface Job {
    /** `name` of the group's jobs, as it was called. */
    readonly name: string;
    /** The slot of the caller, or what a program calls itself. */
    readonly caller: string;
    /** From 1. More when a worker before this one ended with the job. */
    readonly attempt: number;
    /** What the call gave, to tell a repetition by. */
    readonly idempotencyKey: string | undefined;
    /** When its time is up, in milliseconds as `Date.now()` has them; `undefined` when nobody has set a time. */
    readonly deadline: number | undefined;
    /** Aborts when the caller has given up, the time is up, or the worker stops. */
    readonly signal: AbortSignal;
    /** The pool's log, with the job's name in front. */
    readonly log: JobLog;
    /** Tells the caller how far it is. Dropped when the caller is slow; the last one may be, too. */
    progress(value: unknown): void;
}
/**
 * A job: takes an input, and returns (or promises) its result. A generator, async or not, is a stream: what it yields
 * goes to a caller who streams, and its return value is the result. A plain generator shares the process as well: at
 * each `yield` others have their turn, so that a long computation does not hold up the short ones.
 */
type JobHandler = (input: never, job: Job) => unknown;
/** Jobs by their names. */
type JobHandlers = Readonly<Record<string, JobHandler>>;
/** The jobs of a worker module: `JobsOf<typeof worker>`. */
type JobsOf<Module> = unknown extends Module ? JobHandlers : Module extends {
    readonly jobs?: infer Jobs extends JobHandlers;
} ? Jobs : never;
declare global {
    /**
     * The groups whose jobs are called, by name, each with the type of its module. Declare them once, and every caller
     * is checked: `declare global { interface PoolableGroups { images: typeof import("./images.ts").default } }`.
     */
    interface PoolableGroups {
    }
}
/** What a job takes. */
type InputOf<Handler extends JobHandler> = Parameters<Handler> extends [] ? void : Parameters<Handler>[0];
/** What a job results in. */
type OutputOf<Handler extends JobHandler> = ReturnType<Handler> extends Generator<unknown, infer Result, unknown> ? Result : ReturnType<Handler> extends AsyncGenerator<unknown, infer Result, unknown> ? Result : Awaited<ReturnType<Handler>>;
/** What a job yields. */
type ItemOf<Handler extends JobHandler> = ReturnType<Handler> extends Generator<infer Item, unknown, unknown> ? Item : ReturnType<Handler> extends AsyncGenerator<infer Item, unknown, unknown> ? Item : never;

export { POOL_STATES as P, SLOT_STATES as g, formatDuration as h, parseDuration as p };
export type { Duration as D, InputOf as I, JobHandlers as J, OutputOf as O, SlotState as S, Job as a, JobHandler as b, JobLog as c, JobsOf as d, ItemOf as e, PoolState as f };
