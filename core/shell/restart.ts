import { PoolError } from "../contract/errors.ts";
import type { Pool } from "../contract/pool.ts";
import { notRunning } from "../contract/states.ts";
import { restartRefusal } from "../reducer/commands.ts";
import type { Slot } from "../reducer/state/state.ts";
import { isOver } from "../reducer/state/state.ts";
import type { FindSlot } from "./find-slot.ts";
import type { Shell } from "./shell.ts";

/** Makes the `restart` of a pool. */
export function createRestart({ waiters, state, dispatch }: Shell, findSlot: FindSlot): Pool["restart"] {
  return async (id) => {
    const index = findSlot(id);
    const refusal = notRunning(state().pool.state) ?? restartRefusal(state(), index);
    if (refusal) throw new PoolError("E_RESTART_REFUSED", refusal);
    const { epoch } = state().slots.get(index);
    dispatch({ type: "restart", slot: index });
    const isDone = (now: Slot): boolean =>
      !now.wanted ||
      isOver(now) ||
      (now.epoch > epoch && (now.state === "ready" || (now.degraded && now.state === "backoff")));
    await waiters.until(({ slots }) => isDone(slots.get(index)));
    const slot = state().slots.get(index);
    if (slot.state === "ready" && slot.epoch > epoch) return;
    if (slot.ended && state().groups.get(slot.group).stopped)
      throw new PoolError("E_RESTART_REFUSED", `${id} did not come up: its group was stopped`);
    const why = slot.wanted ? (slot.lastExit?.reason ?? "the pool ended") : "its group was scaled down";
    throw new PoolError("E_RESTART_REFUSED", `${id} did not come up: ${why}`);
  };
}
