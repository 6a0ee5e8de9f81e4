import type { HookName, HookPayload } from "../../contract/hooks.ts";
import { COUNT_NAMES, countsOf } from "./counts.ts";
import type { Effect } from "./events.ts";
import type { Counts, Group, KernelState, PoolRecord, Slot, WorkerRecord } from "./state.ts";

/**
 * One step of the reducer in the making: reads from the state it started with, collects changed copies and
 * effects, and keeps the counts right with every change. Nothing outside of it is touched.
 */
export class Draft {
  readonly now: number;
  readonly pool: PoolRecord;
  readonly effects: Effect[] = [];
  /** Whether any count changed: only then can the order of groups or the end of the pool be concerned. */
  countsChanged = false;
  readonly #state: KernelState;
  readonly #slots = new Map<number, Slot>();
  readonly #groups = new Map<number, Group>();

  constructor(state: KernelState, now: number) {
    this.#state = state;
    this.now = now;
    this.pool = { ...state.pool, counts: { ...state.pool.counts } };
  }

  get groupCount(): number {
    return this.#state.groups.length;
  }

  get slotCount(): number {
    return this.#state.slots.length;
  }

  slot(index: number): Slot {
    return this.#slots.get(index) ?? this.#state.slots.get(index);
  }

  group(index: number): Group {
    return this.#groups.get(index) ?? this.#state.groups.get(index);
  }

  /** The slots of a group (their main seats), by index. */
  *slotsOf(group: Group): Iterable<Slot> {
    for (let index = group.first; index < group.first + group.max; index++) yield this.slot(index);
  }

  /** Both seats of every slot of a group. */
  *seatsOf(group: Group): Iterable<Slot> {
    for (const slot of this.slotsOf(group)) {
      yield slot;
      yield this.slot(slot.twin);
    }
  }

  /** A copy of the group that this step may change. */
  editGroup(index: number): Group {
    let group = this.#groups.get(index);
    if (!group) {
      const original = this.#state.groups.get(index);
      group = { ...original, counts: { ...original.counts } };
      this.#groups.set(index, group);
    }
    return group;
  }

  change(index: number, patch: Partial<Slot>): Slot {
    const before = this.slot(index);
    const after = { ...before, ...patch };
    this.#slots.set(index, after);
    if (
      "state" in patch ||
      "wanted" in patch ||
      "ended" in patch ||
      "ticket" in patch ||
      "degraded" in patch ||
      "bootFailed" in patch
    ) {
      this.#count(countsOf(before), countsOf(after), before.group);
    }
    return after;
  }

  changeWorker(index: number, patch: Partial<WorkerRecord>): void {
    const { worker } = this.slot(index);
    if (worker) this.change(index, { worker: { ...worker, ...patch } });
  }

  effect(effect: Effect): void {
    this.effects.push(effect);
  }

  fact<Name extends HookName>(name: Name, payload: HookPayload<Name>): void {
    this.effects.push({ type: "fact", name, payload } as Effect);
  }

  /** How the shell finds the worker of a seat: a slot goes by its main seat, and its epochs are its own. */
  addressed(seat: Slot): { slot: number; epoch: number } {
    return { slot: seat.seat === "main" ? seat.index : seat.twin, epoch: seat.epoch };
  }

  /** The names by which facts speak of a slot. */
  named(slot: Slot): { slot: string; group: string; epoch: number } {
    return { slot: slot.id, group: this.group(slot.group).name, epoch: slot.epoch };
  }

  commit(): KernelState {
    let { slots, groups } = this.#state;
    for (const [index, slot] of this.#slots) slots = slots.set(index, slot);
    for (const [index, group] of this.#groups) groups = groups.set(index, group);
    return { pool: this.pool, groups, slots };
  }

  #count(before: Counts, after: Counts, group: number): void {
    let counts: Counts | undefined;
    for (const name of COUNT_NAMES) {
      const difference = after[name] - before[name];
      if (difference === 0) continue;
      counts ??= this.editGroup(group).counts;
      counts[name] += difference;
      this.pool.counts[name] += difference;
      this.countsChanged = true;
    }
  }
}
