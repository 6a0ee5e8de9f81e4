import { lstatSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isPoolName } from "../../core/config/pool-name.ts";
import { isAlive } from "../../system/process.ts";
import { verifyPrivate } from "./directory.ts";
import { acquireLock, readOwner } from "./lock.ts";

/** What a pool makes in its folder. */
const OURS: RegExp =
  /^(?:control\.sock|control\.token|jobs\.sock|jobs\.token|scoreboard|w[0-9a-f]{12}\.sock|jobs|worker-[0-9a-f]{12})$/;

/**
 * Removes what killed supervisors left in the folders of their pools, except for the folder of a pool that runs or
 * starts. Each folder is locked meanwhile: a start of that pool waits for it. Never rejects.
 */
export async function sweepPools(base: string): Promise<void> {
  try {
    await verifyPrivate(base);
    for (const name of readdirSync(base).filter(isPoolName))
      await sweepPool(join(base, name)).catch(() => {});
  } catch {
    // Somebody else removes it at this moment.
  }
}

async function sweepPool(directory: string): Promise<void> {
  if (!lstatSync(directory).isDirectory()) return;
  await verifyPrivate(directory);
  const owner = await readOwner(join(directory, "lock"));
  // Without a lock it may be about to get one.
  if (!owner || (await isAlive(owner))) return;
  const lock = await acquireLock(directory, { sweeping: true });
  for (const file of readdirSync(directory).filter((file) => OURS.test(file)))
    rmSync(join(directory, file), { recursive: true, force: true });
  await lock.release();
  rmdirSync(directory);
}
