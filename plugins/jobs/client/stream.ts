import { JobError } from "../../../core/contract/job-errors.ts";
import { STREAM_WINDOW } from "../wire/wire.ts";
import type { CallSink } from "./call.ts";
import type { Submitted } from "./driver.ts";

/** The items of a job, and its result. */
export interface JobStream<Item, Result> extends AsyncIterable<Item> {
  /** What the job returns after its last item. Rejects as the loop does; nobody has to look at it. */
  readonly result: Promise<Result>;
}

/** A {@link JobStream} of a call. The worker has room for a few items ahead, and waits for more. */
export function createStream(
  what: string,
  submit: (sink: CallSink) => Submitted,
): JobStream<unknown, unknown> {
  const items: unknown[] = [];
  let end: { readonly error?: JobError } | undefined;
  let wake = (): void => {};
  let taken = 0;
  let call: Submitted | undefined;
  const result = new Promise<unknown>((resolve, reject) => {
    call = submit({
      item(value) {
        items.push(value);
        wake();
      },
      result(value) {
        end = {};
        resolve(value);
        wake();
      },
      failed(error) {
        end = { error };
        reject(error);
        wake();
      },
    });
  });
  result.catch(() => {});

  async function* iterate(): AsyncGenerator<unknown, void, void> {
    try {
      for (;;) {
        while (items.length > 0) {
          yield items.shift();
          if (++taken < STREAM_WINDOW / 2) continue;
          call?.pull(taken);
          taken = 0;
        }
        if (end?.error) throw end.error;
        if (end) return;
        // A submit that threw has left no call, only its rejection.
        if (!call) await result;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      call?.abort(new JobError("ABORTED", `${what}: the loop over its items has ended`));
    }
  }

  return { result, [Symbol.asyncIterator]: () => iterate() };
}
