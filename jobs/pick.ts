import type { Call } from "./call.ts";
import type { Target } from "./target.ts";

/** Chooses among workers that have room; there is at least one. */
export type Picker = (able: readonly Target[], call: Call, strategy: string) => Target | undefined;

/** The worker that has the fewest jobs of this caller. */
export const leastJobs: Picker = (able) => {
  let least = able[0]!;
  for (const target of able) if (target.sent.size < least.sent.size) least = target;
  return least;
};
