import { PoolError } from "../contract/errors.ts";
import { notRunning } from "../contract/states.ts";
import type { Command } from "../reducer/state/events.ts";
import type { KernelState } from "../reducer/state/state.ts";
import { findGroup } from "./find-group.ts";
import type { Waiters } from "./waiters.ts";

/** What stopping one group needs of the kernel around it. */
export interface StopGroupContext {
  readonly waiters: Waiters;
  state(): KernelState;
  dispatch(command: Command): void;
}

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
export function createStopGroup(context: StopGroupContext): (options: StopGroupOptions) => Promise<void> {
  const { waiters, state, dispatch } = context;
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
