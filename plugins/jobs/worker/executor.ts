import { performance } from "node:perf_hooks";
import { JobError } from "../../../core/contract/job-errors.ts";
import { failureOf, interruptionOf } from "../wire/failure.ts";
import { Heap } from "../wire/heap.ts";
import { FLAG } from "../wire/wire.ts";
import { afterLong } from "./long-timer.ts";
import { Pace } from "./pace.ts";
import { Scheduler } from "./scheduler.ts";
import type { SchedulerEvents } from "./scheduler.ts";
import { isIterator, isThenable, runStream } from "./streams.ts";
import type { Task } from "./task.ts";

/** Jobs are begun for this long, and then everything else of the process has its turn. Milliseconds. */
const TURN_MS = 1;

/** How a worker runs jobs. */
export interface ExecutorOptions {
  /** Jobs that run at the same time, at most. */
  readonly maxConcurrent: number;
  /** What they may weigh together. */
  readonly capacity: number;
  /** Milliseconds that generators run before everything else has its turn. */
  readonly slice: number;
  /** The longest that a job may run. Milliseconds; `undefined` for any. */
  readonly timeLimit: number | undefined;
}

/** What became of the jobs, for whoever counts. */
export interface JobCounts {
  accepted: number;
  processed: number;
  failed: number;
  /** Given back, or aborted before they were begun. */
  rejected: number;
}

/** What an {@link Executor} tells. */
export interface ExecutorEvents {
  /** How many unsettled jobs the worker wants, after each turn in which it had any. */
  window(jobs: number): void;
  /** Nothing waits, and nothing runs but jobs that were aborted. */
  idle(): void;
  /** A job that runs has been told to end. */
  aborted?(): void;
  /** A job of this name is about to compute; what returns is called when everything else had a turn. */
  beginning?(name: string): (() => void) | undefined;
  /** It has, for so many milliseconds without a pause. */
  stretched?(name: string, ms: number): void;
  /** A turn is over in which jobs were begun. */
  turned?(): void;
}

/** Runs the jobs of a worker: the next by priority, as many at once as fit. */
export class Executor {
  readonly counts: JobCounts = { accepted: 0, processed: 0, failed: 0, rejected: 0 };
  readonly #options: ExecutorOptions;
  readonly #events: ExecutorEvents;
  readonly #scheduler: Scheduler;
  readonly #ends: SchedulerEvents = {
    done: (task, result) => this.#done(task, result),
    failed: (task, error) => this.#failed(task, error),
  };
  readonly #pace = new Pace();
  readonly #waiting = new Heap<Task>();
  readonly #running = new Set<Task>();
  /** Of these, the ones that have no place any more. */
  readonly #left = new Set<Task>();
  #weight = 0;
  /** A job that tolerates no other runs. */
  #isAlone = false;
  /** Until when jobs may be begun in this turn of the loop. */
  #turnEnd: number | undefined;
  #onTurnEnd: (() => void)[] = [];
  #isBeginning = false;
  /** Why the worker stops. */
  #stopReason: JobError | undefined;

  constructor(options: ExecutorOptions, events: ExecutorEvents) {
    this.#options = options;
    this.#events = events;
    this.#scheduler = new Scheduler(options.slice, this.#ends);
  }

  get running(): number {
    return this.#running.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get weight(): number {
    return this.#weight;
  }

  accept(task: Task): void {
    this.counts.accepted++;
    this.#waiting.push(task);
    this.#beginMore();
  }

  /** Gives a job up: one that waits ends at once, one that runs is told. */
  abort(task: Task, reason: JobError): void {
    if (task.phase === "waiting") {
      this.#waiting.delete(task);
      task.phase = "settled";
      this.counts.rejected++;
      task.sink.failed(failureOf(reason));
      this.#rest();
    } else if (task.phase === "running") {
      task.abortedAt ??= performance.now();
      task.job.abort(reason);
      task.interrupt?.(reason);
      this.#events.aborted?.();
    }
  }

  /**
   * Gives up a job whose caller has gone. One that runs and does not heed that lets others have its place, so that the
   * next caller does not wait for it: as many as may run at once, and not where only one may.
   */
  orphan(task: Task, reason: JobError): void {
    this.abort(task, reason);
    const { maxConcurrent } = this.#options;
    if (!this.#running.has(task) || this.#left.has(task) || this.#isAlone) return;
    if (maxConcurrent === 1 || this.#left.size >= maxConcurrent) return;
    this.#left.add(task);
    this.#weight -= task.weight;
    this.#beginMore();
  }

  /** Gives back what has not been begun. */
  giveBack(): void {
    for (let task = this.#waiting.pop(); task; task = this.#waiting.pop()) {
      task.phase = "settled";
      this.counts.rejected++;
      task.sink.returned();
    }
    this.#rest();
  }

  /** Tells every job that runs to end, because the worker stops: one that then fails is interrupted. */
  stop(reason: JobError): void {
    this.#stopReason ??= reason;
    for (const task of [...this.#running]) this.abort(task, reason);
  }

  /** Milliseconds since the job was aborted that goes on longest in spite of it; `undefined` when there is none. */
  get ignoredMs(): number | undefined {
    let since = Infinity;
    for (const { abortedAt = Infinity } of this.#running) since = Math.min(since, abortedAt);
    return since === Infinity ? undefined : performance.now() - since;
  }

  /**
   * Milliseconds until there is nothing left to wait for, where a job that was aborted is waited for so long: 0 when
   * there is nothing now, `Infinity` when it depends on the jobs alone.
   */
  restsIn(grace: number): number {
    if (this.#waiting.size > 0) return Infinity;
    const now = performance.now();
    let rest = 0;
    for (const { abortedAt = Infinity } of this.#running) rest = Math.max(rest, abortedAt + grace - now);
    return rest;
  }

  /** Jobs that were aborted and go on are not waited for any more: their callers are told. */
  abandon(): void {
    const error = new JobError("ABORTED", "it was aborted, and went on");
    for (const task of this.#running)
      if (task.abortedAt !== undefined) this.#settle(task, () => task.sink.failed(failureOf(error)), false);
  }

  #beginMore(): void {
    // A job that ends at once comes back here from within the loop.
    if (this.#isBeginning) return;
    this.#isBeginning = true;
    for (let next = this.#waiting.peek(); next && this.#fits(next); next = this.#waiting.peek()) {
      const now = performance.now();
      if (this.#turnEnd === undefined) this.#beginTurn(now);
      else if (now >= this.#turnEnd) break;
      this.#waiting.pop();
      this.#begin(next, now);
    }
    this.#isBeginning = false;
  }

  #beginTurn(now: number): void {
    this.#turnEnd = now + TURN_MS;
    setImmediate(() => {
      this.#turnEnd = undefined;
      for (const then of this.#onTurnEnd.splice(0)) then();
      this.#beginMore();
      this.#events.window(this.#pace.window(this.#options.maxConcurrent));
      this.#events.turned?.();
    });
  }

  #fits(task: Task): boolean {
    const running = this.#running.size - this.#left.size;
    if (this.#running.size === 0) return true;
    if (this.#isAlone || task.head.flags & FLAG.alone) return false;
    if (running === 0) return true;
    return running < this.#options.maxConcurrent && this.#weight + task.weight <= this.#options.capacity;
  }

  #begin(task: Task, now: number): void {
    task.phase = "running";
    this.#running.add(task);
    this.#weight += task.weight;
    if (task.head.flags & FLAG.alone) this.#isAlone = true;
    this.#pace.begin(now);
    const { timeLimit } = this.#options;
    task.job.begin(timeLimit);
    if (timeLimit !== undefined) {
      task.disarm = afterLong(timeLimit, () => this.#overdue(task, timeLimit));
    }
    if (task.head.flags & FLAG.tell) task.sink.begun(() => this.#run(task));
    else this.#run(task);
  }

  #run(task: Task): void {
    if (task.job.isAborted) return this.#unbegun(task);
    const ended = this.#events.beginning?.(task.job.name);
    if (ended) this.#onTurnEnd.push(ended);
    const begin = performance.now();
    let result: unknown;
    try {
      result = task.handler((task.later ? task.later() : task.input) as never, task.job);
    } catch (error) {
      return this.#failed(task, error);
    } finally {
      this.#events.stretched?.(task.job.name, performance.now() - begin);
    }
    if (typeof result !== "object" || result === null) this.#done(task, result);
    else if (isThenable(result))
      result.then(
        (value) => this.#done(task, value),
        (error: unknown) => this.#failed(task, error),
      );
    else if (isIterator(result, Symbol.iterator)) this.#scheduler.add(task, result as Iterator<unknown>);
    else if (isIterator(result, Symbol.asyncIterator))
      void runStream(task, result as AsyncIterator<unknown>, this.#ends);
    else this.#done(task, result);
  }

  /** Its place was taken, and then it was aborted. */
  #unbegun(task: Task): void {
    // A worker that stops gives it back: another one can do it.
    if (this.#stopReason && task.phase === "running") {
      task.phase = "settled";
      this.counts.rejected++;
      task.sink.returned();
      return this.#end(task);
    }
    this.#failed(task, new JobError("ABORTED", "aborted before it was begun"));
  }

  #overdue(task: Task, timeLimit: number): void {
    const error = new JobError("RUN_TIMEOUT", `it ran longer than ${timeLimit} ms, the group's time limit`);
    this.abort(task, error);
    // The caller is told now. What does not listen goes on all the same, and keeps its place.
    this.#settle(task, () => task.sink.failed(failureOf(error)), false);
  }

  #done(task: Task, result: unknown): void {
    this.#settle(task, () => task.sink.result(result), true);
    this.#end(task);
  }

  #failed(task: Task, error: unknown): void {
    const reason = this.#stopReason;
    const tell = reason
      ? () => task.sink.interrupted(interruptionOf(error, reason))
      : () => task.sink.failed(failureOf(error));
    this.#settle(task, tell, false);
    this.#end(task);
  }

  #settle(task: Task, tell: () => void, isGood: boolean): void {
    if (task.phase !== "running") return;
    task.phase = "settled";
    if (isGood) this.counts.processed++;
    else this.counts.failed++;
    tell();
  }

  /** The job does not run any more. */
  #end(task: Task): void {
    if (!this.#running.delete(task)) return;
    task.disarm?.();
    if (!this.#left.delete(task)) this.#weight -= task.weight;
    this.#isAlone = false;
    this.#pace.settle(performance.now());
    if (this.#waiting.size > 0) this.#beginMore();
    else this.#rest();
  }

  #rest(): void {
    if (this.#waiting.size > 0) return;
    for (const { abortedAt } of this.#running) if (abortedAt === undefined) return;
    this.#events.idle();
  }
}
