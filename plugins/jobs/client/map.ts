import { JobError } from "../../../core/contract/job-errors.ts";
import { aborted, onAbort } from "./abort-signals.ts";
import type { CallSink } from "./call.ts";
import type { Submitted } from "./driver.ts";

/** Calls of `map` that are on their way at the same time, unless it says otherwise. */
const MAP_CONCURRENCY = 256;

/** How {@link mapJobs} goes. */
export interface MapTerms {
  /** The job, as errors name it. */
  readonly what: string;
  readonly concurrency: number | undefined;
  readonly signal: AbortSignal | undefined;
  submit(input: unknown, sink: CallSink): Submitted;
}

/** Runs one job for each input and resolves with the results in their order. The first failure aborts the rest. */
export async function mapJobs(
  inputs: Iterable<unknown> | AsyncIterable<unknown>,
  { what, concurrency = MAP_CONCURRENCY, signal, submit }: MapTerms,
): Promise<unknown[]> {
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new JobError("BAD_OPTION", `concurrency: ${concurrency} is not a whole number from 1`);
  if (signal?.aborted) throw aborted(what, signal);
  // The signal is heard once for all of them.
  const calls = new Map<number, Submitted>();
  let end: JobError | undefined;
  let giveUp = (_error: JobError): void => {};
  // Whatever a lane waits for: a source may have nothing to say for ever.
  const stopped = new Promise<never>((_, reject) => (giveUp = reject));
  const stop = (error: JobError): void => {
    end ??= error;
    giveUp(end);
    for (const call of [...calls.values()]) call.abort(error);
  };
  const release = signal && onAbort(signal, () => stop(aborted(what, signal)));

  const one = (input: unknown, index: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (end) throw end;
      let isOver = false;
      const over = (): void => {
        isOver = true;
        calls.delete(index);
      };
      const call = submit(input, {
        result(value) {
          over();
          resolve(value);
        },
        failed(error) {
          over();
          reject(error);
        },
      });
      if (!isOver) calls.set(index, call);
    });

  const results: unknown[] = [];
  const source = iteratorOf(inputs);
  let count = 0;
  const lane = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await source.next();
      if (done || end) return;
      const index = count++;
      results[index] = await one(value, index);
    }
  };
  try {
    await Promise.race([Promise.all(Array.from({ length: concurrency }, lane)), stopped]);
    return results;
  } catch (error) {
    stop(new JobError("ABORTED", `${what}: another call of the same map failed`, { cause: error }));
    // One that is in the middle of something closes when that is over, which nobody waits for.
    const closed = source.return().catch(() => {});
    await Promise.race([closed, new Promise(setImmediate)]);
    throw error;
  } finally {
    release?.();
  }
}

/** One that may be asked again before it has answered: a generator answers in order. */
function iteratorOf(inputs: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<unknown, void, void> {
  return (async function* each() {
    yield* inputs;
  })();
}
