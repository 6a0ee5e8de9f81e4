import type { Clock } from "../../../core/contract/clock.ts";
import type { JobError } from "../../../core/contract/job-errors.ts";
import type { Call } from "./call.ts";
import type { Ends } from "./settlement.ts";

/** How long a call waits, and may run, where it does not say. Milliseconds, looked at once a second. */
export const DEFAULT_QUEUE_MS = 60_000;
export const DEFAULT_RUN_MS = 600_000;

/** The two clocks of a call: one until a worker has begun it, one from then on. */
export class Times {
  readonly #clock: Clock;
  readonly #ends: Ends;
  readonly #abort: (call: Call, error: JobError) => void;

  constructor(clock: Clock, ends: Ends, abort: (call: Call, error: JobError) => void) {
    this.#clock = clock;
    this.#ends = ends;
    this.#abort = abort;
  }

  /** It waits for a worker to begin it, from now on. */
  waits(call: Call): void {
    call.disarm?.();
    call.waitsSince = this.#clock.now();
    this.#arm(call, call.queueTimeout, "QUEUE_TIMEOUT", "waited");
  }

  /** A worker has begun it. */
  runs(call: Call): void {
    call.disarm?.();
    this.#arm(call, call.timeout, "RUN_TIMEOUT", "ran");
  }

  /** Ends the calls that have no times of their own and took longer than any should. */
  sweep(waiting: readonly Call[], sent: readonly Call[]): void {
    const now = this.#clock.now();
    for (const call of waiting) {
      if (call.queueTimeout === undefined && now - call.waitsSince > DEFAULT_QUEUE_MS)
        this.#abort(call, this.#ends.error(call, "QUEUE_TIMEOUT", "it waited longer than a minute"));
    }
    for (const call of sent) {
      if (call.timeout === undefined && now - call.sentAt > DEFAULT_RUN_MS)
        this.#abort(call, this.#ends.error(call, "RUN_TIMEOUT", "it ran longer than ten minutes"));
    }
  }

  #arm(call: Call, ms: number | undefined, code: "QUEUE_TIMEOUT" | "RUN_TIMEOUT", verb: string): void {
    call.disarm = undefined;
    if (ms === undefined) return;
    call.disarm = this.#clock.at(this.#clock.now() + ms, () =>
      this.#abort(call, this.#ends.error(call, code, `it ${verb} longer than ${ms} ms`)),
    );
  }
}
