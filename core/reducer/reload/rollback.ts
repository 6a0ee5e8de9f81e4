import type { Draft } from "../state/draft.ts";
import type { Group, ReloadRecord, Slot } from "../state/state.ts";
import { end } from "../transitions.ts";
import { putRecord } from "./record.ts";

/** The generation that the workers of a group are replaced with: the new one, or in a rollback the group's own. */
export function targetOf(record: ReloadRecord, group: Group): number {
  return record.failure === null ? record.generation : group.generation;
}

/**
 * Begins the rollback of a soft reload, because a new worker did not come up: workers of the new generation that have not
 * taken over end, and slots that have one are replaced again. A slot that does not come up during the rollback stays as it is.
 */
export function rollBack(draft: Draft, record: ReloadRecord, surge: Slot, reason: string): void {
  if (record.failure !== null) {
    return putRecord(draft, record, { ...record, given: [...record.given, surge.twin] });
  }
  putRecord(draft, record, { ...record, failure: reason });
  for (const { group } of record.plans) {
    for (const slot of draft.slotsOf(draft.group(group))) {
      const { index, generation } = draft.slot(slot.twin);
      if (generation === record.generation) end(draft, index, "reload", "drain");
    }
  }
}
