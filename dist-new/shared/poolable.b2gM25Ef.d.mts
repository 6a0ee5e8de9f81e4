import { D as Duration, J as JobHandlers, I as InputOf, O as OutputOf, e as ItemOf, d as JobsOf } from './poolable.DTEH-sDC.mjs';

/**
 * Every code that a {@link JobError} can carry, with what it means. Part of the public contract: a code never
 * changes its meaning, and messages may.
 */
declare const jobErrorCodes: {
    readonly JOB_FAILED: "the job threw or rejected; `cause` is its error, with the remote stack";
    readonly QUEUE_TIMEOUT: "no worker began it within `queueTimeout`";
    readonly RUN_TIMEOUT: "it ran longer than `timeout`, or than the group's `timeLimit`";
    readonly ABORTED: "the caller's `signal` aborted";
    readonly WORKER_LOST: "its worker ended while it had the job, and nothing says that it may run twice";
    readonly QUARANTINED: "it was lost with too many workers: three that it may have ended, or ten in all";
    readonly POOL_STOPPING: "the pool stops, and takes no more jobs";
    readonly NO_WORKER: "no worker is free, and the caller would not wait; or none can ever start";
    readonly QUEUE_FULL: "too much waits for this group already";
    readonly VALUE_UNSENDABLE: "a value that cannot cross to another process: a function, a symbol, a cycle";
    readonly VALUE_TOO_LARGE: "a value over the limit of the group";
    readonly UNKNOWN_GROUP: "no group has this name, or it runs no jobs";
    readonly UNKNOWN_JOB: "the group's workers have no job of this name";
    readonly CALL_FORBIDDEN: "the config's `calls` does not let this group call that one";
    readonly BAD_OPTION: "an option of the call is not accepted";
};
/** One of the keys of {@link jobErrorCodes}. */
type JobErrorCode = keyof typeof jobErrorCodes;
/** What every call of a job rejects with. `message` is one line, written to be printed. */
declare class JobError extends Error {
    readonly name = "JobError";
    readonly code: JobErrorCode;
    constructor(code: JobErrorCode, message: string, options?: {
        cause?: unknown;
    });
}

/** How one call goes. */
interface RunOptions {
    /** 0 (the default) to 100; a level more counts as much as having waited a second longer. */
    priority?: number;
    /** What it takes of the worker's `capacity` while it runs; 1 when it is left out. */
    weight?: number;
    /** The longest that it may run. Ten minutes when it is left out, roughly kept. */
    timeout?: Duration;
    /** The longest that it may wait for a worker to begin it. A minute when it is left out, roughly kept. */
    queueTimeout?: Duration;
    /** How often it is begun again when its worker ends with it: the job MUST bear to run twice. 0 when left out. */
    retries?: number;
    /** Says that running it twice does no harm; the job sees it and can tell a repetition by it. */
    idempotencyKey?: string;
    /** Gives the call up. */
    signal?: AbortSignal;
    /** Calls with the same key go to the same worker, as far as it has room. */
    affinity?: string;
    /** `false` rejects with `NO_WORKER` where no worker is free at once. */
    wait?: boolean;
    /** Hears what the job says with `job.progress(value)`. */
    onProgress?: (value: unknown) => void;
}

/** The items of a job, and its result. */
interface JobStream<Item, Result> extends AsyncIterable<Item> {
    /** What the job returns after its last item. Rejects as the loop does; nobody has to look at it. */
    readonly result: Promise<Result>;
}

/** The names of the jobs of a group; any text where its type is not given. */
type Name<Jobs extends JobHandlers> = keyof Jobs & string;
type InputFor<Jobs extends JobHandlers, N extends Name<Jobs>> = string extends keyof Jobs ? unknown : InputOf<Jobs[N]>;
type Output<Jobs extends JobHandlers, N extends Name<Jobs>> = string extends keyof Jobs ? unknown : OutputOf<Jobs[N]>;
type Item<Jobs extends JobHandlers, N extends Name<Jobs>> = string extends keyof Jobs ? unknown : ItemOf<Jobs[N]>;
/** Options of {@link JobClient.map}. */
interface MapOptions extends RunOptions {
    /** Calls on their way at the same time; 256 when it is left out. */
    concurrency?: number;
}
/**
 * Calls the jobs of one group. Everything rejects with a {@link JobError}; each call settles exactly once. An input is
 * read when the call is made: what the caller changes afterwards is not sent.
 */
interface JobClient<Jobs extends JobHandlers = JobHandlers> {
    /** Runs a job and resolves with its result; of a generator with what it returns. */
    run<N extends Name<Jobs>>(name: N, input: InputFor<Jobs, N>, options?: RunOptions): Promise<Output<Jobs, N>>;
    /** Runs a job for each input, and resolves with the results in their order. The first failure aborts the rest. */
    map<N extends Name<Jobs>>(name: N, inputs: Iterable<InputFor<Jobs, N>> | AsyncIterable<InputFor<Jobs, N>>, options?: MapOptions): Promise<Output<Jobs, N>[]>;
    /** Runs a generator, item by item, no faster than they are taken. Ending the loop ends the job. */
    stream<N extends Name<Jobs>>(name: N, input: InputFor<Jobs, N>, options?: RunOptions): JobStream<Item<Jobs, N>, Output<Jobs, N>>;
    /** Leaves a job to a worker: resolves when one has begun it. It goes on when this process ends; nobody hears how it ended. */
    send<N extends Name<Jobs>>(name: N, input: InputFor<Jobs, N>, options?: RunOptions): Promise<void>;
}
/**
 * Gives the client of a group. Its jobs are known by type where the group is declared in `PoolableGroups`, or with the
 * type of its module: `jobs<typeof import("./images.ts").default>("images")`. Once any group is declared, a name that
 * is not is an error of types as well.
 */
interface CallGroup {
    <Group extends keyof PoolableGroups & string>(group: Group): JobClient<JobsOf<PoolableGroups[Group]>>;
    <Module = unknown>(group: keyof PoolableGroups extends never ? string : unknown extends Module ? never : string): JobClient<JobsOf<Module>>;
}

export { JobError as a, jobErrorCodes as j };
export type { CallGroup as C, JobClient as J, MapOptions as M, RunOptions as R, JobErrorCode as b, JobStream as c };
