import type { RefuseScaleQuestion } from "../contract/decisions.ts";
import { PoolError } from "../contract/errors.ts";
import type { Pool } from "../contract/pool.ts";
import { notRunning } from "../contract/states.ts";
import { scaleRefusal } from "../reducer/commands.ts";
import type { Group, KernelState } from "../reducer/state/state.ts";
import type { Asker } from "./decision-runner.ts";
import { findGroup } from "./find-group.ts";
import type { Shell } from "./shell.ts";

/** Makes the `scale` of a pool. */
export function createScale({ asker, notifier, waiters, state, dispatch, wallNow }: Shell): Pool["scale"] {
  return async (name, count, by = "call") => {
    const group = findGroup(state(), name);
    const { desired: from, min, max, index } = group;
    const about = { group: name, wallNow: wallNow(), from, min, max };
    const to = asker.scaleTarget(count, about);
    const question = { ...about, to };
    const refusal =
      notRunning(state().pool.state) ??
      scaleRefusal(state(), group, to) ??
      (to === from ? undefined : asker.decisions.refuseScale.call(question));
    if (refusal) {
      notifier.notify("group:refused", { group: name, from, to, by, reason: refusal });
      throw new PoolError("E_SCALE_REFUSED", refusal);
    }
    const first = to < from ? firstToGo(state(), group, asker, question) : [];
    dispatch({ type: "scale", group: index, count: to, by, first });
    await waiters.until(({ groups: now }) => {
      const { unready, live, up } = now.get(index).counts;
      return unready === 0 && live <= up;
    });
    return { from, to };
  };
}

/** The slots of a group that shrinks, in the order in which they go. */
function firstToGo(
  { slots }: KernelState,
  { first, max }: Group,
  { decisions }: Asker,
  question: RefuseScaleQuestion,
): number[] {
  const all = Array.from({ length: max }, (_, at) => slots.get(first + max - 1 - at));
  const order = decisions.scaleDown.call(
    all.map(({ id }) => id),
    question,
  );
  const indexes = new Map(all.map(({ id, index }) => [id, index]));
  return order.flatMap((id) => indexes.get(id) ?? []);
}
