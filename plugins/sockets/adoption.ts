import type { HookPayload } from "../../core/hooks.ts";
import type { Pool } from "../../core/pool.ts";

/** One worker: a slot has two while a reload overlaps. */
interface Worker {
  readonly slot: string;
  readonly epoch: number;
  /** How often it has been told to adopt each slot's socket. */
  readonly used: Map<string, number>;
}

/** What an {@link createAdoption} is given. */
export interface AdoptionOptions {
  readonly pool: Pick<Pool, "send">;
  readonly group: string;
  /** How often one worker can adopt the socket of one sibling. */
  readonly adoptions: number;
}

/**
 * Sees to it that every socket of a group is accepted on while any worker of it is ready. From its slot's first
 * start on, a socket is adopted whenever its slot has no ready worker: by the ready worker that has adopted the
 * fewest, which lets go when the slot is ready again. Also during the first start, because a worker may listen
 * and then take its time, or end, before it is ready.
 *
 * @returns what takes each `slot:state` fact, synchronously.
 */
export function createAdoption(options: AdoptionOptions): (fact: HookPayload<"slot:state">) => void {
  const { pool, group, adoptions } = options;
  const ready = new Set<Worker>();
  const started = new Set<string>();
  const adopters = new Map<string, Worker>();

  function hold(worker: Worker): number {
    let count = 0;
    for (const adopter of adopters.values()) if (adopter === worker) count++;
    return count;
  }

  function adopt(slot: string): void {
    const usedUp = (worker: Worker): boolean => (worker.used.get(slot) ?? 0) >= adoptions;
    const free = [...ready].filter((worker) => !usedUp(worker));
    const order = new Map(free.map((worker) => [worker, hold(worker)]));
    for (const worker of free.toSorted((one, other) => order.get(one)! - order.get(other)!)) {
      // It may have left ready in this very step, which is told next.
      if (!pool.send(worker.slot, { type: "adopt", slot }, worker.epoch)) continue;
      worker.used.set(slot, (worker.used.get(slot) ?? 0) + 1);
      adopters.set(slot, worker);
      return;
    }
  }

  function release(slot: string): void {
    const worker = adopters.get(slot);
    // With its last descriptor of the socket it stays, beside the owner: it could not come back.
    if (!worker || (worker.used.get(slot) ?? 0) >= adoptions) return;
    adopters.delete(slot);
    pool.send(worker.slot, { type: "release", slot }, worker.epoch);
  }

  return (fact) => {
    if (fact.group !== group) return;
    const { slot, epoch, to } = fact;
    if (to === "starting") started.add(slot);
    if (to === "ready") ready.add({ slot, epoch, used: new Map() });
    else {
      for (const worker of ready) if (worker.slot === slot && worker.epoch === epoch) ready.delete(worker);
    }
    const served = new Set([...ready].map((worker) => worker.slot));
    for (const [orphan, adopter] of adopters) if (!ready.has(adopter)) adopters.delete(orphan);
    for (const each of started) {
      if (served.has(each)) release(each);
      else if (!adopters.has(each)) adopt(each);
    }
  };
}
