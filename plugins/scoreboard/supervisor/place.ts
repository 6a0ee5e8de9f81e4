import {
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  rmSync,
  statfsSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { allowTraversal, type OtherUser } from "../../../system/other-user.ts";
import { makePrivateFolder } from "../../../system/private-folder.ts";
import { makeTemporary, SHARED_TEMPORARY, temporaryBase } from "../../../system/temporary.ts";

/** The board's name in the folder of the pool: the file itself, or a link to where it is. */
export const BOARD_FILE = "scoreboard";

const SHARED_MEMORY = "/dev/shm";
const PREFIX = "poolable-b";
/** `f_type` of tmpfs, statfs(2). */
const TMPFS = 0x01021994;

/** Where a board is made, and what takes everything of it away. */
export interface Place {
  readonly path: string;
  /** Makes the folder of the board, and the link to it, again where somebody has removed them. */
  restore(): void;
  remove(): void;
}

/**
 * Finds a place in memory: the pool's own folder when that is there, else a private one in `/dev/shm`, to which a link
 * in the pool's folder leads. Where neither is to be had, a file on disk does: it is read from memory all the same. Another
 * `user` may pass through the folder, which is never the pool's own.
 */
export async function findPlace(directory: string | undefined, user?: OtherUser): Promise<Place> {
  const link = directory === undefined ? undefined : join(directory, BOARD_FILE);
  if (link !== undefined) removeOld(link);
  if (directory !== undefined && !user && isInMemory(directory))
    return {
      path: link!,
      restore: () => makePrivateFolder(directory),
      remove: () => rmSync(link!, { force: true }),
    };
  const own = user ? SHARED_TEMPORARY : (directory ?? temporaryBase());
  const folder = await makeTemporary("b", existsSync(SHARED_MEMORY) ? SHARED_MEMORY : own);
  if (user) allowTraversal(folder);
  const path = join(folder, BOARD_FILE);
  if (link !== undefined) symlinkSync(path, link);
  return {
    path,
    restore() {
      if (!existsSync(folder)) {
        mkdirSync(folder, { mode: 0o700 });
        if (user) allowTraversal(folder);
      }
      if (link === undefined || lstatSync(link, { throwIfNoEntry: false })) return;
      makePrivateFolder(directory!);
      symlinkSync(path, link);
    },
    remove() {
      if (link !== undefined) rmSync(link, { force: true });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Takes away what a supervisor left that was killed. Only what is ours, by its name and its owner. */
function removeOld(link: string): void {
  const info = lstatSync(link, { throwIfNoEntry: false });
  if (!info) return;
  if (info.isSymbolicLink()) {
    const folder = dirname(readlinkSync(link));
    const found = lstatSync(folder, { throwIfNoEntry: false });
    const isOurs =
      basename(folder).startsWith(PREFIX) && found?.isDirectory() && found.uid === process.geteuid?.();
    if (isOurs) rmSync(folder, { recursive: true, force: true });
  }
  unlinkSync(link);
}

function isInMemory(folder: string): boolean {
  try {
    return statfsSync(folder).type === TMPFS;
  } catch {
    return false;
  }
}
