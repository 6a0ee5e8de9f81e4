import type { JobError } from "../../../core/contract/job-errors.ts";
import type { CallRequest } from "./call.ts";

/** A call that was handed over. */
export interface Submitted {
  /** Gives the call up with `error`, wherever it is. Nothing happens when it has settled. */
  abort(error: JobError): void;
  /** Asks for `count` more items of its stream. */
  pull(count: number): void;
}

/**
 * What stands behind the calls of one group: takes each, and brings it to its one end. The seam for a queue engine
 * that keeps jobs beyond this process; the driver that comes along is `dispatcher.ts`, in memory.
 *
 * An implementation MUST call `request.sink.result` or `request.sink.failed` exactly once for every call, MUST NOT
 * throw, and MUST NOT begin a job a second time unless its `retries` (or the `keyed` flag) say that it may.
 */
export interface JobDriver {
  submit(request: CallRequest): Submitted;
  /** Ends: what has not settled fails with `POOL_STOPPING`, and so does what is submitted later. */
  close(): void;
}
