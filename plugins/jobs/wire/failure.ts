import type { JobErrorCode } from "../../../core/contract/job-errors.ts";
import { isJobErrorCode, JobError } from "../../../core/contract/job-errors.ts";

/** Characters of one text, and depth of causes, that cross with an error. */
const MAX_TEXT = 8 * 1024;
const MAX_CAUSES = 10;

/** An error as it crosses. */
interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** The error's own `code`, as Node's have one. */
  readonly code?: string | number;
  readonly cause?: SentError;
}

/** Why a job ended without a result: ours to say (`code` is not `JOB_FAILED`), or what it threw (`error`). */
export interface Failure {
  readonly code: JobErrorCode;
  readonly message: string;
  readonly error?: SentError;
}

/** What a job threw, in a form that can cross. Never throws, whatever its getters do. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof JobError && thrown.code !== "JOB_FAILED")
    return { code: thrown.code, message: cut(thrown.message) };
  const error = sentError(thrown, 0);
  return { code: "JOB_FAILED", message: error.message || error.name, error };
}

/** Characters of one text, and depth of causes, of a failure that has to be made smaller: the first that fits is sent. */
const SMALLER: readonly (readonly [text: number, causes: number])[] = [
  [2_000, 2],
  [500, 0],
  [60, 0],
];

/** Makes a failure smaller, step by step, until `fits` accepts it. The smallest is a few hundred bytes. */
export function shorten(failure: Failure, note: string, fits: (shorter: Failure) => boolean): Failure {
  let shorter = failure;
  for (const [text, causes] of SMALLER) {
    const { code, message, error } = failure;
    shorter = {
      code,
      message: `${cut(message, text)} (${note})`,
      ...(error && { error: shortenError(error, text, causes) }),
    };
    if (fits(shorter)) break;
  }
  return shorter;
}

function shortenError(
  { name, message, stack, code, cause }: SentError,
  text: number,
  causes: number,
): SentError {
  return {
    name: cut(name, text),
    message: cut(message, text),
    ...(stack === undefined || text < 500 ? {} : { stack: cut(stack, text) }),
    ...(code === undefined ? {} : { code: typeof code === "string" ? cut(code, text) : code }),
    ...(cause && causes > 0 ? { cause: shortenError(cause, text, causes - 1) } : {}),
  };
}

/**
 * What a job threw after its worker had told it to end with `reason`. `WORKER_LOST` where it says no more than that:
 * the reason itself, or an `AbortError`, also as the cause of what it threw.
 */
export function interruptionOf(thrown: unknown, reason: JobError): Failure {
  if (!isAbortOf(thrown, reason)) return failureOf(thrown);
  return { code: "WORKER_LOST", message: cut(reason.message), error: sentError(thrown, 0) };
}

function isAbortOf(thrown: unknown, reason: JobError): boolean {
  let error = thrown;
  try {
    for (let depth = 0; depth < MAX_CAUSES && error instanceof Error; depth++) {
      if (error === reason || error.name === "AbortError") return true;
      error = error.cause;
    }
  } catch {
    // One that cannot be read is an error of its own.
  }
  return false;
}

/** The error that the caller is given. `what` names the job. Takes anything: a peer can send anything. */
export function errorOf(failure: unknown, what: string): JobError {
  const { code, message, error } = record(failure);
  const text = typeof message === "string" ? message.slice(0, MAX_TEXT) : "no reason was given";
  const known = isJobErrorCode(code) ? code : "JOB_FAILED";
  if (known !== "JOB_FAILED") return new JobError(known, `${what}: ${text}`, causeOf(failure));
  return new JobError(known, `${what} failed: ${text}`, { cause: receivedError(error, 0) });
}

/** What the job itself threw, as the options of an error. */
export function causeOf(failure: unknown): { cause?: Error } {
  const { error } = record(failure);
  return error === undefined ? {} : { cause: receivedError(error, 0) };
}

function sentError(thrown: unknown, depth: number): SentError {
  try {
    if (!(thrown instanceof Error)) return { name: "Thrown", message: cut(String(thrown)) };
    const { name, message, stack, cause } = thrown;
    const { code } = thrown as { code?: unknown };
    return {
      name: cut(String(name)),
      message: cut(String(message)),
      ...(typeof stack === "string" ? { stack: cut(stack) } : {}),
      ...(typeof code === "string" ? { code: cut(code) } : typeof code === "number" ? { code } : {}),
      ...(cause !== undefined && depth < MAX_CAUSES ? { cause: sentError(cause, depth + 1) } : {}),
    };
  } catch {
    return { name: "Error", message: "an error that cannot be read" };
  }
}

function receivedError(value: unknown, depth: number): Error {
  const { name, message, stack, code, cause } = record(value);
  const options =
    cause === undefined || depth >= MAX_CAUSES ? {} : { cause: receivedError(cause, depth + 1) };
  const error = new Error(typeof message === "string" ? message : "", options);
  error.name = typeof name === "string" ? name : "Error";
  if (typeof stack === "string") error.stack = stack;
  if (typeof code === "string" || typeof code === "number") Object.assign(error, { code });
  return error;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function cut(text: string, length: number = MAX_TEXT): string {
  return text.length <= length ? text : text.slice(0, length);
}
