import { recover } from "./degraded.ts";
import type { Draft } from "./state/draft.ts";
import { isOver } from "./state/state.ts";
import { end, move } from "./transitions.ts";

/** Gives up every slot of a group that could still have a worker: those that have one drain it first. */
export function failGroup(draft: Draft, groupIndex: number, reason: string): void {
  for (const slot of draft.slotsOf(draft.group(groupIndex))) {
    if (!slot.wanted || isOver(slot)) continue;
    end(draft, slot.twin, "fail", "drain");
    end(draft, slot.index, "fail", "drain");
    if (draft.slot(slot.index).worker) continue;
    recover(draft, slot.index, reason);
    move(draft, slot.index, "fail", reason);
  }
}
