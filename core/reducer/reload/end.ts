import type { Draft } from "../state/draft.ts";
import type { ReloadOutcome, ReloadRecord } from "../state/state.ts";
import { putRecord, sumOf, tallyOf } from "./record.ts";

/** Ends all that is under way: the pool stops in the middle of it, and `reason` is why. */
export function finishAll(draft: Draft, reason: string): void {
  const { reload, replacements } = draft.pool;
  if (reload) finish(draft, reload, reason);
  for (const record of replacements) finish(draft, record, reason);
}

/** Ends the record of a reload and tells how it went. `stopped` is why the pool ends in the middle of it. */
export function finish(draft: Draft, record: ReloadRecord, stopped?: string): void {
  const { generation, hard, only, given, failure, plans } = record;
  const reason = stopped ?? failure;
  const groups: Record<number, ReloadOutcome["groups"][number]> = {};
  let failed = 0;
  for (const { group, timeouts } of plans) {
    const left = given.filter((slot) => draft.slot(slot).group === group).length;
    groups[group] = { ...tallyOf(record, group), failed: left + draft.group(group).counts.failed };
    failed += groups[group].failed;
    if (reason !== null || only !== null) continue;
    const edited = draft.editGroup(group);
    edited.generation = generation;
    edited.timeouts = timeouts;
  }
  if (reason === null && only === null) draft.pool.generation = generation;
  const slot = only === null ? undefined : draft.slot(only).id;
  putRecord(draft, record, null);
  if (only === null)
    draft.pool.lastReload = { generation, hard, rolledBack: failure !== null, reason, groups };
  const { replaced, forced } = sumOf(record);
  const fact = { pool: draft.pool.name, generation, hard, replaced, failed, forced, slot };
  if (reason === null) draft.fact("reload:done", fact);
  else draft.fact("reload:rolledback", { ...fact, reason });
}
