import { isUp } from "../contract/states.ts";
import { releaseHeld } from "./start-queue.ts";
import type { Draft } from "./state/draft.ts";
import { end } from "./transitions.ts";

/**
 * The order between groups: with `one-for-all` and `rest-for-one` a group starts when the ones before it are
 * ready, and groups stop in reverse, each when the one after it is gone. What is over (failed, permanent,
 * ended) holds nobody up.
 */

/** Marks a group as ending; `advance` carries it out in its turn. */
export function halt(draft: Draft, groupIndex: number): void {
  if (draft.group(groupIndex).halting !== "no") return;
  draft.editGroup(groupIndex).halting = "waiting";
  draft.pool.halting++;
}

/** Lets the next groups end, and the ones whose turn has come start. */
export function advance(draft: Draft): void {
  if (draft.pool.halting > 0 && !haltNext(draft)) return;
  if (!isUp(draft.pool.state)) return;
  for (let index = 0; index < draft.groupCount; index++) {
    if (draft.group(index).counts.pending > 0) releaseHeld(draft, index);
    if (draft.pool.ordered && draft.group(index).counts.unready > 0) return;
  }
}

/** Returns whether no group is halting any more. */
function haltNext(draft: Draft): boolean {
  for (let index = draft.groupCount - 1; index >= 0; index--) {
    if (draft.group(index).halting === "no") continue;
    if (draft.group(index).halting === "waiting") tell(draft, index);
    const gone = draft.group(index).counts.live === 0;
    if (!gone && draft.pool.ordered) return false;
    if (gone) {
      draft.editGroup(index).halting = "no";
      draft.pool.halting--;
    }
  }
  return draft.pool.halting === 0;
}

function tell(draft: Draft, index: number): void {
  const group = draft.editGroup(index);
  group.halting = "told";
  const shutdown = draft.pool.state === "shutdown";
  const intent = shutdown ? "stop" : draft.pool.reload?.hard ? "reload" : "bounce";
  for (const slot of draft.seatsOf(group)) {
    if (shutdown || slot.worker) end(draft, slot.index, intent, "drain");
  }
}
