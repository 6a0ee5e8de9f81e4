import { JobError } from "../../../core/contract/job-errors.ts";
import type { InputOf, ItemOf, JobHandlers, JobsOf, OutputOf } from "../wire/job.ts";
import { FLAG } from "../wire/wire.ts";
import { aborted, onAbort } from "./abort-signals.ts";
import type { CallSink } from "./call.ts";
import type { Submitted, JobDriver } from "./driver.ts";
import { Input } from "./input.ts";
import { mapJobs } from "./map.ts";
import { checkOptions } from "./options.ts";
import type { RunOptions } from "./options.ts";
import { createStream } from "./stream.ts";
import type { JobStream } from "./stream.ts";

/** The names of the jobs of a group; any text where its type is not given. */
export type Name<Jobs extends JobHandlers> = keyof Jobs & string;
/** The input of a job of a group; `unknown` where the type of the group is not given. */
export type InputFor<Jobs extends JobHandlers, N extends Name<Jobs>> = string extends keyof Jobs
  ? unknown
  : InputOf<Jobs[N]>;
/** The result of a job of a group; `unknown` where the type of the group is not given. */
export type Output<Jobs extends JobHandlers, N extends Name<Jobs>> = string extends keyof Jobs
  ? unknown
  : OutputOf<Jobs[N]>;
/** What a job of a group yields; `unknown` where the type of the group is not given. */
export type Item<Jobs extends JobHandlers, N extends Name<Jobs>> = string extends keyof Jobs
  ? unknown
  : ItemOf<Jobs[N]>;

/** Options of {@link JobClient.map}. */
export interface MapOptions extends RunOptions {
  /** Calls on their way at the same time; 256 when it is left out. */
  concurrency?: number;
}

/**
 * Calls the jobs of one group. Everything rejects with a {@link JobError}; each call settles exactly once. An input is
 * read when the call is made: what the caller changes afterwards is not sent.
 */
export interface JobClient<Jobs extends JobHandlers = JobHandlers> {
  /** Runs a job and resolves with its result; of a generator with what it returns. */
  run<N extends Name<Jobs>>(
    name: N,
    input: InputFor<Jobs, N>,
    options?: RunOptions,
  ): Promise<Output<Jobs, N>>;
  /** Runs a job for each input, and resolves with the results in their order. The first failure aborts the rest. */
  map<N extends Name<Jobs>>(
    name: N,
    inputs: Iterable<InputFor<Jobs, N>> | AsyncIterable<InputFor<Jobs, N>>,
    options?: MapOptions,
  ): Promise<Output<Jobs, N>[]>;
  /** Runs a generator, item by item, no faster than they are taken. Ending the loop ends the job. */
  stream<N extends Name<Jobs>>(
    name: N,
    input: InputFor<Jobs, N>,
    options?: RunOptions,
  ): JobStream<Item<Jobs, N>, Output<Jobs, N>>;
  /** Leaves a job to a worker: resolves when one has begun it. It goes on when this process ends; nobody hears how it ended. */
  send<N extends Name<Jobs>>(name: N, input: InputFor<Jobs, N>, options?: RunOptions): Promise<void>;
}

/**
 * Gives the client of a group. Its jobs are known by type where the group is declared in `PoolableGroups`, or with the
 * type of its module: `jobs<typeof import("./images.ts").default>("images")`. Once any group is declared, a name that
 * is not is an error of types as well.
 */
export interface CallGroup {
  <Group extends keyof PoolableGroups & string>(group: Group): JobClient<JobsOf<PoolableGroups[Group]>>;
  <Module = unknown>(
    group: keyof PoolableGroups extends never ? string : unknown extends Module ? never : string,
  ): JobClient<JobsOf<Module>>;
}

/** A {@link JobClient} over a driver. `limit` is the bytes of one value. */
export function createJobClient(group: string, driver: JobDriver, limit: () => number): JobClient {
  function submit(
    name: string,
    input: unknown,
    options: RunOptions,
    flags: number,
    sink: CallSink,
  ): Submitted {
    const checked = checkOptions(options);
    const {
      priority = 0,
      weight = 1,
      timeout,
      queueTimeout,
      retries = 0,
      idempotencyKey,
      affinity,
    } = checked;
    const { signal, wait: waits = true } = checked;
    if (typeof name !== "string" || name === "")
      throw new JobError("BAD_OPTION", `the name of a job is text, not ${String(name)}`);
    if (signal?.aborted) throw aborted(`${group}.${name}`, signal);
    const keyed = idempotencyKey !== undefined;
    const encoded = new Input(keyed ? [input, idempotencyKey] : input);
    if (encoded.length > limit())
      throw new JobError(
        "VALUE_TOO_LARGE",
        `${group}.${name}: an input of ${encoded.length} bytes, the limit is ${limit()}`,
      );
    // Where it may have to be sent again.
    if (retries > 0) encoded.keep();
    const release = signal && onAbort(signal, () => call.abort(aborted(`${group}.${name}`, signal)));
    const call = driver.submit({
      name,
      input: encoded,
      flags: flags | (keyed ? FLAG.keyed : 0),
      priority,
      weight,
      timeout,
      queueTimeout,
      retries,
      waits,
      affinity,
      sink: release ? releasing(sink, release) : sink,
    });
    return call;
  }

  const client: JobClient = {
    run: (name, input, options = {}) =>
      new Promise(
        (result, failed) =>
          void submit(name, input, options, 0, { result, failed, progress: options.onProgress }),
      ),
    async map(name, inputs, { concurrency, signal, ...options } = {}) {
      checkOptions({ signal });
      return mapJobs(inputs, {
        what: `${group}.${name}`,
        concurrency,
        signal,
        submit: (input, sink) => submit(name, input, options, 0, { ...sink, progress: options.onProgress }),
      }) as Promise<never[]>;
    },
    stream: (name, input, options = {}) =>
      createStream(`${group}.${name}`, (sink) =>
        submit(name, input, options, FLAG.stream, { ...sink, progress: options.onProgress }),
      ) as JobStream<never, never>,
    send: (name, input, options = {}) =>
      new Promise(
        (resolve, failed) =>
          void submit(name, input, options, FLAG.detached | FLAG.tell, {
            begun: resolve,
            result: () => resolve(),
            failed,
          }),
      ),
  };
  return client;
}

function releasing(sink: CallSink, release: () => void): CallSink {
  return {
    ...sink,
    result(value) {
      release();
      sink.result(value);
    },
    failed(error) {
      release();
      sink.failed(error);
    },
  };
}
