/**
 * Every code that a {@link JobError} can carry, with what it means. Part of the public contract: a code never
 * changes its meaning, and messages may.
 */
export const jobErrorCodes = {
  JOB_FAILED: "the job threw or rejected; `cause` is its error, with the remote stack",
  QUEUE_TIMEOUT: "no worker began it within `queueTimeout`",
  RUN_TIMEOUT: "it ran longer than `timeout`, or than the group's `timeLimit`",
  ABORTED: "the caller's `signal` aborted",
  WORKER_LOST: "its worker ended while it had the job, and nothing says that it may run twice",
  QUARANTINED: "it was lost with too many workers: three that it may have ended, or ten in all",
  POOL_STOPPING: "the pool stops, and takes no more jobs",
  NO_WORKER: "no worker is free, and the caller would not wait; or none can ever start",
  QUEUE_FULL: "too much waits for this group already",
  VALUE_UNSENDABLE: "a value that cannot cross to another process: a function, a symbol, a cycle",
  VALUE_TOO_LARGE: "a value over the limit of the group",
  UNKNOWN_GROUP: "no group has this name, or it runs no jobs",
  UNKNOWN_JOB: "the group's workers have no job of this name",
  CALL_FORBIDDEN: "the config's `calls` does not let this group call that one",
  BAD_OPTION: "an option of the call is not accepted",
} as const;

/** One of the keys of {@link jobErrorCodes}. */
export type JobErrorCode = keyof typeof jobErrorCodes;

const BRAND: unique symbol = Symbol.for("poolable.JobError");

/** What every call of a job rejects with. `message` is one line, written to be printed. */
export class JobError extends Error {
  /** Holds also for an error of another copy of this package: an entry imports its own release's. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true;
  }

  override readonly name = "JobError";
  readonly code: JobErrorCode;

  constructor(code: JobErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Whether a text is a code that we know. */
export function isJobErrorCode(code: unknown): code is JobErrorCode {
  return typeof code === "string" && Object.hasOwn(jobErrorCodes, code);
}

/** Why a worker with jobs cannot be what it is started as. */
export function cannotRunJobs({ group, type }: { readonly group: string; readonly type: string }): string {
  const wayOut = "only groups of type 'job', and services that somebody's `calls` lists, run jobs";
  return `this worker has jobs, and group ${group} is a ${type} that nobody can call: ${wayOut}`;
}
