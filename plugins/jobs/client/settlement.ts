import { JobError } from "../../../core/contract/job-errors.ts";
import type { JobErrorCode } from "../../../core/contract/job-errors.ts";
import { errorOf } from "../wire/failure.ts";
import type { Call } from "./call.ts";

/** How the calls of one group end: each of them once, whoever is first. */
export class Ends {
  readonly #group: string;

  constructor(group: string) {
    this.#group = group;
  }

  /** What a call is named in an error. */
  what({ name }: Call): string {
    return `${this.#group}.${name}`;
  }

  error(call: Call, code: JobErrorCode, why: string, cause?: unknown): JobError {
    return new JobError(code, `${this.what(call)}: ${why}`, cause === undefined ? {} : { cause });
  }

  fail(call: Call, error: JobError): void {
    if (end(call)) call.sink.failed(error);
  }

  /** A worker has settled it. `value` throws when its bytes are no value. */
  settle(call: Call, kind: "result" | "failed", value: () => unknown): void {
    let given: unknown;
    try {
      given = value();
    } catch (error) {
      return this.fail(call, this.error(call, "JOB_FAILED", "its answer cannot be read", error));
    }
    if (kind === "failed") this.fail(call, errorOf(given, this.what(call)));
    else if (end(call)) call.sink.result(given);
  }
}

/** The one end of a call; `false` when it has come before. */
function end(call: Call): boolean {
  if (call.phase === "settled") return false;
  call.phase = "settled";
  call.disarm?.();
  call.disarm = undefined;
  return true;
}
