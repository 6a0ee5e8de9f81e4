import { PoolError } from "../contract/errors.ts";
import { notRunning } from "../contract/states.ts";
import { findGroup } from "./find-group.ts";
import type { Shell } from "./shell.ts";

/** How a group is stopped. */
export interface StopGroupOptions {
  /** The name of the group. */
  readonly group: string;
  /** Kills its workers at once. */
  readonly now?: boolean | undefined;
  /** One line, for people. */
  readonly reason?: string | undefined;
}

/**
 * Stops one group and resolves when none of its workers is left, or when somebody has started it again meanwhile. The pool
 * goes on.
 */
export function createStopGroup({
  waiters,
  state,
  dispatch,
}: Shell): (options: StopGroupOptions) => Promise<void> {
  return async ({ group: name, now = false, reason = "asked to stop" }) => {
    const found = findGroup(state(), name);
    const refusal = notRunning(state().pool.state);
    if (refusal) throw new PoolError("E_STATE", `group ${name} cannot be stopped: ${refusal}`);
    dispatch({ type: "stopGroup", group: found.index, now, reason });
    await waiters.until((after) => {
      const { stopped, counts } = after.groups.get(found.index);
      return !stopped || counts.live === 0;
    });
  };
}
