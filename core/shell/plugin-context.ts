import type { PluginContext } from "../contract/plugin-context.ts";
import type { Pool } from "../contract/pool.ts";
import type { Runtime } from "../contract/runtime.ts";
import { MAX_TEXT } from "../protocol/read-frame.ts";
import type { FindSlot } from "./find-slot.ts";
import type { Shell } from "./shell.ts";
import type { Workers } from "./workers.ts";

/** What plugin contexts are made of. */
export interface PluginContextParts {
  readonly pool: Pool;
  readonly runtimes: ReadonlyMap<string, Runtime>;
  readonly strategies: PluginContext["strategies"];
  readonly workers: Workers;
  readonly findSlot: FindSlot;
}

/** Returns what makes the context of each plugin: the pool, with hooks under the plugin's name, and the plugin's own members. */
export function createPluginContexts(
  { state, dispatch, notifier }: Shell,
  { pool, runtimes, strategies, workers, findSlot }: PluginContextParts,
): (plugin: string) => PluginContext {
  const own: Omit<PluginContext, keyof Pool | "sendMessage"> = {
    runtimes,
    strategies,
    send(id, frame, epoch) {
      const { slots } = state();
      const main = slots.get(findSlot(id));
      const surge = slots.get(main.twin);
      // The surge seat holds the newer worker until it has taken over.
      const ready = [surge, main].find(
        (seat) => seat.state === "ready" && (epoch === undefined || seat.epoch === epoch),
      );
      return ready !== undefined && workers.send({ slot: main.index, epoch: ready.epoch }, frame);
    },
    addEvidence(id, epoch, { summary, stack }) {
      const evidence = {
        summary: summary.slice(0, MAX_TEXT),
        ...(stack === undefined ? {} : { stack: stack.slice(0, MAX_TEXT) }),
      };
      dispatch({ type: "evidence", slot: findSlot(id), epoch, evidence });
    },
    emit: (name, fact) => notifier.notify(name, fact),
    report: notifier.report,
  };
  return (plugin) => ({
    ...pool,
    hooks: notifier.of(plugin),
    ...own,
    sendMessage: (id, epoch, message) =>
      workers.send({ slot: findSlot(id), epoch }, { type: "plugin", plugin, message }),
  });
}
