import type { PluginContext } from "../../core/contract/plugin-context.ts";
import { workerKey } from "../../core/contract/slots.ts";
import type { ServingFact } from "./bake-time.ts";

/** One worker: a slot has two while a reload overlaps. */
interface Worker {
  readonly group: string;
  readonly slot: string;
  readonly epoch: number;
  /** How often it has been told to adopt each slot's socket. */
  readonly used: Map<string, number>;
  /** The slots whose sockets it has adopted now. */
  readonly held: Set<string>;
}

/** What an {@link createAdoption} is given. */
export interface AdoptionOptions {
  readonly pool: Pick<PluginContext, "send">;
  readonly group: string;
  /** Other groups on its address: their workers adopt where it has no ready one. */
  readonly partners?: readonly string[];
  /** How often one worker can adopt the socket of one sibling. */
  readonly adoptions: number;
}

/**
 * Sees to it that every socket of a group is accepted on while any worker on its address is ready. From its slot's first
 * start on, a socket is adopted whenever its slot has no ready worker: by the ready worker that has adopted the
 * fewest, which lets go when the slot is ready again. Also during the first start, because a worker may listen
 * and then take its time, or end, before it is ready.
 *
 * @returns what takes each `slot:state` fact, synchronously, `ready` when the worker serves.
 */
export function createAdoption(options: AdoptionOptions): (fact: ServingFact) => void {
  const { pool, group, partners = [], adoptions } = options;
  const ready = new Set<Worker>();
  /** Of a worker that has closed its port and may listen again: what it has used up stays so. */
  const away = new Map<string, Worker>();
  const started = new Set<string>();
  const adopters = new Map<string, Worker>();

  /** The ready workers of the group, those that have adopted the fewest first. */
  function leastFirst(isOwn: boolean = true): Worker[] {
    const able = [...ready].filter((worker) => (worker.group === group) === isOwn);
    return able.toSorted((one, other) => one.held.size - other.held.size);
  }

  function isSpent(worker: Worker, slot: string): boolean {
    return (worker.used.get(slot) ?? 0) >= adoptions;
  }

  /** `false` when the worker cannot: it may have left ready in this very step, which is told next. */
  function adopt(slot: string, worker: Worker): boolean {
    if (isSpent(worker, slot) || !pool.send(worker.slot, { type: "adopt", slot }, worker.epoch)) return false;
    worker.used.set(slot, (worker.used.get(slot) ?? 0) + 1);
    adopters.get(slot)?.held.delete(slot);
    adopters.set(slot, worker);
    worker.held.add(slot);
    return true;
  }

  function release(slot: string, worker: Worker): void {
    pool.send(worker.slot, { type: "release", slot }, worker.epoch);
  }

  /** A worker that came back, or came new, takes over its share of what the others have adopted. */
  function level(): void {
    for (;;) {
      const order = leastFirst();
      const [least, most] = [order[0], order.at(-1)];
      if (!least || !most) return;
      if (most.held.size - least.held.size < 2) return;
      // With its last descriptor of a socket a worker stays: it could not come back.
      const slot = [...most.held].find((each) => !isSpent(most, each) && adopt(each, least));
      if (slot === undefined) return;
      release(slot, most);
    }
  }

  return (fact) => {
    const { slot, epoch, to } = fact;
    const isOwn = fact.group === group;
    if (!isOwn && !partners.includes(fact.group)) return;
    if (to === "starting" && isOwn) started.add(slot);
    const key = workerKey(fact);
    if (to === "ready")
      ready.add(away.get(key) ?? { group: fact.group, slot, epoch, used: new Map(), held: new Set() });
    away.delete(key);
    if (to !== "ready") {
      for (const worker of ready) {
        if (worker.slot !== slot || worker.epoch !== epoch) continue;
        ready.delete(worker);
        for (const orphan of worker.held) adopters.delete(orphan);
        worker.held.clear();
        if (to === "draining") away.set(key, worker);
      }
    }
    const served = new Set([...ready].map((worker) => worker.slot));
    for (const each of started) {
      const adopter = adopters.get(each);
      if (!adopter) {
        if (!served.has(each)) [...leastFirst(), ...leastFirst(false)].some((worker) => adopt(each, worker));
      } else if (served.has(each) && !isSpent(adopter, each)) {
        adopters.delete(each);
        adopter.held.delete(each);
        release(each, adopter);
      }
    }
    if (to === "ready") level();
  };
}
