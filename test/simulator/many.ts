import { hash } from "./random.ts";
import { drawHistory } from "./history.ts";
import { play } from "./run.ts";
import { explain } from "./shrink.ts";

/** What many histories came to. */
export interface Tally {
  readonly histories: number;
  readonly steps: number;
  readonly virtualHours: number;
  /** How many pools ended within their history. */
  readonly ended: number;
  /** The first fault, explained. */
  readonly fault: string | undefined;
}

/** Plays `count` histories, the seeds of which follow from `seed`, up to the first fault. */
export function playMany(count: number, seed: number): Tally {
  let steps = 0;
  let virtualMs = 0;
  let ended = 0;
  let histories = 0;
  let fault: string | undefined;
  while (histories < count && fault === undefined) {
    const history = drawHistory(hash(seed, histories++));
    const outcome = play(history);
    steps += outcome.steps;
    virtualMs += outcome.virtualMs;
    if (outcome.world.closedAt !== null) ended++;
    if (outcome.fault) fault = explain(history);
  }
  return { histories, steps, virtualHours: virtualMs / 3_600_000, ended, fault };
}
