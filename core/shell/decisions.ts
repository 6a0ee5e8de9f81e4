import { AsyncSeriesWaterfallHook, SyncBailHook, SyncWaterfallHook } from "tapable";
import type { Decisions } from "../contract/decisions.ts";
import { PoolError } from "../contract/errors.ts";

/**
 * The decisions of a pool, which nobody has tapped yet.
 *
 * @throws PoolError `E_RUNTIME` where code from strings is forbidden: a decision would fail when it is first asked.
 */
export function createDecisions(): Decisions {
  try {
    Function();
  } catch (cause) {
    const flag = "--disallow-code-generation-from-strings";
    const wayOut = "start the supervisor without it (workers may have it, in execArgv)";
    throw new PoolError("E_RUNTIME", `decisions are compiled, which ${flag} forbids: ${wayOut}`, { cause });
  }
  const decisions: Decisions = {
    classifyExit: new SyncBailHook(["report"]),
    restart: new SyncBailHook(["question"]),
    bounce: new SyncWaterfallHook(["groups", "question"]),
    scaleTarget: new SyncWaterfallHook(["target", "question"]),
    scaleDown: new SyncWaterfallHook(["slots", "question"]),
    reloadPlan: new SyncWaterfallHook(["plan", "question"]),
    refuseScale: new SyncBailHook(["question"]),
    pickWorker: new SyncBailHook(["question"]),
    canShareSocket: new SyncBailHook(["question"]),
    spawnOptions: new AsyncSeriesWaterfallHook(["options", "question"]),
  };
  return Object.freeze(decisions);
}
