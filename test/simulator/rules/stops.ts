import type { Effect, KernelEvent } from "../../../core/reducer/state/events.ts";
import type { KernelState } from "../../../core/reducer/state/state.ts";
import { broken } from "../broken.ts";
import type { World } from "../world.ts";

/** I23: a group that was stopped has no worker that is not on its way out, and gets none until somebody starts it again. */
export class Stops {
  readonly #stopped = new Set<number>();
  /** Those that a reload starts again in this step. */
  readonly #revived = new Set<number>();

  /** Whether a slot has to stay without a worker. */
  has(group: number): boolean {
    return this.#stopped.has(group);
  }

  /** Before the effects of a step. */
  note(event: KernelEvent, before: KernelState): void {
    this.#revived.clear();
    const { state, reload, replacements } = before.pool;
    if (state !== "running" && state !== "restarting") return;
    if (event.type === "stopGroup") this.#stopped.add(event.group);
    else if (event.type === "scale") this.#stopped.delete(event.group);
    else if (event.type === "restart") {
      const slot = before.slots.get(event.slot);
      if (slot.state !== "permanent") this.#stopped.delete(slot.group);
    } else if (event.type === "reload" && event.only === undefined) {
      const isRefused = state !== "running" || reload !== null || replacements.length > 0;
      for (const { group } of isRefused ? [] : event.plans)
        if (this.#stopped.delete(group)) this.#revived.add(group);
    }
  }

  /** A worker starts. */
  checkSpawn(world: World, effect: Extract<Effect, { type: "spawn" }>): void {
    const { group, id } = world.state.slots.get(effect.slot);
    if (this.#stopped.has(group)) broken("I23", `${id} starts, and its group was stopped`);
  }

  /** After each step. */
  check({ state }: World, event: KernelEvent): void {
    const { pool, groups, slots } = state;
    if (pool.state !== "running" && pool.state !== "restarting") return;
    for (const { index, name, stopped, first, max, counts, desired } of groups) {
      if (stopped !== this.#stopped.has(index)) broken("I23", `${name} is stopped: ${stopped}`);
      for (const { id, group, wanted, ended } of this.#revived.has(index) ? slots : [])
        if (group === index && wanted && ended && counts.up < desired)
          broken("I23", `${id} does not start again with the reload`);
      if (!stopped) continue;
      if (counts.up > 0 || counts.failed > 0)
        broken("I23", `${name} was stopped: ${counts.up} up, ${counts.failed} failed`);
      for (let slot = first; slot < first + max; slot++) {
        for (const { id, worker, ticket } of [slots.get(slot), slots.get(slots.get(slot).twin)]) {
          const isLeaving = worker?.intent ?? worker?.goodbye ?? worker?.violation ?? worker?.cause;
          if ((worker && !isLeaving) || ticket !== null)
            broken("I23", `${id} goes on after ${event.type}, and its group was stopped`);
        }
      }
    }
  }
}
