import type { KernelEvent } from "../../../core/reducer/state/events.ts";
import type { KernelState } from "../../../core/reducer/state/state.ts";
import { broken } from "../broken.ts";
import { UNNOTICED_MS } from "../spec.ts";
import type { World } from "../world.ts";

/** How much later than its time the pool may give up: timers of a supervisor that was away come after all words. */
const SLACK_MS = UNNOTICED_MS + 1_000;

/** I22: the pool gives up when no wanted slot has been ready for its time, and never sooner. */
export class GiveUp {
  /** Every slot that the pool has to start was ready once. */
  booted = false;
  #since: number | null = null;

  /** After each step. */
  check(world: World, event: KernelEvent, before: KernelState): void {
    const { pool } = world.state;
    const isUp = pool.state === "running" || pool.state === "restarting";
    const wasUp = before.pool.state === "running" || before.pool.state === "restarting";
    if (wasUp && !isUp && event.type === "due" && event.seat === before.slots.length) this.#checkTime(world);
    this.#note(world, event, before, isUp);
    if (pool.state === "running" && pool.counts.unready === 0) this.booted = true;
    if (isUp && pool.booted !== this.booted)
      broken("boot", `booted is ${pool.booted} and should be ${this.booted}`);
    const timer = world.timers[before.slots.length];
    if (isUp && timer && this.#since === null && pool.counts.queued === 0)
      broken("I4", `the pool's timer comes at ${timer.at}, for nothing`);
    const isLate = this.#since !== null && this.#elapsed(world) > this.#limit(world) + SLACK_MS;
    if (isUp && isLate) broken("I22", `nobody has been ready since ${this.#since}, and the pool goes on`);
  }

  #note(world: World, event: KernelEvent, before: KernelState, isUp: boolean): void {
    const { pool, groups } = world.state;
    if (event.type === "exited" && world.subject && event.verdict.class !== "requested") {
      const isMain = before.slots.get(event.slot).epoch === event.epoch;
      if (isMain && pool.counts.ready === 0) this.#since ??= world.now;
    }
    const isWanted = [...groups].some(({ desired, counts }) => desired > 0 && counts.up + counts.failed > 0);
    if (!isUp || !isWanted || pool.counts.ready > 0 || pool.halting > 0) this.#since = null;
  }

  #checkTime(world: World): void {
    if (this.#since === null) broken("I22", "the pool gives up, and nothing was wrong");
    if (this.#elapsed(world) < this.#limit(world) - 1e-6)
      broken("I22", `the pool gives up after ${this.#elapsed(world)} ms, ${this.#limit(world)} are allowed`);
  }

  #elapsed(world: World): number {
    return world.now - this.#since! - world.awaySince(this.#since!);
  }

  /** A worker that may take longer than `giveUp` to become ready has its time. */
  #limit({ history, config, state }: World): number {
    if (history.giveUp === false) return Infinity;
    const starts = [...state.groups].map(({ index, desired, stopped }) => {
      const { hello, ready } = config.groups[index]!.timeouts;
      return desired > 0 && !stopped ? hello + ready : 0;
    });
    return Math.max(history.giveUp, ...starts);
  }
}
