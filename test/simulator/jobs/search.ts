import { Broken } from "../broken.ts";
import { hash } from "../random.ts";
import { drawPlan } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { play } from "./play.ts";

/** What many histories came to. */
export interface Search {
  readonly histories: number;
  readonly steps: number;
  readonly kills: number;
  /** How often calls ended so. */
  readonly ends: ReadonlyMap<string, number>;
  /** The first history that breaks a rule. */
  readonly found: { readonly plan: Plan; readonly fault: Error } | undefined;
}

/** Plays `count` histories, the seeds of which follow from `seed`, up to the first fault. */
export function search(count: number, seed: number): Search {
  const ends = new Map<string, number>();
  let [histories, steps, kills] = [0, 0, 0];
  let found: Search["found"];
  while (histories < count && !found) {
    const plan = drawPlan(hash(seed, histories++));
    const outcome = play(plan);
    steps += outcome.steps;
    kills += outcome.kills;
    for (const end of outcome.ends) if (end) ends.set(end, (ends.get(end) ?? 0) + 1);
    if (outcome.fault) found = { plan, fault: outcome.fault };
  }
  return { histories, steps, kills, ends, found };
}

/** The smallest part of a history that breaks the same rule, as text. */
export function explain({ plan, fault }: NonNullable<Search["found"]>): string {
  const kindOf = (error: Error | undefined): string | undefined =>
    error instanceof Broken ? error.invariant : error?.message;
  const kind = kindOf(fault);
  let small = plan;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const candidate of plainer(small)) {
      if (kindOf(play(candidate).fault) !== kind) continue;
      small = candidate;
      isSmaller = true;
      break;
    }
  }
  const { calls, ops, ...rest } = small;
  return [
    `${fault.stack}`,
    `made plainer: ${play(small).fault?.message}`,
    JSON.stringify(rest),
    ...[...calls, ...ops].map((each) => JSON.stringify(each)),
  ].join("\n");
}

/** Histories with something left out, much of it first. */
function* plainer(plan: Plan): Iterable<Plan> {
  for (const key of ["calls", "ops"] as const) {
    const list: readonly object[] = plan[key];
    for (let size = Math.ceil(list.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let from = 0; from < list.length; from += size)
        yield { ...plan, [key]: list.toSpliced(from, size) };
    }
  }
}
