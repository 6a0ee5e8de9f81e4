import type { JobError } from "../../../core/job-errors.ts";
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
  /** The encoded input, with room in front for the head of its frame. */
  readonly frame: Uint8Array;
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

/** A call on its way. */
export interface Call extends CallRequest, Ordered {
  phase: "waiting" | "sent" | "settled";
  /** Since when it waits, or waited for the last time. */
  waitsSince: number;
  sentAt: number;
  /** The worker has said so, in this attempt. */
  begun: boolean;
  /** How often it was sent to a worker that did not give it back. */
  attempt: number;
  losses: number;
  /** The workers whose end it may have caused, and whether that is certain. */
  suspicions: Map<string, boolean> | undefined;
  /** Stops the timer of the phase that it is in. */
  disarm: (() => void) | undefined;
}
