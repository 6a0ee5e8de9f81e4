import { Heap } from "../wire/heap.ts";
import type { Call } from "./call.ts";

/** The calls of one caller that are at no worker. */
export class Waiting {
  readonly #heap = new Heap<Call>();
  #suspects: Call[] = [];
  #bytes = 0;
  #impatient = 0;

  get size(): number {
    return this.#heap.size + this.#suspects.length;
  }

  /** Of their inputs. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Calls that do not want to wait. */
  get impatient(): number {
    return this.#impatient;
  }

  /** Calls that run alone, the oldest first. */
  get suspects(): readonly Call[] {
    return this.#suspects;
  }

  /** Of the others, the one that comes next. */
  peek(): Call | undefined {
    return this.#heap.peek();
  }

  add(call: Call): void {
    call.phase = "waiting";
    call.begun = false;
    this.#bytes += call.size;
    if (!call.waits) this.#impatient++;
    if (isSuspect(call)) this.#suspects.push(call);
    else this.#heap.push(call);
  }

  delete(call: Call): void {
    if (!this.#heap.delete(call)) {
      if (!this.#suspects.includes(call)) return;
      this.#suspects = this.#suspects.filter((other) => other !== call);
    }
    this.#bytes -= call.size;
    if (!call.waits) this.#impatient--;
  }

  /** Since when the one waits that came first. */
  since(): number {
    return this.values().reduce((first, { waitsSince }) => Math.min(first, waitsSince), Infinity);
  }

  /** All of them, in no order. */
  values(): Call[] {
    return [...this.#heap.values(), ...this.#suspects];
  }
}

/** Whether a call may be what ended a worker. */
export function isSuspect(call: Call): boolean {
  return call.suspicions !== undefined && call.suspicions.size > 0;
}
