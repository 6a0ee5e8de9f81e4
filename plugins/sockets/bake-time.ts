import type { HookPayload } from "../../core/contract/hooks.ts";
import type { PluginContext } from "../../core/contract/plugin-context.ts";
import { workerKey } from "../../core/contract/slots.ts";

type StateFact = HookPayload<"slot:state">;

/** What is told of a worker that begins or ends to serve. */
export type ServingFact = Pick<StateFact, "group" | "slot" | "epoch" | "to">;

/**
 * Lets the workers that a reload brings up beside the old ones accept when they have been ready for long enough: one
 * that dies before has had nothing in hand that could be lost. They serve at once when nobody else does. A worker whose
 * program has closed its last server does not serve, until it listens again.
 *
 * @param serving takes each `slot:state` fact of the group, `ready` only when the worker serves.
 * @returns what removes the observers.
 */
export function createTrials(
  pool: Pick<PluginContext, "hooks" | "send">,
  group: string,
  serving: (fact: ServingFact) => void,
): () => void {
  const held = new Map<string, ServingFact>();
  const ready = new Set<string>();
  const closed = new Set<string>();

  function serve(worker: Pick<StateFact, "group" | "slot" | "epoch">): void {
    if (worker.group !== group) return;
    const key = workerKey(worker);
    // Once more to one whose queue was full: nobody else will accept when its predecessor has left.
    pool.send(worker.slot, { type: "serve" }, worker.epoch);
    if (!held.delete(key)) return;
    ready.add(key);
    serving({ ...worker, to: "ready" });
  }

  function move(fact: StateFact): void {
    if (fact.group !== group) return;
    const [key, isReady] = [workerKey(fact), fact.to === "ready"];
    if (isReady && fact.seat === "surge") held.set(key, fact);
    else {
      held.delete(key);
      ready.delete(key);
      closed.delete(key);
      if (isReady) ready.add(key);
      serving(fact);
    }
    release();
  }

  function release(): void {
    if (ready.size === 0) for (const worker of held.values()) serve(worker);
  }

  function hear({ group: from, slot, epoch, isListening }: HookPayload<"worker:listening">): void {
    if (from !== group) return;
    const key = workerKey({ slot, epoch });
    const [before, after] = isListening ? [closed, ready] : [ready, closed];
    if (!before.delete(key)) return;
    after.add(key);
    serving({ group, slot, epoch, to: after === ready ? "ready" : "draining" });
    release();
  }

  return pool.hooks.addHooks({
    "slot:state": move,
    "reload:trial": serve,
    "reload:progress": serve,
    "worker:listening": hear,
  });
}
