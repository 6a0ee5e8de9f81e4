import { constants, rmSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createArena, createArenaFile, createArenaReader, openArenaFile } from "./arena.ts";
import type { Arena, ArenaReader } from "./arena.ts";

/** The memory that the two sides of a connection share: each writes one file, and reads the other. */
export interface Sharing {
  readonly own: Arena;
  readonly other: ArenaReader;
  close(): void;
}

/** Where it is, named by the caller of its two sides. */
export interface SharingPaths {
  readonly caller: string;
  readonly worker: string;
}

/** A {@link Sharing} that the worker has not heard of. */
export interface SharingOffer extends Sharing {
  readonly paths: SharingPaths;
  /** The worker has opened it, or never will: the names are not needed any more. */
  settle(): void;
}

/** `f_type` of tmpfs, statfs(2). */
const TMPFS = 0x01021994;

let offers = 0;

/**
 * Makes the memory of a connection beside the pool's scoreboard, if that is in memory. The caller makes both files, and
 * opens nothing that a worker names. They have no name as soon as both sides have them, so that nothing is left behind.
 */
export function offerSharing(board: string | undefined, limit: number): SharingOffer | undefined {
  if (board === undefined) return undefined;
  const stem = join(dirname(board), `share-${process.pid}-${offers++}`);
  const paths: SharingPaths = { caller: `${stem}-c`, worker: `${stem}-w` };
  const settle = (): void => {
    try {
      for (const path of [paths.caller, paths.worker]) rmSync(path, { force: true });
    } catch {
      // Who may not remove them could not make them.
    }
  };
  try {
    if (statfsSync(dirname(board)).type !== TMPFS) return undefined;
    const own = createArena(createArenaFile(paths.caller));
    const other = createArenaReader(createArenaFile(paths.worker), limit);
    return { ...both(own, other), paths, settle };
  } catch {
    settle();
    return undefined;
  }
}

/** The name of a caller's file. A worker opens no other files than such a pair: it may be allowed more than the caller. */
const CALLERS_FILE = /^(.*\/share-\d+-\d+)-c$/s;

/** Opens, in the worker, what a caller offers. `undefined` when that cannot be. Never throws. */
export function takeSharing(offered: unknown, limit: number): Sharing | undefined {
  const { caller, worker } = Object(offered) as Partial<SharingPaths>;
  if (typeof caller !== "string" || typeof worker !== "string") return undefined;
  const [, stem] = CALLERS_FILE.exec(caller) ?? [];
  if (stem === undefined || worker !== `${stem}-w`) return undefined;
  let reader: ArenaReader | undefined;
  try {
    reader = createArenaReader(openArenaFile(caller, constants.O_RDONLY), limit);
    return both(createArena(openArenaFile(worker, constants.O_RDWR)), reader);
  } catch {
    reader?.close();
    return undefined;
  }
}

function both(own: Arena, other: ArenaReader): Sharing {
  return {
    own,
    other,
    close() {
      own.close();
      other.close();
    },
  };
}
