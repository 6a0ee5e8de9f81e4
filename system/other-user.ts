import { chmodSync, chownSync, existsSync, mkdirSync } from "node:fs";
import { findOwner, type Account } from "./user.ts";

/** Another user, that workers run as. */
export interface OtherUser {
  /** As the config names it. */
  readonly text: string;
  readonly uid: number;
  readonly gid: number;
  readonly account: Account | undefined;
}

/** Others may pass through the folder, and neither list it nor write to it. */
const PASSABLE = 0o711;

/** The user that a config names; `undefined` when it is this process's own. Throws an `Error` in one line. */
export function otherUser(text: string | undefined): OtherUser | undefined {
  if (text === undefined) return undefined;
  const { uid, gid: named, account } = findOwner(text);
  const gid = named ?? account?.gid;
  if (gid === undefined)
    throw new Error(`/etc/passwd has no user ${uid}: name its group too, as "${uid}:${uid}"`);
  if (uid === process.geteuid?.() && gid === process.getegid?.()) return undefined;
  return { text, uid, gid, account };
}

/**
 * Lets others pass through a folder of ours, to what in it was given to one of them. The folder stays ours: only because
 * nobody else can put something in the place of a file is it safe to give that away by its name.
 */
export function allowTraversal(folder: string): void {
  chmodSync(folder, PASSABLE);
}

/** Gives away a file in a folder that only we can write to. */
export function changeOwner({ uid, gid }: OtherUser, path: string): void {
  chownSync(path, uid, gid);
}

/** Makes a folder of the user's own, 0700, in a folder that only we can write to; nothing when it is there. */
export function makeOwnedFolder(user: OtherUser, path: string): void {
  if (existsSync(path)) return;
  mkdirSync(path, { mode: 0o700 });
  changeOwner(user, path);
}
