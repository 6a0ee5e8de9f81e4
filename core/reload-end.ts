import type { Draft } from "./draft.ts";

/** Ends the record of a reload and tells how it went. `stopped` is why the pool ends in the middle of it. */
export function finishReload(draft: Draft, stopped?: string): void {
  const record = draft.pool.reload;
  if (!record) return;
  const reason = stopped ?? record.failure;
  const rolledBack = record.failure !== null;
  let failed = record.given.length;
  for (const { group, timeouts } of record.plans) {
    failed += draft.group(group).counts.failed;
    if (reason !== null || record.only !== null) continue;
    const edited = draft.editGroup(group);
    edited.generation = record.generation;
    edited.timeouts = timeouts;
  }
  if (reason === null && record.only === null) draft.pool.generation = record.generation;
  const { generation, hard, replaced, forced, only } = record;
  const slot = only === null ? undefined : draft.slot(only).id;
  draft.pool.reload = null;
  draft.pool.lastReload = { generation, hard, rolledBack, reason, replaced, failed, forced };
  const fact = { pool: draft.pool.name, generation, hard, replaced, failed, forced, slot };
  if (reason === null) draft.fact("reload:done", fact);
  else draft.fact("reload:rolledback", { ...fact, reason });
}
