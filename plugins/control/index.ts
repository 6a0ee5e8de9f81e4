import { join } from "node:path";
import { definePlugin } from "../../core/plugin.ts";
import type { Plugin } from "../../core/plugin.ts";
import { openControlServer } from "./_server.ts";
import { createPrivate, poolDirectory } from "./directory.ts";
import { acquireLock } from "./lock.ts";

export { connectControl } from "./client.ts";
export type { ControlClient } from "./client.ts";
export { baseDirectory, isPoolName, poolDirectory } from "./directory.ts";
export { runningPools } from "./running.ts";
export type { RunningPool } from "./running.ts";

/** Options of {@link control}. */
export interface ControlOptions {
  /** The private folder of the pool; {@link poolDirectory} of its name when it is left out. */
  directory?: string;
  /** Told one printable line for every command that changes something, before it is carried out. */
  audit?: (line: string) => void;
}

/**
 * Lets the same user look at the pool and steer it over a private socket, and keeps a second pool of its name
 * from starting. Must come before the plugins that open anything: a refused start has touched nothing then.
 */
export const control: (options?: ControlOptions) => Plugin = definePlugin((options: ControlOptions = {}) => ({
  name: "control",
  async setup(pool) {
    const directory = options.directory ?? poolDirectory(pool.name);
    await createPrivate(directory);
    const lock = await acquireLock(directory);
    try {
      const server = await openControlServer(join(directory, "control.sock"), {
        pool,
        audit: (line) => options.audit?.(line),
      });
      return async () => {
        await server.close();
        await lock.release();
      };
    } catch (error) {
      await lock.release();
      throw error;
    }
  },
}));
