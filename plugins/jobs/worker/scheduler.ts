import { performance } from "node:perf_hooks";
import type { Task } from "./task.ts";

/** What runs longer than this without a pause lets another generator on. Milliseconds. */
const TURN_MS = 1;

type Steps = Iterator<unknown, unknown, unknown>;

/** A generator that runs in pieces. */
interface Strand {
  readonly task: Task;
  readonly steps: Steps;
  /** Its part of the time: those with twice the share run twice as long. */
  readonly share: number;
  /** The time it has had, by its share; who has had least comes next. */
  had: number;
  /** Waits for room in its stream. */
  parked: boolean;
  interruption: { readonly reason: unknown } | undefined;
}

/** What a {@link Scheduler} tells. */
export interface SchedulerEvents {
  done(task: Task, result: unknown): void;
  failed(task: Task, error: unknown): void;
}

/**
 * Shares the process among generators, in slices: a slice runs, and then everything else of the process has its turn
 * (sockets, timers, other jobs). Within slices the time is divided by priority (stride scheduling): a level more is a
 * larger share, and the lowest has one too, so nobody starves. https://en.wikipedia.org/wiki/Stride_scheduling
 */
export class Scheduler {
  readonly #events: SchedulerEvents;
  readonly #sliceMs: number;
  readonly #strands = new Set<Strand>();
  #isScheduled = false;

  constructor(sliceMs: number, events: SchedulerEvents) {
    this.#sliceMs = sliceMs;
    this.#events = events;
  }

  /** Generators that are not finished. */
  get size(): number {
    return this.#strands.size;
  }

  add(task: Task, steps: Steps): void {
    // Who comes new has had as much as the one who is next: neither more than its share, nor a debt.
    let had = Infinity;
    for (const strand of this.#strands) if (!strand.parked) had = Math.min(had, strand.had);
    const strand: Strand = {
      task,
      steps,
      share: 1 + task.head.priority,
      had: had === Infinity ? 0 : had,
      parked: false,
      interruption: undefined,
    };
    task.interrupt = (reason) => {
      strand.interruption ??= { reason };
      this.#wake(strand);
    };
    task.resume = () => this.#wake(strand);
    this.#strands.add(strand);
    this.#schedule();
  }

  #wake(strand: Strand): void {
    strand.parked = false;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#slice();
    });
  }

  #slice(): void {
    const end = performance.now() + this.#sliceMs;
    for (;;) {
      const strand = this.#next();
      if (!strand) return;
      const begin = performance.now();
      let now = begin;
      do {
        this.#step(strand);
        now = performance.now();
      } while (this.#strands.has(strand) && !strand.parked && now - begin < TURN_MS && now < end);
      strand.had += (now - begin) / strand.share;
      if (now >= end) break;
    }
    if (this.#next()) this.#schedule();
  }

  #next(): Strand | undefined {
    let least: Strand | undefined;
    for (const strand of this.#strands)
      if (!strand.parked && (!least || strand.had < least.had)) least = strand;
    return least;
  }

  #step(strand: Strand): void {
    const { task, steps, interruption } = strand;
    try {
      const { done, value } = interruption ? interrupt(steps, interruption.reason) : steps.next();
      if (done) {
        this.#strands.delete(strand);
        this.#events.done(task, value);
      } else if (interruption) strand.interruption = undefined;
      else if (value !== undefined && task.credit !== Infinity) {
        yieldTo(task, value, steps);
        task.credit--;
        if (task.credit <= 0) strand.parked = true;
      }
    } catch (error) {
      this.#strands.delete(strand);
      this.#events.failed(task, error);
    }
  }
}

/** Sends an item. Where it cannot be sent the job has failed, and its `finally` runs. */
function yieldTo({ sink }: Task, value: unknown, steps: Steps): void {
  try {
    sink.item(value);
  } catch (error) {
    steps.return?.();
    throw error;
  }
}

/** Throws into a generator where it waits, so that its `finally` runs. */
function interrupt(steps: Steps, reason: unknown): IteratorResult<unknown, unknown> {
  if (steps.throw) return steps.throw(reason);
  throw reason;
}
