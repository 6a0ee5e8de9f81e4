import type { History } from "./history.ts";
import { drawHistory } from "./history.ts";
import { hash } from "./random.ts";
import { play } from "./run.ts";
import { explain } from "./shrink.ts";

/** What many histories came to. */
export interface Search {
  readonly histories: number;
  readonly steps: number;
  readonly virtualHours: number;
  /** How many pools ended within their history. */
  readonly ended: number;
  /** What came in the middle of a reload, and in how many histories. */
  readonly met: ReadonlyMap<string, number>;
  /** The first fault, and the history that has it. */
  readonly found: { readonly history: History; readonly fault: Error } | undefined;
}

/** Plays `count` histories, the seeds of which follow from `seed`, up to the first fault. */
export function search(count: number, seed: number): Search {
  let steps = 0;
  let virtualMs = 0;
  let ended = 0;
  let histories = 0;
  const met = new Map<string, number>();
  let found: Search["found"];
  while (histories < count && !found) {
    const history = drawHistory(hash(seed, histories++));
    const outcome = play(history);
    steps += outcome.steps;
    virtualMs += outcome.virtualMs;
    for (const name of outcome.world.met) met.set(name, (met.get(name) ?? 0) + 1);
    if (outcome.world.closedAt !== null) ended++;
    if (outcome.fault) found = { history, fault: outcome.fault };
  }
  return { histories, steps, virtualHours: virtualMs / 3_600_000, ended, met, found };
}

/** The same, with the fault explained. */
export function playMany(count: number, seed: number): Search & { readonly fault: string | undefined } {
  const result = search(count, seed);
  return { ...result, fault: result.found && explain(result.found.history) };
}
