import { Broken } from "./broken.ts";
import type { History, Op } from "./history.ts";
import { describe } from "./history.ts";
import { play } from "./run.ts";

/** What went wrong, in kind: two runs with the same one show the same fault. */
function kindOf(fault: Error | undefined): string | undefined {
  return fault instanceof Broken ? fault.invariant : fault?.message;
}

/** The history with everything left out, or made plainer, that the fault does not need. */
export function shrink(history: History): History {
  const kind = kindOf(play(history).fault);
  let best = history;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const candidate of plainer(best)) {
      if (kindOf(play(candidate).fault) !== kind) continue;
      best = candidate;
      isSmaller = true;
      break;
    }
  }
  return best;
}

/** Histories that are one step plainer, the greatest step first. */
function* plainer(history: History): Iterable<History> {
  const { ops, groups, strategy, trouble } = history;
  const last = groups.length - 1;
  const slots = groups.slice(0, last).reduce((sum, { max }) => sum + max, 0);
  const isNamed = (op: Op): boolean =>
    ("group" in op && op.group === last) || ("slot" in op && op.slot >= slots);
  if (last > 0 && !ops.some(isNamed)) yield { ...history, groups: groups.slice(0, last) };
  for (let index = ops.length - 1; index >= 0; index--) yield { ...history, ops: ops.toSpliced(index, 1) };
  if (trouble > 0) yield { ...history, trouble: 0 };
  if (strategy !== "one-for-one") yield { ...history, strategy: "one-for-one" };
  for (const [index, group] of groups.entries()) {
    if (group.policy !== "default")
      yield { ...history, groups: groups.with(index, { ...group, policy: "default" }) };
  }
}

/** The fault of a history as lines to read: seed, invariant, the shrunk history, and what happened in it. */
export function explain(history: History, last: number = 60): string {
  const small = shrink(history);
  const { fault, trace } = play(small, { trace: true });
  return [
    `${fault?.message ?? "no fault"} (replay: SIM_SEED=${history.seed} node --import ./test/harness/register.mjs test/simulator/replay.ts)`,
    ...describe(small),
    "what happens:",
    ...(trace.length > last ? [`… ${trace.length - last} lines before`] : []),
    ...trace.slice(-last),
  ].join("\n");
}
