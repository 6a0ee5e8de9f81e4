import { relative } from "node:path";
import { PoolError } from "../../core/contract/errors.ts";
import type { ErrorCode } from "../../core/contract/errors.ts";

/** Codes of what is wrong with what a config says. */
const OF_CONFIG: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "E_CONFIG",
  "E_ENTRY",
  "E_LISTEN",
  "E_PLUGIN",
  "E_RUNTIME",
]);

/** Puts the name of the config file in front of what is wrong with what it says. */
export async function blame<T>(file: string, cwd: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PoolError) || !OF_CONFIG.has(error.code)) throw error;
    throw new PoolError(error.code, `${relative(cwd, file)}: ${error.message}`, { cause: error });
  }
}
