import { AsyncLocalStorage } from "node:async_hooks";
import type { RunAs } from "../core/contract/plugin.ts";

const running = new AsyncLocalStorage<string>();

/** Runs `work` as a part of a plugin, and all that it leaves running. */
export const runAs: RunAs = (plugin, work) => running.run(plugin, work);

/**
 * The plugin that what runs now is a part of. `undefined` outside of a pool, and where the runtime does not know: Bun at
 * a rejection that nobody handled, Deno at an error that a timer threw.
 */
export function runningPlugin(): string | undefined {
  return running.getStore();
}
