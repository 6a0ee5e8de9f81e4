import type { Effect, KernelEvent } from "../../../core/reducer/state/events.ts";
import type { KernelState, ReloadRecord, Slot } from "../../../core/reducer/state/state.ts";
import { broken } from "../broken.ts";
import type { World } from "../world.ts";

/** Waves that a soft reload of a group takes at most, where nobody has said how many at once. */
const MOST_WAVES = 8;

/** I13: a soft reload never takes a serving worker away before the next one serves, and ends with one generation. */
export class Reloads {
  /** What ended in this step, by the slot that was to be replaced, `null` for a reload, and why it failed. */
  readonly #ended = new Map<number | null, string | null>();
  #tookOver: number | undefined;

  /** The slot whose seats swapped in this step, by its main seat; `undefined` when none did. */
  takenOver(state: KernelState, effects: readonly Effect[]): number | undefined {
    this.#ended.clear();
    this.#tookOver = undefined;
    const indexOf = (id: string): number =>
      [...state.slots].find((slot) => slot.id === id && slot.seat === "main")!.index;
    for (const effect of effects) {
      if (effect.type !== "fact") continue;
      if (effect.name === "reload:progress") this.#tookOver = indexOf(effect.payload.slot);
      if (effect.name !== "reload:done" && effect.name !== "reload:rolledback") continue;
      const { slot } = effect.payload;
      const reason = effect.name === "reload:done" ? null : effect.payload.reason;
      this.#ended.set(slot === undefined ? null : indexOf(slot), reason);
    }
    return this.#tookOver;
  }

  /** The new worker of a slot takes over. */
  checkTakeOver(world: World, before: KernelState, slot: number): void {
    const main = world.state.slots.get(slot);
    const process = world.processOf(slot, main.epoch);
    const record = recordOf(before, main.group);
    const plan = record?.plans.find(({ group }) => group === main.group);
    if (!process || !record || !plan || record.hard)
      broken("I13", `${main.id} is taken over without a reload`);
    const { only } = record;
    if (only !== null && only !== slot)
      broken("I13", `${main.id} is taken over, and another was to be replaced`);
    const readyFor = world.now - process.notes.readyAt;
    if (!(readyFor >= plan.minReadyMs + plan.trialMs))
      broken("I13", `${main.id} took over after ${readyFor} ms of ${plan.minReadyMs} and ${plan.trialMs}`);
    const target =
      record.failure === null ? record.generation : world.state.groups.get(main.group).generation;
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
    if (!isUp && pool.replacements.length > 0) broken("I13", "a replacement goes on while the pool ends");
    if (event.type === "reload" && event.only === undefined && !before.pool.reload) checkBegin(world, event);
    checkReplacements(pool);
    if (isUp) {
      if (before.pool.reload && !pool.reload) checkOutcome(world, before, before.pool.reload);
      for (const record of before.pool.replacements)
        if (!afterOf(world.state, record)) this.#checkReplacement(world, before, record);
      if (before.pool.reload?.hard === false) this.#checkTurn(world, event, before, before.pool.reload);
      for (const record of before.pool.replacements) this.#checkTurn(world, event, before, record);
    }
    if (!isUp) return;
    checkWave(world);
    for (let index = 0; index < groups.length; index++) {
      const { first, max, name } = groups.get(index);
      const record = recordOf(world.state, index);
      const surge = record?.hard === false ? record.plans.find(({ group }) => group === index)?.surge : 0;
      let taken = 0;
      for (let slot = first; slot < first + max; slot++) {
        const { worker, state } = slots.get(slots.get(slot).twin);
        if (worker || state !== "idle") taken++;
      }
      if (taken > (surge ?? 0))
        broken("I13", `${name} has ${taken} surge seats taken, ${surge ?? 0} planned (${event.type})`);
    }
  }

  /** The wave turns round when a new worker ends that nobody asked to end, and for nothing else. */
  #checkTurn(world: World, event: KernelEvent, before: KernelState, record: ReloadRecord): void {
    if (record.failure !== null) return;
    const after = afterOf(world.state, record);
    const reason = after ? after.failure : (this.#ended.get(record.only) ?? null);
    const seat = event.type === "exited" ? seatBefore(before, event.slot, event.epoch) : undefined;
    const isUntaken = record.only === null || replacedBy(record) === 0;
    const isOwn = record.plans.some(({ group }) => group === seat?.group);
    const isNew = isOwn && seat?.seat === "surge" && seat.generation === record.generation && isUntaken;
    const hasFailed = isNew && event.type === "exited" && event.report.intent === undefined;
    if (hasFailed && reason === null) broken("I13", `${seat.id} did not come up, and the reload goes on`);
    if (!hasFailed && reason !== null) broken("I13", `the reload turned round on ${event.type}: ${reason}`);
  }

  /** One worker was replaced, or its slot was let go of meanwhile; no generation has changed. */
  #checkReplacement(world: World, before: KernelState, record: ReloadRecord): void {
    const { pool, slots, groups } = world.state;
    const main = slots.get(record.only!);
    const replaced = replacedBy(record) + Number(this.#tookOver === main.index);
    if (pool.generation !== before.pool.generation)
      broken("I13", `a replacement made generation ${pool.generation}`);
    if (groups.get(main.group).generation !== before.groups.get(main.group).generation)
      broken("I13", `a replacement gave ${main.id} another generation`);
    if (replaced > 1) broken("I13", `${main.id} was replaced ${replaced} times`);
    const isServing = main.wanted && !main.ended && main.state === "ready";
    const isRolledBack = typeof this.#ended.get(record.only) === "string";
    if (replaced === 0 && !isRolledBack && isServing && main.epoch === before.slots.get(main.index).epoch)
      broken("I13", `${main.id} was to be replaced, and was not`);
  }
}

/** What a group's surge seats are in use for. */
function recordOf({ pool }: KernelState, group: number): ReloadRecord | undefined {
  const all = [...(pool.reload ? [pool.reload] : []), ...pool.replacements];
  return all.find(({ plans }) => plans.some((plan) => plan.group === group));
}

/** What has become of a record; `undefined` when it has ended. */
function afterOf({ pool }: KernelState, { only }: ReloadRecord): ReloadRecord | undefined {
  if (only === null) return pool.reload ?? undefined;
  return pool.replacements.find((each) => each.only === only);
}

/** A reload begins for everybody who waits for one: none is forgotten, and none is made softer. */
function checkBegin(world: World, { hard, plans }: Extract<KernelEvent, { type: "reload" }>): void {
  const { served, state } = world;
  if (served.some((op) => op.hard) !== hard) broken("reload queue", `hard: ${hard}, not as asked`);
  for (const op of served) {
    for (const { index, name } of state.groups) {
      if ((op.group ?? index) !== index) continue;
      const plan = plans.find(({ group }) => group === index);
      if (!plan) broken("reload queue", `${name} was to be reloaded, and is not`);
      if (op.surge !== null && plan.surge > op.surge)
        broken("reload queue", `${name}: ${plan.surge} at once, at most ${op.surge} were asked for`);
      if (plan.minReadyMs < op.minReadyMs)
        broken("reload queue", `${name}: ready for ${plan.minReadyMs} ms, ${op.minReadyMs} were asked for`);
    }
  }
  for (const { group, surge } of plans) {
    const { desired, name } = state.groups.get(group);
    const isOpen = served.every((op) => (op.group !== null && op.group !== group) || op.surge === null);
    if (!isOpen) continue;
    if (surge * MOST_WAVES < desired) broken("I13", `${name}: ${desired} workers in waves of ${surge}`);
    if (surge > 1 && (surge - 1) * MOST_WAVES >= desired)
      broken("I13", `${name}: ${surge} surplus workers at once, fewer suffice for ${MOST_WAVES} waves`);
  }
}

/** One worker of a group at a time, and none beside a reload. */
function checkReplacements({ reload, replacements }: KernelState["pool"]): void {
  if (reload && replacements.length > 0) broken("I13", "a worker is replaced beside a reload");
  const groups = new Set(replacements.map(({ plans }) => plans[0]!.group));
  if (groups.size < replacements.length) broken("I13", "two workers of a group are replaced at once");
}

/** A wave is as large as planned while there are workers to replace: the group that is at it, and each replacement. */
function checkWave(world: World): void {
  const { pool, groups, slots } = world.state;
  const { reload } = pool;
  if (!reload || reload.hard || reload.failure !== null) return;
  for (const { group: index, surge } of reload.plans) {
    const { first, max, name, counts, desired } = groups.get(index);
    if (counts.surging >= surge) return;
    let left = 0;
    for (let slot = first; slot < first + max; slot++) {
      const { wanted, ended, state, generation, twin } = slots.get(slot);
      const isReplaced = state === "failed" && counts.up >= desired;
      if (!wanted || ended || state === "permanent" || isReplaced || generation === reload.generation)
        continue;
      const next = slots.get(twin);
      if (next.state === "idle" && next.ticket === null) left++;
    }
    if (left > 0) broken("I13", `${name}: ${counts.surging} of ${surge} come up, and ${left} wait`);
    if (counts.surging > 0) return;
  }
}

function replacedBy({ tallies }: ReloadRecord): number {
  return Object.values(tallies).reduce((sum, { replaced }) => sum + replaced, 0);
}

function seatBefore({ slots }: KernelState, slot: number, epoch: number): Slot {
  const main = slots.get(slot);
  return main.worker && main.epoch === epoch ? main : slots.get(main.twin);
}

function checkOutcome(world: World, before: KernelState, record: ReloadRecord): void {
  const { lastReload, generation } = world.state.pool;
  if (lastReload?.generation !== record.generation) broken("I13", "a reload ended without an outcome");
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
