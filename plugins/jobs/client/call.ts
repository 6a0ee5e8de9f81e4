import type { JobError } from "../../../core/contract/job-errors.ts";
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

/** The encoded input of a call. What its caller changes after the call was made is not sent. */
export interface CallInput {
  /** Bytes of its frame, with the head. */
  readonly size: number;
  /** The bytes of its `run`, with room in front for the head. */
  readonly frame: Uint8Array;
  /** The bytes of the value, one part after another. */
  readonly parts: readonly Uint8Array[];
  /** It does not go at once. */
  keep(): void;
  /** It lies with a worker, and may come back. Whether it is nowhere else. */
  leave(): boolean;
  /** It came back. */
  restore(value: Uint8Array): void;
}

/** One call of a job, ready to be sent. */
export interface CallRequest {
  readonly name: string;
  readonly input: CallInput;
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
  readonly input: CallInput;
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
