import type { JobError } from "../../../core/job-errors.ts";
import type { Input } from "./input.ts";
import { orderOf } from "../wire/heap.ts";
import type { Ordered } from "../wire/heap.ts";

/** What a call is told, on its way to its one end: `result` or `failed`, exactly once, and nothing after it. */
export interface CallSink {
  /** A worker has begun it; only told when `tell` asked for it. */
  begun?(): void;
  item?(value: unknown): void;
  progress?(value: unknown): void;
  result(value: unknown): void;
  failed(error: JobError): void;
}

/** One call of a job, ready to be sent. */
export interface CallRequest {
  readonly name: string;
  readonly input: Input;
  /** Bits of `FLAG`. */
  readonly flags: number;
  readonly priority: number;
  readonly weight: number;
  /** Milliseconds; `undefined` for the default, which is only roughly kept. */
  readonly timeout: number | undefined;
  readonly queueTimeout: number | undefined;
  /** How often it may be begun again after its worker was lost. */
  readonly retries: number;
  /** Rejects at once where no worker is free. */
  readonly waits: boolean;
  /** Calls of one key go to one worker, as far as it has room. */
  readonly affinity: string | undefined;
  readonly sink: CallSink;
}

/** A call on its way. A class, so that all have one shape: what the engine knows of its fields holds for each. */
export class Call implements CallRequest, Ordered {
  readonly name: string;
  readonly input: Input;
  /** Bytes of its frame. */
  readonly size: number;
  readonly flags: number;
  readonly priority: number;
  readonly weight: number;
  readonly timeout: number | undefined;
  readonly queueTimeout: number | undefined;
  readonly retries: number;
  readonly waits: boolean;
  readonly affinity: string | undefined;
  readonly sink: CallSink;
  readonly id: number;
  readonly order: number;
  place = -1;
  phase: "waiting" | "sent" | "settled" = "waiting";
  /** Since when it waits, or waited for the last time. */
  waitsSince: number;
  sentAt = 0;
  /** The worker has said so, in this attempt. */
  begun = false;
  /** How often it was sent to a worker that did not give it back. */
  attempt = 0;
  losses = 0;
  /** Items of a stream that were passed on. */
  items = 0;
  /** The workers whose end it may have caused, and whether that is certain. */
  suspicions: Map<string, boolean> | undefined = undefined;
  /** Stops the timer of the phase that it is in. */
  disarm: (() => void) | undefined = undefined;

  constructor(request: CallRequest, id: number, now: number) {
    this.name = request.name;
    this.input = request.input;
    this.size = request.input.size;
    this.flags = request.flags;
    this.priority = request.priority;
    this.weight = request.weight;
    this.timeout = request.timeout;
    this.queueTimeout = request.queueTimeout;
    this.retries = request.retries;
    this.waits = request.waits;
    this.affinity = request.affinity;
    this.sink = request.sink;
    this.id = id;
    this.order = orderOf(now, request.priority);
    this.waitsSince = now;
  }
}
