import type { Counts } from "../../../core/reducer/state/state.ts";
import { broken } from "../broken.ts";
import { CONCURRENT_STARTS, FRESH_MS, FRESH_STARTS, HAS_PROCESS } from "../spec.ts";
import type { World } from "../world.ts";

type Tally = { -readonly [Name in keyof Counts]: number };

function empty(): Tally {
  return {
    live: 0,
    starting: 0,
    ready: 0,
    pending: 0,
    queued: 0,
    wanted: 0,
    up: 0,
    unready: 0,
    over: 0,
    failed: 0,
    degraded: 0,
    bootFailed: 0,
    surging: 0,
  };
}

const NAMES = Object.keys(empty()) as (keyof Counts)[];

/** What the counts must be, counted over; and what follows from them: I2, I14, nobody forgotten, no herd. */
export function checkCounts(world: World): void {
  const { pool, groups, slots } = world.state;
  const isUp = pool.state === "running" || pool.state === "restarting";
  const ordered = world.history.strategy !== "one-for-one";
  const all = empty();
  let dormant = 0;
  let halting = 0;
  let isHeldUp = false;
  const fresh = freshStarts(world);
  if (fresh > FRESH_STARTS) broken("herd", `${fresh} have just been started`);
  for (let groupIndex = 0; groupIndex < groups.length; groupIndex++) {
    const group = groups.get(groupIndex);
    const tally = empty();
    let live = 0;
    for (let seat = group.first; seat < group.first + group.max; seat++) {
      const main = slots.get(seat);
      add(tally, main);
      add(tally, slots.get(main.twin));
      live += world.live[seat]!.length;
      const isOver = main.state === "permanent" || main.state === "failed" || main.ended;
      if (main.wanted && !isOver && isUp && main.state === "idle" && main.ticket === null) {
        broken("forgotten", `${main.id} is wanted, and nothing will start it`);
      }
      for (const { ticket, id } of [main, slots.get(main.twin)]) {
        if (ticket === null) continue;
        const mayGo = pool.halting === 0 && !(ordered && isHeldUp);
        if (ticket < 0 && mayGo) broken("forgotten", `${id} is held, and its turn has come`);
        const hasRoom = group.counts.starting < CONCURRENT_STARTS && fresh < FRESH_STARTS;
        if (ticket >= 0 && mayGo && hasRoom) {
          broken("forgotten", `${id} queues, and there is room`);
        }
        const isBlocked = ticket >= 0 && mayGo && group.counts.starting < CONCURRENT_STARTS && !hasRoom;
        const timer = world.timers[slots.length];
        if (isBlocked && !(timer && timer.at <= world.now + FRESH_MS))
          broken("forgotten", `${id} queues, and nobody looks when there is room`);
      }
    }
    if (tally.live !== live) broken("I2", `${group.name} has ${live} processes and counts ${tally.live}`);
    for (const name of NAMES) {
      all[name] += tally[name];
      if (group.counts[name] !== tally[name]) {
        broken("counts", `${group.name}.${name} is ${group.counts[name]} and should be ${tally[name]}`);
      }
    }
    if (group.desired < group.min || group.desired > group.max)
      broken("I14", `${group.name}: ${group.desired}`);
    if (tally.up > group.desired)
      broken("I14", `${group.name} has ${tally.up} slots up, ${group.desired} desired`);
    if (tally.starting > CONCURRENT_STARTS)
      broken("herd", `${tally.starting} of ${group.name} start at once`);
    if (group.desired === 0 && !group.stopped && !world.history.groups[groupIndex]!.isCalled) dormant++;
    if (group.halting !== "no") halting++;
    if (tally.unready > 0) isHeldUp = true;
  }
  for (const name of NAMES) {
    if (pool.counts[name] !== all[name])
      broken("counts", `${name} is ${pool.counts[name]} and should be ${all[name]}`);
  }
  if (pool.dormant !== dormant) broken("counts", `dormant is ${pool.dormant} and should be ${dormant}`);
  if (pool.halting !== halting) broken("counts", `halting is ${pool.halting} and should be ${halting}`);
  const isOver = all.live === 0 && all.pending === 0 && dormant === 0;
  if (isUp && isOver) broken("I6", "everything is over, and the pool goes on");
  if (pool.state === "shutdown" && all.live === 0) broken("I6", "nobody is left, and the pool goes on");
}

/** Starts that are younger than the bound and not done yet. */
function freshStarts({ live, now, state }: World): number {
  let fresh = 0;
  for (const [slot, processes] of live.entries()) {
    const main = state.slots.get(slot);
    for (const seat of [main, state.slots.get(main.twin)]) {
      const process = processes.find(({ epoch }) => epoch === seat.epoch);
      if (seat.state === "starting" && process && now - process.notes.spawnAt < FRESH_MS) fresh++;
    }
  }
  return fresh;
}

function add(tally: Tally, { seat, state, wanted, ended, ticket, degraded, bootFailed }: Seat): void {
  const over = state === "permanent" || state === "failed" || ended;
  if (HAS_PROCESS.has(state)) tally.live++;
  if (state === "starting") tally.starting++;
  if (state === "ready") tally.ready++;
  if (state === "backoff" || ticket !== null) tally.pending++;
  if (wanted) tally.wanted++;
  if (wanted && !over) tally.up++;
  if (ticket !== null && ticket >= 0) tally.queued++;
  if (wanted && !over && degraded) tally.degraded++;
  if (wanted && !over && !degraded && state !== "ready") tally.unready++;
  if (over) tally.over++;
  if (state === "failed") tally.failed++;
  if (bootFailed) tally.bootFailed++;
  if (seat === "surge" && (state !== "idle" || ticket !== null)) tally.surging++;
}

interface Seat {
  readonly seat: string;
  readonly state: string;
  readonly wanted: boolean;
  readonly ended: boolean;
  readonly ticket: number | null;
  readonly degraded: boolean;
  readonly bootFailed: boolean;
}
