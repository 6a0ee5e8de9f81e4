import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { link, lstat, readdir, unlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PoolError } from "../../core/contract/errors.ts";
import { makePrivateFolder } from "../../system/private-folder.ts";
import { identifySelf, isAlive } from "../../system/process.ts";
import type { ProcessIdentity } from "../../system/process.ts";
import { readRegularFile } from "../../system/regular-file.ts";
import { createPrivate } from "./directory.ts";

/** Who holds a lock. `id` is new for every attempt and never comes back. */
export interface LockOwner extends ProcessIdentity {
  readonly id: string;
  /** It only removes what a killed supervisor left here, and lets go within moments. */
  readonly sweeping?: true;
}

/** A lock that this process holds. */
export interface Lock {
  readonly owner: LockOwner;
  /**
   * Makes the lock again within a second whenever it is removed, until it is released. `lost` is told, once, when another
   * process has taken it before that.
   */
  keep(lost: (other: LockOwner) => void): void;
  /** Lets go, unless the lock has become somebody else's. */
  release(): Promise<void>;
}

/** How long another start may take over a dead lock before this one gives up. */
const PATIENCE_MS = 5_000;

/** How often the holder looks whether the lock is still there. Milliseconds. */
const LOOK_MS = 500;

/**
 * Locks a folder for this process, or rejects with `E_RUNNING` and the pid of the one that has it.
 *
 * A lock appears whole, by `link()` of a finished file, so at most one of any number of starts gets it.
 *
 * A dead owner's lock has to be removed first, and that is where two starts can hurt each other: both find lock X
 * dead, one removes it and takes its own, then the other removes *that*. So only the holder of X's **tombstone**
 * may remove X, and only after it has read the lock once more:
 * - A tombstone is linked like a lock, so it has one holder. It never expires while its holder lives; when the
 *   holder died, the next one is linked beside it (`lock.X.dead.1`), never in its place: replacing it would
 *   bring the same race back one level up. The dead remove nothing, so X has at most one remover at any time.
 * - Tombstones are removed only once X is gone, and ids never come back: whoever links X's tombstone after
 *   that reads another lock than X, and leaves it alone.
 */
export async function acquireLock(directory: string, { sweeping }: { sweeping?: true } = {}): Promise<Lock> {
  const id = randomBytes(8).toString("hex");
  const owner: LockOwner = { ...(await identifySelf()), id, ...(sweeping && { sweeping }) };
  const path = join(directory, "lock");
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    if (await linkFile(path, owner)) break;
    const found = await readOwner(path);
    if (!found) {
      // Whoever swept the folder, or cleans temporary folders, may have removed it as a whole.
      if (existsSync(directory)) continue;
      if (sweeping) throw new PoolError("E_CONTROL", `${directory} is gone`);
      await createPrivate(directory);
      continue;
    }
    const isHeld = await isAlive(found);
    if (isHeld && !found.sweeping) throw alreadyRunning(directory, found.pid);
    const rival = isHeld ? found : await bury(path, found.id, owner);
    if (!rival) continue;
    if (performance.now() > giveUpAt) {
      throw new PoolError(
        "E_RUNNING",
        `pool "${basename(directory)}" is being started by process ${rival.pid}`,
      );
    }
    await sleep(5 + Math.random() * 20);
  }
  await sweep(directory);
  let timer: NodeJS.Timeout | undefined;
  return {
    owner,
    keep(lost) {
      let isLooking = false;
      const look = async (): Promise<void> => {
        const other = await readOwner(path);
        if (other?.id === owner.id || other?.sweeping) return;
        if (other && (await isAlive(other))) {
          clearInterval(timer);
          lost(other);
        } else if (!other) {
          makePrivateFolder(directory);
          await linkFile(path, owner);
        }
      };
      timer = setInterval(() => {
        if (isLooking) return;
        isLooking = true;
        // What fails now is tried again at the next look.
        void look()
          .catch(() => {})
          .finally(() => (isLooking = false));
      }, LOOK_MS).unref();
    },
    async release() {
      clearInterval(timer);
      // Nobody else removes the lock of a living process, so nothing can come between these two.
      if ((await readOwner(path))?.id === owner.id) await unlink(path).catch(() => {});
    },
  };
}

/** Who holds the lock of a folder and still runs. */
export async function readLock(directory: string): Promise<LockOwner | undefined> {
  const owner = await readOwner(join(directory, "lock"));
  return owner && !owner.sweeping && (await isAlive(owner)) ? owner : undefined;
}

function alreadyRunning(directory: string, pid: number): PoolError {
  const name = basename(directory);
  const wayOut = `stop it with \`poolable stop --name ${name}\`, or start under another --name`;
  return new PoolError("E_RUNNING", `pool "${name}" is already running as process ${pid}: ${wayOut}`);
}

/** Removes the dead lock `id`. Returns the living process that is about to do the same, if there is one. */
async function bury(path: string, id: string, owner: LockOwner): Promise<LockOwner | undefined> {
  for (let level = 0; ; level++) {
    const tombstone = `${path}.${id}.dead.${level}`;
    if (await linkFile(tombstone, owner)) {
      if ((await readOwner(path))?.id === id) await unlink(path);
      await unlink(tombstone).catch(() => {});
      return undefined;
    }
    const holder = await readOwner(tombstone);
    if (!holder) return undefined;
    if (await isAlive(holder)) return holder;
  }
}

/** Removes what died on the way. Safe once our lock is in place: tombstones of other locks guard nothing any more. */
async function sweep(directory: string): Promise<void> {
  for (const file of await readdir(directory).catch(() => [])) {
    if (/^lock\..+\.(?:dead\.\d+|new)$/.test(file)) await unlink(join(directory, file)).catch(() => {});
  }
}

/** Creates `path` with its whole content at once. `false` when it exists, or when the attempt must be repeated. */
async function linkFile(path: string, owner: LockOwner): Promise<boolean> {
  const draft = `${path}.${owner.id}.new`;
  try {
    await writeFile(draft, JSON.stringify(owner), { flag: "wx", mode: 0o600 });
    await link(draft, path);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // EEXIST: it is there. ENOENT: the one that got the lock has swept our draft away.
    if (code === "EEXIST" || code === "ENOENT") return false;
    throw new PoolError("E_CONTROL", `cannot lock ${path}: ${(error as Error).message}`, { cause: error });
  } finally {
    await unlink(draft).catch(() => {});
  }
}

/** `undefined` when the file is not there. */
export async function readOwner(path: string): Promise<LockOwner | undefined> {
  try {
    const text = readRegularFile(path);
    const owner = parseOwner(text);
    if (owner) return owner;
    // Links are never partial, so only a crash of the machine leaves junk: its owner is dead.
    const { ino, mtimeMs } = await lstat(path);
    return { pid: 0, startTime: "", id: `junk-${ino}-${Math.trunc(mtimeMs)}` };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new PoolError("E_CONTROL", `cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    const { pid, startTime, id, sweeping } = JSON.parse(text) as LockOwner;
    const whole = Number.isSafeInteger(pid) && typeof startTime === "string" && /^[0-9a-f]{16}$/.test(id);
    return whole ? { pid, startTime, id, ...(sweeping === true && { sweeping }) } : undefined;
  } catch {
    return undefined;
  }
}
