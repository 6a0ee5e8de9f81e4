import { lstatSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/** The sticky bit of a folder such as `/tmp`: who may write there may not rename what is another user's. */
const STICKY = 0o1000;

/**
 * Makes a folder that only this user can enter (0700), and the one above it, where they are missing. Throws when the
 * folder is a link or another user's, or when others could put another one in its place.
 */
export function makePrivateFolder(path: string): void {
  const above = dirname(path);
  for (const folder of [above, path]) {
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  const fault = faultOf(path, false) ?? faultOf(above, true);
  if (fault !== undefined) throw new Error(fault);
}

function faultOf(path: string, mayBeShared: boolean): string | undefined {
  const user = process.geteuid?.();
  const info = lstatSync(path);
  if (info.isSymbolicLink()) return mayBeShared ? undefined : `${path} is a symbolic link`;
  if (!info.isDirectory()) return `${path} is not a folder`;
  if (user === undefined) return undefined;
  const isShared = mayBeShared && info.uid === 0;
  if (info.uid !== user && !isShared) return `${path} belongs to user ${info.uid}, not to ${user}`;
  if (info.mode & 0o022 && !(mayBeShared && info.mode & STICKY)) return `${path} can be written to by others`;
  return undefined;
}
