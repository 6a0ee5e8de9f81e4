import { seatOf } from "../../core/reducer/reduce.ts";
import type { Effect, KernelEvent } from "../../core/reducer/state/events.ts";
import type { KernelState, Slot } from "../../core/reducer/state/state.ts";
import { broken } from "./broken.ts";
import { checkCounts } from "./rules/counts.ts";
import { Ends } from "./rules/ends.ts";
import { Exits } from "./rules/exits.ts";
import { GiveUp } from "./rules/give-up.ts";
import { Reloads } from "./rules/reload.ts";
import { checkSeat } from "./rules/seats.ts";
import { checkToWorker } from "./rules/signals.ts";
import { Starts } from "./rules/starts.ts";
import { Stops } from "./rules/stops.ts";
import { HAS_PROCESS, HEALTHY_MS, NEXT, RANK, silenceOf } from "./spec.ts";
import type { Watcher, World } from "./world.ts";

/** Everything that must hold at every step of every history; the names are those of the list of races. */
export class Invariants implements Watcher {
  readonly ends: Ends = new Ends();
  readonly #giveUp: GiveUp = new GiveUp();
  readonly #exits: Exits;
  readonly #starts: Starts;
  readonly #reloads: Reloads = new Reloads();
  readonly #stops: Stops = new Stops();
  /** The state that the facts have told of each seat. */
  readonly #told: string[];
  #event!: KernelEvent;
  #before!: KernelState;

  constructor(seats: number) {
    this.#exits = new Exits(seats / 2);
    this.#starts = new Starts(seats);
    this.#told = Array.from({ length: seats }, () => "idle");
  }

  step(
    world: World,
    event: KernelEvent,
    before: KernelState,
    after: KernelState,
    effects: readonly Effect[],
  ): void {
    this.#event = event;
    this.#before = before;
    this.#exits.begin();
    if ("epoch" in event && !world.subject) {
      if (after !== before || effects.length > 0) broken("I10", `a stale ${event.type} changed something`);
      return;
    }
    this.#stops.note(event, before);
    this.#note(world, event, before);
    if (event.type === "exited" && after.pool.state === before.pool.state) mark(world, event.bounce);
    if (event.type === "reload" && event.hard && before.pool.state !== after.pool.state) {
      const names = event.plans.map(({ group }) => after.groups.get(group).name);
      mark(world, names);
    }
    if (!before.pool.reload && before.pool.replacements.length === 0) return;
    const slot = this.#reloads.takenOver(before, effects);
    if (slot === undefined) return;
    const { twin } = before.slots.get(slot);
    [this.#told[slot], this.#told[twin]] = [this.#told[twin]!, this.#told[slot]!];
    this.#starts.swap(slot, twin);
    this.#exits.books[slot]!.clear();
    this.#exits.books[slot]!.notBefore = -Infinity;
    this.#reloads.checkTakeOver(world, before, slot);
  }

  effect(world: World, effect: Effect): void {
    const event = this.#event;
    switch (effect.type) {
      case "spawn":
        this.#stops.checkSpawn(world, effect);
        return this.#starts.check(world, event, this.#before, effect, this.#exits);
      case "send":
        this.ends.checkTurn(world, event, effect);
        if (effect.frame.type === "drain") this.#reloads.checkDrain(world, effect.slot, effect.epoch);
        return checkToWorker(world, event, this.#before, effect);
      case "signal":
      case "disconnect":
        return checkToWorker(world, event, this.#before, effect);
      case "closed":
        if (world.closedAt !== null) broken("I6", "closed twice");
        return;
      case "fact":
        return this.#fact(world, effect.name, effect.payload);
      default:
    }
  }

  settled(world: World, event: KernelEvent, before: KernelState): void {
    const after = world.state;
    if (after === before) return;
    for (let seat = 0; seat < this.#told.length; seat++) {
      const now = after.slots.get(seat);
      const timer = world.timers[seat];
      if ((timer === null) !== (now.deadline === null) && world.closedAt === null) {
        broken("I4", `${now.id} (${now.seat}): deadline ${now.deadline?.kind}, timer ${timer !== null}`);
      }
      if (timer && !fits(timer.at, now.deadline!, world.now)) {
        broken("I4", `${now.id}: timer at ${timer.at}, deadline at ${now.deadline!.at}`);
      }
      if (timer) checkRecovery(world, now, timer.at);
      if (timer) checkSilentDrain(world, now, timer.at);
      if (now === before.slots.get(seat)) continue;
      if (now.state !== this.#told[seat])
        broken("table", `${now.id} is ${now.state}, told ${this.#told[seat]}`);
      checkSeat(world, now);
      if (now.seat === "main") this.#exits.checkDegraded(world, now, event);
      checkIntent(before, after, seat);
    }
    this.#giveUp.check(world, event, before);
    this.#stops.check(world, event);
    if (event.type === "heartbeat") return checkHeartbeat(world, event);
    this.#exits.check(world, event, before, world.subject);
    checkCounts(world);
    this.#starts.checkFair(world);
    this.ends.check(world, this.#exits);
    this.#reloads.check(world, event, before);
    checkMarks(world);
    if (event.type === "goodbye" && world.subject?.notes.acks !== 1) broken("goodbye", "no ack");
    if (event.type === "drainAsked") checkDrainAsked(world, event);
    if (event.type === "scale") checkScale(before, after, event.group, event.count);
    if (event.type === "stop") checkStop(world, event.now);
    if (event.type === "restart") checkRestart(world, before, event.slot);
  }

  /** What the supervisor has just heard. */
  #note(world: World, event: KernelEvent, before: KernelState): void {
    const { subject, now } = world;
    if (subject) {
      const { notes } = subject;
      if (event.type === "hello") notes.helloAt = now;
      else if (event.type === "ready") notes.readyAt = notes.talkedAt = now;
      else if (event.type === "heartbeat") {
        notes.talkedAt = now;
        notes.spoke();
      } else if (event.type === "goodbye") notes.part(event.drains, now);
      else if (event.type === "disconnected") notes.disconnectedAt = now;
      else if (event.type === "violation") notes.violatedAt = now;
      else if (event.type === "exited")
        this.#exits.expect(world, event, before, subject, this.#giveUp.booted);
    }
    const { books } = this.#exits;
    if (event.type === "restart") {
      const { state, worker, degraded } = before.slots.get(event.slot);
      if (state !== "permanent" && !worker) {
        if (state === "failed" || degraded) books[event.slot]!.clear();
        books[event.slot]!.early = 0;
      }
      if (!worker) books[event.slot]!.notBefore = -Infinity;
    }
    for (const slot of event.type === "scale" || event.type === "reload" ? before.slots : []) {
      if (slot.seat !== "main") continue;
      if (event.type === "scale" && slot.group === event.group && !slot.worker)
        books[slot.index]!.notBefore = -Infinity;
      const isRevived = slot.wanted && slot.ended && before.groups.get(slot.group).stopped;
      if (
        event.type !== "reload" ||
        (!event.hard && !isRevived) ||
        event.only !== undefined ||
        before.pool.state !== "running" ||
        before.pool.reload
      )
        continue;
      if (before.pool.replacements.length > 0) continue;
      if (!event.plans.some(({ group }) => group === slot.group)) continue;
      books[slot.index]!.clear();
      if (!slot.worker) books[slot.index]!.notBefore = -Infinity;
    }
  }

  #fact(world: World, name: string, payload: unknown): void {
    if (name === "slot:state") {
      const { slot, seat, from, to } = payload as { slot: string; seat: string; from: string; to: string };
      const index = this.#seatIndex(world.state, slot, seat);
      const told = this.#told[index]!;
      if (told !== from || !NEXT[from]!.includes(to))
        broken("table", `${slot} (${seat}) goes from ${from} to ${to}, was ${told}`);
      if (HAS_PROCESS.has(from) && !HAS_PROCESS.has(to) && this.#event.type !== "exited") {
        broken("I1", `${slot} goes from ${from} to ${to} without an exit`);
      }
      if (
        from === "failed" &&
        this.#event.type !== "restart" &&
        this.#event.type !== "reload" &&
        this.#event.type !== "stopGroup" &&
        !this.#before.pool.reload &&
        this.#before.pool.replacements.length === 0
      ) {
        broken("I7", `${slot} leaves ${from} on ${this.#event.type}`);
      }
      this.#told[index] = to;
    } else if (name === "worker:silent" || name === "worker:recovered") {
      checkSilence(world, name, payload as { slot: string; epoch: number });
    } else if (name.startsWith("pool:")) {
      this.ends.fact(world, this.#event, this.#before, this.#exits, name, payload);
    } else {
      this.#exits.fact(name, payload);
    }
  }

  #seatIndex(state: KernelState, id: string, seat: string): number {
    for (let index = 0; index < this.#told.length / 2; index++) {
      const slot = state.slots.get(index);
      if (slot.id === id) return seat === "main" ? index : slot.twin;
    }
    return broken("table", `a fact about ${id}`);
  }
}

/** Whether a timer is the one of a deadline: heartbeats move the deadline alone, and a late one fires at once. */
function fits(timer: number, { kind, at }: { kind: string; at: number }, now: number): boolean {
  const isSooner = (kind === "silence" || kind === "drain") && timer < at;
  return timer === at || isSooner || (timer <= now && at <= now);
}

/** A slot that has been degraded is looked at when its worker has been ready for a minute. */
function checkRecovery(
  world: World,
  { degraded, deadline, seat, index, epoch, id }: Slot,
  timer: number,
): void {
  if (!degraded || seat !== "main" || deadline?.kind !== "silence") return;
  const healthyAt = world.processOf(index, epoch)!.notes.readyAt + HEALTHY_MS;
  if (timer > Math.max(healthyAt, world.now))
    broken("degraded", `${id} is healthy at ${healthyAt}, and looked at at ${timer}`);
}

/** A worker that drains is looked at when its time for a heartbeat is over, unless it has said goodbye. */
function checkSilentDrain(world: World, slot: Slot, timer: number): void {
  const { deadline, group, epoch, id } = slot;
  if (deadline?.kind !== "drain") return;
  const { notes } = world.processOf(slot.seat === "main" ? slot.index : slot.twin, epoch)!;
  if (notes.goodbyeAt >= 0) return;
  const since = Math.max(notes.talkedAt, notes.drainAt);
  const { heartbeat } = world.config.groups[group]!.timeouts;
  const latest = Math.max(world.now, since + heartbeat + world.awaySince(since));
  if (timer > latest)
    broken("silence", `${id} drains in silence since ${since}, and is looked at at ${timer}`);
}

/** A worker's silence is told after its time, once, and so is its end, when it speaks. */
function checkSilence(world: World, name: string, { slot, epoch }: { slot: string; epoch: number }): void {
  const { index, group } = [...world.state.slots].find(({ id }) => id === slot)!;
  const { notes } = world.processOf(index, epoch) ?? {};
  if (!notes) broken("I11", `${name} of ${slot}:${epoch}, which is not there`);
  if (name === "worker:recovered") {
    if (!notes.hasRecovered) broken("silence", `${slot} has recovered, and was not silent or did not speak`);
    notes.hasRecovered = false;
    return;
  }
  const { told } = silenceOf(world.config.groups[group]!.timeouts.heartbeat);
  const since = notes.talkedAt + told + world.awaySince(notes.talkedAt);
  if (!(world.now >= since))
    broken("silence", `${slot} is told to be silent at ${world.now}, before ${since}`);
  if (notes.silentAt >= 0) broken("silence", `${slot} is told to be silent twice`);
  notes.silentAt = world.now;
}

/** Precedence: what a worker was asked for is never taken back for less. */
function checkIntent(before: KernelState, after: KernelState, seat: number): void {
  const now = after.slots.get(seat);
  if (!now.worker?.intent) return;
  for (const was of [before.slots.get(seat), before.slots.get(now.twin)]) {
    if (!was.worker?.intent || was.epoch !== now.epoch) continue;
    if (RANK[now.worker.intent]! < RANK[was.worker.intent]!)
      broken("precedence", `${was.worker.intent} became ${now.worker.intent}`);
  }
}

function checkHeartbeat(world: World, { slot, epoch }: { slot: number; epoch: number }): void {
  const main = world.state.slots.get(slot);
  if (main.epoch !== epoch || main.state !== "ready" || !main.deadline) return;
  const { heartbeat } = world.config.groups[main.group]!.timeouts;
  if (main.deadline.kind === "heartbeat") broken("silence", "it spoke, and is taken to be silent");
  if (world.subject?.notes.hasRecovered) broken("silence", "it spoke again, which was not told");
  if (main.deadline.kind !== "silence") return;
  if (main.deadline.at !== world.now + silenceOf(heartbeat).told)
    broken("heartbeat", "a heartbeat did not move the deadline");
}

/** The workers of these groups have to go before anything starts again. */
function mark(world: World, names: readonly string[]): void {
  if (names.length === 0) return;
  const { slots, groups, pool } = world.state;
  if (pool.state !== "running" && pool.state !== "restarting") return;
  for (const [index, processes] of world.live.entries()) {
    if (!names.includes(groups.get(slots.get(index).group).name)) continue;
    for (const { notes } of processes) notes.mustGo = true;
  }
}

function checkMarks(world: World): void {
  for (const [index, processes] of world.live.entries()) {
    for (const { notes } of processes) {
      if (!notes.mustGo) continue;
      const { name, halting } = world.state.groups.get(world.state.slots.get(index).group);
      const { state } = world.state.pool;
      if (halting === "no" && (state === "running" || state === "restarting"))
        broken("order", `${name} is not bounced`);
    }
  }
}

/**
 * Up takes the lowest free slots, those that still have a worker last; down frees the highest, and the number is right at
 * once.
 */
function checkScale(before: KernelState, after: KernelState, groupIndex: number, count: number): void {
  const group = after.groups.get(groupIndex);
  if (group.desired !== count || group.counts.up !== count)
    broken("I14", `${group.name}: ${group.counts.up} up, ${count} asked`);
  let highestUp = -1;
  let lowestFree = Infinity;
  let lowestEmpty = Infinity;
  const wasEmpty = (index: number): boolean =>
    !before.slots.get(index).worker && !before.slots.get(before.slots.get(index).twin).worker;
  for (let index = group.first; index < group.first + group.max; index++) {
    const { wanted, ended, state } = after.slots.get(index);
    if (state === "permanent" || state === "failed") continue;
    if (wanted && !ended) highestUp = index;
    else if (wasEmpty(index)) lowestEmpty = Math.min(lowestEmpty, index);
    else lowestFree = Math.min(lowestFree, index);
  }
  for (let index = group.first; index < group.first + group.max; index++) {
    const was = before.slots.get(index);
    const now = after.slots.get(index);
    if (was.wanted && !now.wanted && index < highestUp)
      broken("I14", `${now.id} is freed below a higher one`);
    const isNew = now.wanted && !now.ended && (!was.wanted || was.ended);
    if (isNew && index > (wasEmpty(index) ? lowestEmpty : lowestFree))
      broken("I14", `${now.id} is taken above a free one`);
    if (isNew && !wasEmpty(index) && lowestEmpty < Infinity)
      broken("I14", `${now.id} is taken, whose worker still ends, and an idle one is left`);
    for (const { worker, ticket, seat, id } of [now, after.slots.get(now.twin)]) {
      const isLeaving = worker?.intent ?? worker?.goodbye ?? worker?.violation ?? worker?.cause;
      if (!now.wanted && ((worker && !isLeaving) || ticket !== null))
        broken("I14", `${id} (${seat}) is not wanted and not asked to end`);
    }
  }
}

function checkStop(world: World, now: boolean): void {
  const { slots, pool } = world.state;
  if (pool.state === "running" || pool.state === "restarting") broken("I6", "a stop, and the pool goes on");
  if (!now) return;
  for (const slot of slots)
    if (slot.worker && slot.state !== "killing")
      broken("I6", `${slot.id} is ${slot.state} after a forced stop`);
}

/** Who was told to end from outside, and asks to finish what it has, gets the time of a drain. */
function checkDrainAsked(world: World, { slot, epoch }: { slot: number; epoch: number }): void {
  const seat = seatOf(world.state, { slot, epoch });
  const isReady = seat !== undefined && world.state.slots.get(seat).state === "ready";
  if (isReady) broken("drain", "it asked to be drained, and was not");
}

/** A restart is a start where there was no worker, and an end where there was one. */
function checkRestart(world: World, before: KernelState, index: number): void {
  const was = before.slots.get(index);
  const now = world.state.slots.get(index);
  if (was.worker) {
    if (!now.worker?.intent) broken("restart", `${now.id} is not asked to end`);
    return;
  }
  const starts = now.worker !== null || now.ticket !== null || now.state === "backoff";
  if (was.state !== "permanent" && was.wanted && !starts) broken("restart", `${now.id} does not start`);
  if (was.state === "permanent" && now !== was) broken("I7", `${now.id} is permanent and was restarted`);
}
