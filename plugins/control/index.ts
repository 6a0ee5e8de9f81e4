import { rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf, PoolError } from "../../core/contract/errors.ts";
import { definePlugin } from "../../core/contract/plugin.ts";
import type { Plugin } from "../../core/contract/plugin.ts";
import { createToken } from "../../system/token.ts";
import type { Token } from "../../system/token.ts";
import { createPrivate, poolDirectory, TOKEN_FILE } from "./directory.ts";
import { acquireLock } from "./lock.ts";
import { openControlServer } from "./server.ts";
import { sweepPools } from "./sweep.ts";

export { connectControl } from "./client.ts";
export type { ControlClient } from "./client.ts";
export { baseDirectory, poolDirectory } from "./directory.ts";
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
    const token = ((): Token => {
      try {
        return createToken(join(directory, TOKEN_FILE));
      } catch (error) {
        void lock.release();
        throw new PoolError("E_CONTROL", `cannot write in ${directory}: ${messageOf(error)}`, {
          cause: error,
        });
      }
    })();
    const release = async (): Promise<void> => {
      token.close();
      await lock.release();
      // What runs in the folder is closed after the plugins.
      void pool.closed.then(() => removeEmpty(directory));
    };
    lock.keep(({ pid }) => pool.report("control", "lock", new Error(lostTo(pid, directory))));
    try {
      const server = await openControlServer(join(directory, "control.sock"), {
        pool,
        isKnown: (given) => token.matches(given),
        audit: (line) => options.audit?.(line),
      });
      void sweepPools(dirname(directory));
      return async () => {
        await server.close();
        await release();
      };
    } catch (error) {
      await release();
      throw error;
    }
  },
}));

function lostTo(pid: number, directory: string): string {
  return `${directory} was removed, and process ${pid} has started a pool of the same name in it: stop one of the two`;
}

function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // The next pool of the name has begun, or something of its user lies there.
  }
}
