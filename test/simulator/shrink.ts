import { Broken } from "./broken.ts";
import type { History } from "./history.ts";
import { describe } from "./history.ts";
import { play } from "./run.ts";

/** What went wrong, in kind: two runs with the same one show the same fault. */
function kindOf(fault: Error | undefined): string | undefined {
  return fault instanceof Broken ? fault.invariant : fault?.message;
}

/** The history with every op left out, and every group made plainer, that the fault does not need. */
export function shrink(history: History): History {
  const kind = kindOf(play(history).fault);
  const fails = (candidate: History): boolean => kindOf(play(candidate).fault) === kind;
  let best = history;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (let index = best.ops.length - 1; index >= 0; index--) {
      const candidate = { ...best, ops: best.ops.toSpliced(index, 1) };
      if (!fails(candidate)) continue;
      best = candidate;
      isSmaller = true;
    }
  }
  return best;
}

/** The fault of a history as lines to read: seed, invariant, the shrunk history, and what happened in it. */
export function explain(history: History, last: number = 60): string {
  const small = shrink(history);
  const { fault, trace } = play(small, { trace: true });
  return [
    `${fault?.message ?? "no fault"} (replay: SIM_SEED=${history.seed} node --import ./test/harness/register.mjs test/simulator/replay.ts)`,
    ...describe(small),
    ...(trace.length > last ? [`… ${trace.length - last} lines before`] : []),
    ...trace.slice(-last),
  ].join("\n");
}
