import { lstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identifySelf, isAlive } from "./process.ts";

/** Where paths always fit into the address of a socket, and every user may pass. */
export const SHARED_TEMPORARY = "/tmp";
/** Bytes of the temporary folder's path with which the path of a socket in a folder of ours still fits. */
const MAX_FOLDER_BYTES = 40;

/** `poolable-<kind><pid>.<start>.<namespace>-<random>`; the kind is one letter. */
const NAME = /^poolable-[a-z](\d+)\.([0-9a-z]*)\.([0-9a-z]*)-/;

/** The folders that were searched by this process, each once. */
const swept = new Set<string>();

/**
 * Makes a folder of mode 0700 that names its owner, this process: when that was killed, the next process of the same
 * user that makes one takes it away. `kind` is one letter; `base` is the system's temporary folder when it is left
 * out, or `/tmp` where the path of a socket would be too long.
 */
export async function makeTemporary(kind: string, base: string = temporaryBase()): Promise<string> {
  const { pid, startTime } = await identifySelf();
  const start = /^\d+$/.test(startTime) ? Number(startTime).toString(36) : "";
  if (!swept.has(base)) {
    swept.add(base);
    void sweepTemporary(base);
  }
  return mkdtempSync(join(base, `poolable-${kind}${pid}.${start}.${pidNamespace()}-`));
}

/** The system's temporary folder, or `/tmp` where the path of a socket in it would be too long. */
export function temporaryBase(): string {
  const folder = tmpdir();
  return process.platform === "win32" || Buffer.byteLength(folder) <= MAX_FOLDER_BYTES
    ? folder
    : SHARED_TEMPORARY;
}

/** Removes the folders in `base` whose owner has ended. Only those of this user, and by their names. Never rejects. */
export async function sweepTemporary(base: string): Promise<void> {
  const namespace = pidNamespace();
  for (const name of entriesOf(base)) {
    const [, pid, start, theirs] = NAME.exec(name) ?? [];
    // A pid of another container says nothing here.
    if (pid === undefined || theirs !== namespace || !isOwnFolder(join(base, name))) continue;
    const startTime = start === "" ? "" : String(parseInt(start!, 36));
    if (await isAlive({ pid: Number(pid), startTime })) continue;
    try {
      rmSync(join(base, name), { recursive: true, force: true });
    } catch {
      // Somebody else removes it at this moment, or may.
    }
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isOwnFolder(path: string): boolean {
  try {
    const info = lstatSync(path, { throwIfNoEntry: false });
    return info?.isDirectory() === true && info.uid === process.geteuid?.();
  } catch {
    return false;
  }
}

/** What tells the pids of one container from those of another; empty where there is no such thing. */
function pidNamespace(): string {
  try {
    const [, number] = /\[(\d+)\]/.exec(readlinkSync("/proc/self/ns/pid")) ?? [];
    return number === undefined ? "" : Number(number).toString(36);
  } catch {
    return "";
  }
}
