import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isPoolName } from "../../core/config/pool-name.ts";
import { baseDirectory, verifyPrivate } from "./directory.ts";
import { readLock } from "./lock.ts";

/** A pool of this user that runs now. */
export interface RunningPool {
  readonly name: string;
  readonly pid: number;
}

/** The pools of this user whose supervisor is alive, by name. */
export async function runningPools(): Promise<RunningPool[]> {
  const base = baseDirectory();
  const names = await readdir(base).catch(() => []);
  if (names.length > 0) await verifyPrivate(base);
  const found = await Promise.all(
    names.filter(isPoolName).map(async (name) => {
      const owner = await readLock(join(base, name)).catch(() => undefined);
      return owner ? { name, pid: owner.pid } : undefined;
    }),
  );
  return found.filter((pool) => pool !== undefined).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
