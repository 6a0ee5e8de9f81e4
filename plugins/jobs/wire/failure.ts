import type { JobErrorCode } from "../../../core/job-errors.ts";
import { isJobErrorCode, JobError } from "../../../core/job-errors.ts";

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

/** Why a job ended without a result: ours to say (`code` is not `JOB_FAILED`), or what it threw. */
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

/** The error that the caller is given. `what` names the job. Takes anything: a peer can send anything. */
export function errorOf(failure: unknown, what: string): JobError {
  const { code, message, error } = record(failure);
  const text = typeof message === "string" ? message.slice(0, MAX_TEXT) : "no reason was given";
  const known = isJobErrorCode(code) ? code : "JOB_FAILED";
  if (known !== "JOB_FAILED") return new JobError(known, `${what}: ${text}`);
  return new JobError(known, `${what} failed: ${text}`, { cause: receivedError(error, 0) });
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
      ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
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

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : text.slice(0, MAX_TEXT);
}
