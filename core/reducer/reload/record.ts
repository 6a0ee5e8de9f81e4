import type { Draft } from "../state/draft.ts";
import type { PoolRecord, ReloadRecord, ReloadTally } from "../state/state.ts";

/** What a surge seat of a group is in use for: the reload, or the replacement of one worker of the group. */
export function recordOf({ reload, replacements }: PoolRecord, group: number): ReloadRecord | undefined {
  if (reload?.plans.some((plan) => plan.group === group)) return reload;
  return replacements.find(({ plans }) => plans[0]!.group === group);
}

/** Puts a changed record in the place of the one before; `null` when it has ended. */
export function putRecord(draft: Draft, { only }: ReloadRecord, after: ReloadRecord | null): void {
  if (only === null) {
    draft.pool.reload = after;
    return;
  }
  const { replacements } = draft.pool;
  draft.pool.replacements = replacements.flatMap((each) => (each.only === only ? (after ?? []) : each));
}

const NONE: ReloadTally = { replaced: 0, forced: 0 };

/** How far one group of a reload is. */
export function tallyOf({ tallies }: ReloadRecord, group: number): ReloadTally {
  return tallies[group] ?? NONE;
}

/** How far all groups of a reload are. */
export function sumOf({ tallies }: ReloadRecord): ReloadTally {
  return Object.values(tallies).reduce(
    (sum, { replaced, forced }) => ({ replaced: sum.replaced + replaced, forced: sum.forced + forced }),
    NONE,
  );
}

/** The record with so many more in a group. */
export function counted(record: ReloadRecord, group: number, more: Partial<ReloadTally>): ReloadRecord {
  const { replaced, forced } = tallyOf(record, group);
  const tally = { replaced: replaced + (more.replaced ?? 0), forced: forced + (more.forced ?? 0) };
  return { ...record, tallies: { ...record.tallies, [group]: tally } };
}
