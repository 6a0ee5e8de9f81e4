import { JobError } from "../../../core/contract/job-errors.ts";
import { LARGE_BYTES } from "../wire/arena.ts";
import type { Arena, Region } from "../wire/arena.ts";
import { bufferHead, encode } from "../wire/codec.ts";
import { failureOf, shorten } from "../wire/failure.ts";
import type { Failure } from "../wire/failure.ts";
import type { Outbox } from "../wire/outbox.ts";
import type { Welcome } from "../wire/wire.ts";
import { HEAD_BYTES, KIND, SHARED, sharedFrame, shortFrame, writeHead } from "../wire/wire.ts";

/** Progress is dropped for a caller that has so much to read. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** What a worker says to one caller about its jobs. */
export interface Answers {
  /** Large values cross in memory that both can open, from now on. */
  share(own: Arena): void;
  /** Calls back when the caller cannot miss it any more. */
  begun(id: number, then: () => void): void;
  /** Throws a `JobError` where it cannot be sent. */
  item(id: number, value: unknown): void;
  progress(id: number, value: unknown): void;
  /** One that cannot be sent is the job's failure. */
  result(id: number, value: unknown): void;
  /** One over the limit is shortened: a frame that is too large would cost the connection, and all jobs on it. */
  failed(id: number, failure: Failure): void;
  /** It has failed after the worker was told to stop. */
  interrupted(id: number, failure: Failure): void;
  returned(id: number): void;
  /** What the caller has to know first. */
  welcome(welcome: Welcome): void;
}

/** Makes {@link Answers}. `maxBytes`: of one value. */
export function createAnswers(outbox: Outbox, maxBytes: number, warn: (line: string) => void): Answers {
  let memory: Arena | undefined;

  /** @throws JobError `VALUE_UNSENDABLE`, `VALUE_TOO_LARGE` */
  function send(kind: number, id: number, value: unknown): void {
    if (memory && Buffer.isBuffer(value) && isLarge(value)) {
      const region = memory.put([bufferHead(value.length), value]);
      if (region) return sendShared(kind, id, region);
    }
    const frame = encode(value, HEAD_BYTES);
    const length = frame.length - HEAD_BYTES;
    if (length > maxBytes) {
      const verb = kind === KIND.item ? "yielded" : "returned";
      const why = `what it ${verb} has ${length} bytes, the limit of the group is ${maxBytes}`;
      throw new JobError("VALUE_TOO_LARGE", why);
    }
    const region = frame.length < LARGE_BYTES ? undefined : memory?.put([frame.subarray(HEAD_BYTES)]);
    if (region) return sendShared(kind, id, region);
    writeHead(frame, kind, id);
    outbox.push(frame);
  }

  /** One that crosses as it is, without being copied first. */
  function isLarge({ length }: Buffer): boolean {
    return length >= LARGE_BYTES && length + bufferHead(length).length <= maxBytes;
  }

  function sendShared(kind: number, id: number, region: Region): void {
    const frame = sharedFrame(HEAD_BYTES, region);
    writeHead(frame, kind | SHARED, id);
    outbox.push(frame);
  }

  function fail(kind: number, id: number, failure: Failure): void {
    const note = `the error is shortened: the limit of the group is ${maxBytes} bytes`;
    let frame = encode(failure, HEAD_BYTES);
    if (frame.length - HEAD_BYTES > maxBytes)
      shorten(failure, note, (shorter) => {
        frame = encode(shorter, HEAD_BYTES);
        return frame.length - HEAD_BYTES <= maxBytes;
      });
    writeHead(frame, kind, id);
    outbox.push(frame);
  }

  const answers: Answers = {
    share: (own) => void (memory = own),
    begun(id, then) {
      outbox.push(shortFrame(KIND.begun, id));
      outbox.flushed(then);
    },
    item: (id, value) => send(KIND.item, id, value),
    progress(id, value) {
      if (outbox.waiting >= MAX_WAITING_BYTES) return;
      try {
        send(KIND.progress, id, value);
      } catch (error) {
        warn(`the progress of job ${id} is dropped: ${failureOf(error).message}`);
      }
    },
    result(id, value) {
      try {
        send(KIND.result, id, value);
      } catch (error) {
        answers.failed(id, failureOf(error));
      }
    },
    failed: (id, failure) => fail(KIND.failed, id, failure),
    interrupted: (id, failure) => fail(KIND.interrupted, id, failure),
    returned: (id) => outbox.push(shortFrame(KIND.returned, id)),
    welcome(welcome) {
      const frame = encode(welcome, HEAD_BYTES);
      writeHead(frame, KIND.welcome, 0);
      outbox.push(frame);
    },
  };
  return answers;
}
