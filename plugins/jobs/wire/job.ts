/** Writes to the pool's log, with the job's name in front. Never throws and never blocks. */
export type JobLog = Readonly<
  Record<"debug" | "info" | "warn" | "error", (message: string, data?: unknown) => void>
>;

/** What a job's function is told beside its input. */
export interface Job {
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
export type JobHandler = (input: never, job: Job) => unknown;

/** Jobs by their names. */
export type JobHandlers = Readonly<Record<string, JobHandler>>;

/** The jobs of a worker module: `JobsOf<typeof worker>`. */
export type JobsOf<Module> = unknown extends Module
  ? JobHandlers
  : Module extends { readonly jobs?: infer Jobs extends JobHandlers }
    ? Jobs
    : never;

declare global {
  /**
   * The groups whose jobs are called, by name, each with the type of its module. Declare them once, and every caller
   * is checked: `declare global { interface PoolableGroups { images: typeof import("./images.ts").default } }`.
   */
  interface PoolableGroups {}
}

/** What a job takes. */
export type InputOf<Handler extends JobHandler> =
  Parameters<Handler> extends [] ? void : Parameters<Handler>[0];

/** What a job results in. */
export type OutputOf<Handler extends JobHandler> =
  ReturnType<Handler> extends Generator<unknown, infer Result, unknown>
    ? Result
    : ReturnType<Handler> extends AsyncGenerator<unknown, infer Result, unknown>
      ? Result
      : Awaited<ReturnType<Handler>>;

/** What a job yields. */
export type ItemOf<Handler extends JobHandler> =
  ReturnType<Handler> extends Generator<infer Item, unknown, unknown>
    ? Item
    : ReturnType<Handler> extends AsyncGenerator<infer Item, unknown, unknown>
      ? Item
      : never;
