import type { WorkerState } from "../scoreboard/wire/record.ts";

/** How long after its start a worker's event loop says only how busy the start was. Milliseconds. */
const START_MS = 5_000;

/**
 * The slots of a group that shrinks, the idlest first: those without a ready worker, then by jobs and connections,
 * then by how busy their event loop is; of equals the highest, as without a scoreboard.
 */
export function idlestFirst(
  slots: readonly string[],
  stateOf: (slot: string) => WorkerState | "absent" | undefined,
): string[] {
  const ranks = new Map(slots.map((slot) => [slot, rankOf(stateOf(slot))]));
  return slots.toSorted((one, other) => {
    const [a, b] = [ranks.get(one)!, ranks.get(other)!];
    return a.work - b.work || a.utilisation - b.utilisation;
  });
}

function rankOf(state: WorkerState | "absent" | undefined): { work: number; utilisation: number } {
  if (state === "absent") return { work: -1, utilisation: 0 };
  // Who says nothing may be in the middle of anything.
  if (!state) return { work: Infinity, utilisation: 1 };
  const { jobsRunning, jobsWaiting, connectionsRunning, startedAt, updatedAt } = state;
  const utilisation = updatedAt - startedAt < START_MS ? 0 : Math.round(state.utilisation * 10);
  return { work: jobsRunning + jobsWaiting + connectionsRunning, utilisation };
}
