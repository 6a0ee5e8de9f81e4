import type { Effect, KernelEvent } from "../../../core/reducer/state/events.ts";
import type { KernelState } from "../../../core/reducer/state/state.ts";
import { broken } from "../broken.ts";
import { CONCURRENT_STARTS, SPAWN_GAP_MS } from "../spec.ts";
import type { World } from "../world.ts";
import type { Exits } from "./exits.ts";

type Spawn = Extract<Effect, { type: "spawn" }>;

/** When each seat last started a worker; the seats of a slot swap in a reload. */
export class Starts {
  readonly #last: number[];
  readonly #epochs: number[];
  /** The highest ticket of those that started in this step, by group. */
  readonly #latest: Map<number, number> = new Map();
  /** How many of another group have started since a group has had somebody in the queue, and room: `[waiting][started]`. */
  readonly #passes: Map<number, Map<number, number>> = new Map();

  constructor(seats: number) {
    this.#last = Array.from({ length: seats }, () => -Infinity);
    this.#epochs = Array.from({ length: seats / 2 }, () => 0);
  }

  /**
   * The queue of a group is first in, first out: nobody waits who came before one that starts. And the groups take
   * turns: no group starts two while another has somebody in its queue, and room.
   */
  checkFair(world: World): void {
    const { slots, groups } = world.state;
    for (const [groupIndex, number] of this.#latest) {
      for (const { ticket, id, group } of slots) {
        if (group === groupIndex && ticket !== null && ticket >= 0 && ticket < number)
          broken("fair", `${id} queues longer than one of its group that started`);
      }
    }
    this.#latest.clear();
    for (const { index, name, counts } of groups) {
      const waits = counts.queued > 0 && counts.starting < CONCURRENT_STARTS;
      if (!waits) this.#passes.delete(index);
      else if (!this.#passes.has(index)) this.#passes.set(index, new Map());
      for (const passed of this.#passes.get(index)?.values() ?? [])
        if (passed > 1) broken("fair", `${name} queues, and another group has started ${passed}`);
    }
  }

  /** A worker of this group starts. */
  #pass(group: number): void {
    this.#passes.delete(group);
    for (const passed of this.#passes.values()) passed.set(group, (passed.get(group) ?? 0) + 1);
  }

  swap(a: number, b: number): void {
    [this.#last[a], this.#last[b]] = [this.#last[b]!, this.#last[a]!];
  }

  /** I1, I6, I7, I9, and the order of groups, for a worker that is about to start. */
  check(world: World, event: KernelEvent, before: KernelState, spawn: Spawn, exits: Exits): void {
    const { slot, epoch, generation } = spawn;
    const { now, state } = world;
    const { pool } = state;
    const main = state.slots.get(slot);
    const surge = state.slots.get(main.twin);
    const seat = main.worker && main.epoch === epoch ? main : surge;
    if (seat.epoch !== epoch || !seat.worker) broken("I1", `spawn of ${epoch}, which has no record`);
    if (epoch !== ++this.#epochs[slot]!) broken("I10", `epoch ${epoch} after ${this.#epochs[slot]! - 1}`);
    if (pool.state !== "running" && pool.state !== "restarting")
      broken("I6", `a spawn while the pool is ${pool.state}`);
    if (world.live[slot]!.length > (seat === surge || surge.worker ? 1 : 0))
      broken("I1", `${main.id} has a process`);
    if (now - this.#last[seat.index]! < SPAWN_GAP_MS) {
      broken("I9", `${seat.id} spawns ${now - this.#last[seat.index]!} ms after the last time`);
    }
    this.#last[seat.index] = now;
    // A ticket of this very step is younger than all before it.
    const ticket = before.slots.get(seat.index).ticket ?? -1;
    const latest = this.#latest.get(seat.group) ?? -1;
    this.#latest.set(seat.group, Math.max(latest, ticket < 0 ? before.pool.tickets : ticket));
    this.#pass(seat.group);
    if (generation !== seat.generation)
      broken("generation", `started from ${generation}, not ${seat.generation}`);
    const group = state.groups.get(seat.group);
    if (!pool.reload && generation !== group.generation) {
      broken("generation", `${seat.id} starts from ${generation}, its group is at ${group.generation}`);
    }
    if (seat === surge) {
      const isReloading = pool.reload?.hard === false || pool.replacements.length > 0;
      if (!isReloading) broken("surge", `${seat.id} surges without a soft reload`);
    } else {
      if (!seat.wanted) broken("I14", `${seat.id} starts and is not wanted`);
      if (now < exits.books[slot]!.notBefore) broken("I9", `${seat.id} starts before its time`);
      const wasStopped = before.groups.get(seat.group).stopped;
      if (event.type === "reload" && !event.hard && !wasStopped)
        broken("surge", "a soft reload starts a main seat");
    }
    this.#checkTurn(world, seat.group);
  }

  #checkTurn(world: World, groupIndex: number): void {
    const { groups, pool } = world.state;
    if (pool.halting > 0) broken("order", "a start while a group halts");
    for (const processes of world.live) {
      for (const { notes, epoch } of processes)
        if (notes.mustGo) broken("order", `a start while ${epoch} has to go`);
    }
    if (world.history.strategy === "one-for-one") return;
    for (let index = 0; index < groupIndex; index++) {
      if (groups.get(index).counts.unready > 0)
        broken("order", `g${groupIndex} starts before g${index} is ready`);
    }
  }
}
