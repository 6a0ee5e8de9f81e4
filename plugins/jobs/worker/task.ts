import type { Failure } from "../wire/failure.ts";
import type { Ordered } from "../wire/heap.ts";
import type { Job, JobHandler } from "../wire/job.ts";
import type { RunHead } from "../wire/wire.ts";

/** Where a task's news goes. Exactly one of `result`, `failed`, `interrupted` and `returned` ends it; only `item` throws. */
export interface TaskSink {
  /** Calls back when the caller cannot miss it any more. */
  begun(then: () => void): void;
  /** Throws a `JobError` where it cannot be sent: the job has failed. */
  item(value: unknown): void;
  progress(value: unknown): void;
  result(value: unknown): void;
  failed(failure: Failure): void;
  /** It has failed after the worker told it to end, because the worker stops. */
  interrupted(failure: Failure): void;
  returned(): void;
}

/** One job at its worker. */
export interface Task extends Ordered {
  readonly head: RunHead;
  readonly job: TaskJob;
  readonly handler: JobHandler;
  readonly input: unknown;
  /** Reads the input where it is not read before the job is begun. May throw, as the job itself may. */
  readonly later?: (() => unknown) | undefined;
  readonly sink: TaskSink;
  /** What it takes of the worker's capacity. */
  readonly weight: number;
  phase: "waiting" | "running" | "settled";
  /** Items that may be sent; and what goes on when there are some again. */
  credit: number;
  resume: (() => void) | undefined;
  /** Tells a generator to end. */
  interrupt: ((reason: unknown) => void) | undefined;
  disarm: (() => void) | undefined;
  /** When it was told to end, while it ran. */
  abortedAt: number | undefined;
}

/** The {@link Job} that a handler sees. Its signal is made when it is asked for: most jobs never do. */
export class TaskJob implements Job {
  readonly name: string;
  readonly caller: string;
  readonly attempt: number;
  readonly idempotencyKey: string | undefined;
  readonly #timeout: number;
  readonly #log: (job: TaskJob) => Job["log"];
  readonly #progress: (value: unknown) => void;
  #deadline: number | undefined;
  #controller: AbortController | undefined;
  #reason: unknown;
  #isAborted = false;

  constructor(
    about: Pick<Job, "name" | "caller" | "attempt" | "idempotencyKey">,
    /** Milliseconds that it may run; 0 for any. */
    timeout: number,
    progress: (value: unknown) => void,
    log: (job: TaskJob) => Job["log"],
  ) {
    this.name = about.name;
    this.caller = about.caller;
    this.attempt = about.attempt;
    this.idempotencyKey = about.idempotencyKey;
    this.#timeout = timeout;
    this.#progress = progress;
    this.#log = log;
  }

  get deadline(): number | undefined {
    return this.#deadline;
  }

  /** Its time runs from now on; `timeLimit` is what the group lets any job have. */
  begin(timeLimit: number = Infinity): void {
    const ms = Math.min(timeLimit, this.#timeout || Infinity);
    if (ms !== Infinity) this.#deadline = Date.now() + ms;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#isAborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get log(): Job["log"] {
    return this.#log(this);
  }

  get isAborted(): boolean {
    return this.#isAborted;
  }

  progress(value: unknown): void {
    this.#progress(value);
  }

  abort(reason: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
