import type { Effect, KernelEvent } from "../../../core/events.ts";
import type { KernelState, Slot } from "../../../core/state.ts";
import { broken } from "../broken.ts";
import type { World } from "../world.ts";

/** I13: a soft reload never takes a serving worker away before the next one serves, and ends with one generation. */
export class Reloads {
  /** The slot whose seats swapped in this step, by its main seat; `undefined` when none did. */
  takenOver(state: KernelState, effects: readonly Effect[]): number | undefined {
    for (const effect of effects) {
      if (effect.type !== "fact" || effect.name !== "reload:progress") continue;
      for (const slot of state.slots)
        if (slot.id === effect.payload.slot && slot.seat === "main") return slot.index;
    }
    return undefined;
  }

  /** The new worker of a slot takes over. */
  checkTakeOver(world: World, before: KernelState, slot: number): void {
    const main = world.state.slots.get(slot);
    const process = world.processOf(slot, main.epoch);
    const plan = before.pool.reload?.plans.find(({ group }) => group === main.group);
    if (!process || !plan || before.pool.reload!.hard)
      broken("I13", `${main.id} is taken over without a reload`);
    const { only } = before.pool.reload!;
    if (only !== null && only !== slot)
      broken("I13", `${main.id} is taken over, and another was to be replaced`);
    const readyFor = world.now - process.notes.readyAt;
    if (!(readyFor >= plan.minReadyMs + plan.trialMs))
      broken("I13", `${main.id} took over after ${readyFor} ms of ${plan.minReadyMs} and ${plan.trialMs}`);
    const target =
      before.pool.reload!.failure === null
        ? before.pool.reload!.generation
        : world.state.groups.get(main.group).generation;
    if (main.generation !== target)
      broken("I13", `${main.id} was taken over by ${main.generation}, not ${target}`);
  }

  /** A drain message: a reload may only drain what has a successor, or what nobody needs. */
  checkDrain(world: World, slot: number, epoch: number): void {
    const main = world.state.slots.get(slot);
    const seat = main.worker && main.epoch === epoch ? main : world.state.slots.get(main.twin);
    if (seat.worker?.intent !== "reload" || seat.seat === "surge" || world.state.pool.reload?.hard) return;
    broken("I13", `${seat.id} drains for a reload without a successor`);
  }

  /** After each step. */
  check(world: World, event: KernelEvent, before: KernelState): void {
    const { pool, groups, slots } = world.state;
    const isUp = pool.state === "running" || pool.state === "restarting";
    if (pool.reload && !isUp) broken("I13", "a reload goes on while the pool ends");
    if ((pool.state === "restarting") !== (pool.reload?.hard === true))
      broken("I13", `hard reload while ${pool.state}`);
    if (before.pool.reload && !pool.reload) {
      if (isUp) checkOutcome(world, before);
    }
    if (isUp && before.pool.reload?.hard === false) checkTurn(world, event, before);
    if (!isUp) return;
    for (let index = 0; index < groups.length; index++) {
      const { first, max, name } = groups.get(index);
      const surge =
        pool.reload?.hard === false ? pool.reload.plans.find(({ group }) => group === index)?.surge : 0;
      let taken = 0;
      for (let slot = first; slot < first + max; slot++) {
        const { worker, state } = slots.get(slots.get(slot).twin);
        if (worker || state !== "idle") taken++;
      }
      if (taken > (surge ?? 0))
        broken("I13", `${name} has ${taken} surge seats taken, ${surge ?? 0} planned (${event.type})`);
    }
  }
}

/** The wave turns round when a new worker ends that nobody asked to end, and for nothing else. */
function checkTurn(world: World, event: KernelEvent, before: KernelState): void {
  const record = before.pool.reload!;
  if (record.failure !== null) return;
  const { reload, lastReload } = world.state.pool;
  const reason = reload ? reload.failure : lastReload!.reason;
  const seat = event.type === "exited" ? seatBefore(before, event.slot, event.epoch) : undefined;
  const isUntaken = record.only === null || record.replaced === 0;
  const isNew = seat?.seat === "surge" && seat.generation === record.generation && isUntaken;
  const hasFailed = isNew && event.type === "exited" && event.report.intent === undefined;
  if (hasFailed && reason === null) broken("I13", `${seat.id} did not come up, and the reload goes on`);
  if (!hasFailed && reason !== null) broken("I13", `the reload turned round on ${event.type}: ${reason}`);
}

function seatBefore({ slots }: KernelState, slot: number, epoch: number): Slot {
  const main = slots.get(slot);
  return main.worker && main.epoch === epoch ? main : slots.get(main.twin);
}

function checkOutcome(world: World, before: KernelState): void {
  const record = before.pool.reload!;
  const { lastReload, generation } = world.state.pool;
  if (lastReload?.generation !== record.generation) broken("I13", "a reload ended without an outcome");
  if (record.only !== null) return checkReplacement(world, before, record.only);
  for (const { group: index } of record.plans) {
    const group = world.state.groups.get(index);
    if ((group.generation === record.generation) === lastReload.rolledBack)
      broken("I13", `${group.name} is at ${group.generation}`);
    for (let slot = group.first; slot < group.first + group.max; slot++) {
      const seat = world.state.slots.get(slot);
      const isReplaced = seat.state === "failed" && group.counts.up >= group.desired;
      const counts =
        seat.wanted &&
        !seat.ended &&
        seat.state !== "permanent" &&
        !isReplaced &&
        !record.given.includes(slot);
      if (counts && seat.generation !== group.generation && !lastReload.rolledBack) {
        broken("I13", `${seat.id} is left at generation ${seat.generation}`);
      }
    }
  }
  if ((generation === record.generation) === lastReload.rolledBack)
    broken("I13", `the pool is at ${generation}`);
}

/** One worker was replaced, or its slot was let go of meanwhile; no generation has changed. */
function checkReplacement(world: World, before: KernelState, slot: number): void {
  const { pool, slots, groups } = world.state;
  const main = slots.get(slot);
  const { replaced, rolledBack } = pool.lastReload!;
  if (pool.generation !== before.pool.generation)
    broken("I13", `a replacement made generation ${pool.generation}`);
  if (groups.get(main.group).generation !== before.groups.get(main.group).generation)
    broken("I13", `a replacement gave ${main.id} another generation`);
  if (replaced > 1) broken("I13", `${main.id} was replaced ${replaced} times`);
  const isServing = main.wanted && !main.ended && main.state === "ready";
  if (replaced === 0 && !rolledBack && isServing && main.epoch === before.slots.get(slot).epoch)
    broken("I13", `${main.id} was to be replaced, and was not`);
}
