import type { Effect, KernelEvent } from "../../../core/reducer/state/events.ts";
import type { KernelState } from "../../../core/reducer/state/state.ts";
import { broken } from "../broken.ts";
import { EXIT_ALL_FAILED, POOL_NEXT } from "../spec.ts";
import type { World } from "../world.ts";
import type { Exits } from "./exits.ts";

type Send = Extract<Effect, { type: "send" }>;

/** I6, the exit code, and the order in which groups end. */
export class Ends {
  shutdownAt: number | null = null;

  #exitCode: number | null = null;
  #pool = "init";
  #told = 0;

  /** A `pool:state` or `pool:stopped` or `pool:critical` of the kernel. */
  fact(
    world: World,
    event: KernelEvent,
    before: KernelState,
    exits: Exits,
    name: string,
    payload: unknown,
  ): void {
    if (name === "pool:state") {
      const { from, to } = payload as { from: string; to: string };
      if (from !== this.#pool || !POOL_NEXT[from]!.includes(to))
        broken("table", `the pool goes from ${from} to ${to}`);
      this.#pool = to;
      if (to !== "shutdown") return;
      this.shutdownAt = world.now;

      this.#exitCode = codeOf(world, event, before, exits);
    } else if (name === "pool:critical") {
      if ((payload as { exitCode: number }).exitCode === 0 && event.type === "stop")
        broken("code", "critical, and asked for");
    } else if (name === "pool:stopped") {
      this.#told++;
      const { exitCode } = payload as { exitCode: number };
      if (exitCode !== this.#exitCode)
        broken("code", `ended with ${exitCode} and should with ${this.#exitCode}`);
    }
  }

  /** A drain or stop message in an ordered pool: only when the groups after it are gone. */
  checkTurn(world: World, event: KernelEvent, send: Send): void {
    if (world.history.strategy === "one-for-one" || event.type === "due") return;
    // Whoever stops one group sets the order.
    if (event.type === "stopGroup") return;
    if (send.frame.type !== "drain" && send.frame.type !== "stop") return;
    const { slots, groups, pool } = world.state;
    const main = slots.get(send.slot);
    const seat = main.worker && main.epoch === send.epoch ? main : slots.get(main.twin);
    const intent = seat.worker?.intent;
    const isHard = intent === "reload" && pool.reload?.hard === true;
    if (intent !== "stop" && intent !== "bounce" && !isHard) return;
    for (let index = main.group + 1; index < groups.length; index++) {
      const isConcerned = pool.state === "shutdown" || groups.get(index).halting !== "no";
      if (isConcerned && liveIn(world, index) > 0)
        broken("order", `g${main.group} ends before g${index} is gone`);
    }
  }

  /** After each step. */
  check(world: World, exits: Exits): void {
    const { pool, slots, groups } = world.state;
    if (pool.state !== this.#pool) broken("table", `the pool is ${pool.state}, told ${this.#pool}`);
    if (exits.mustEnd !== null && (pool.state === "running" || pool.state === "restarting")) {
      broken("I9", `the pool goes on and should end with ${exits.mustEnd}`);
    }
    if (pool.state !== "shutdown") return;
    if (pool.end?.exitCode !== this.#exitCode)
      broken("code", `code ${pool.end?.exitCode}, should be ${this.#exitCode}`);
    const isOrdered = world.history.strategy !== "one-for-one";
    for (let index = groups.length - 1; index >= 0; index--) {
      const { first, max } = groups.get(index);
      for (let slot = first; slot < first + max; slot++) {
        const main = slots.get(slot);
        for (const { state, id } of [main, slots.get(main.twin)]) {
          if (state === "starting" || state === "ready")
            broken("I6", `${id} is ${state} while the pool ends`);
        }
      }
      if (isOrdered && liveIn(world, index) > 0) return;
    }
  }

  /** Once the run is over. */
  close(world: World): void {
    if (world.closedAt === null || this.shutdownAt === null) return;
    if (this.#told !== 1) broken("code", `pool:stopped was told ${this.#told} times`);
    const times = world.history.groups.map(({ timeouts: { drain, stop } }) => drain + stop + 12_000 + 3_000);
    const ordered = world.history.strategy !== "one-for-one";
    const grace = ordered ? times.reduce((sum, time) => sum + time, 0) : Math.max(...times);
    const away = world.frozenMs + 4_000 * (world.freezes + 1);
    const took = world.closedAt - this.shutdownAt;
    if (took > grace + away) broken("I6", `the end took ${took} ms, longer than ${grace} + ${away}`);
  }
}

/** The code that the end at this step must have. */
function codeOf(world: World, event: KernelEvent, before: KernelState, exits: Exits): number {
  if (event.type === "stop") return event.exitCode;
  // Whether it was time is for another rule to say.
  if (event.type === "due" && event.seat === before.slots.length) return EXIT_ALL_FAILED;
  if (exits.mustEnd !== null) return exits.mustEnd;
  let failed = 0;
  for (const slot of before.slots) {
    const now = world.state.slots.get(slot.index);
    if (now.worker || now.state === "backoff" || now.ticket !== null)
      broken("code", `the pool ends, ${now.id} does not`);
    if (now.state === "failed") failed++;
    if (now.wanted && now.state === "idle" && !now.ended)
      broken("code", `the pool ends, and ${now.id} is wanted`);
  }
  for (const group of world.state.groups) {
    const { isCalled } = world.history.groups[group.index]!;
    if (group.desired === 0 && !group.stopped && !isCalled)
      broken("code", `the pool ends, ${group.name} is dormant`);
  }
  return failed > 0 ? EXIT_ALL_FAILED : 0;
}

function liveIn(world: World, groupIndex: number): number {
  const { first, max } = world.state.groups.get(groupIndex);
  let live = 0;
  for (let slot = first; slot < first + max; slot++) live += world.live[slot]!.length;
  return live;
}
