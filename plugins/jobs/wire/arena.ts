import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writevSync } from "node:fs";

/** Values of so many bytes cross in shared memory: a socket would carry them in many small pieces. */
export const LARGE_BYTES: number = 128 * 1024;

/** What one side of a connection may have on its way; more goes through the socket. */
const ARENA_BYTES = 64 * 1024 * 1024;
/** Memory that nothing uses is given back after this long. Milliseconds. */
const IDLE_MS = 1_000;

/** Where a value lies. */
export interface Region {
  readonly offset: number;
  readonly length: number;
}

/** One side's memory: its owner writes, the other side reads. */
export interface Arena {
  /** Writes bytes, all parts after each other. `undefined` when there is no room. Never throws. */
  put(parts: readonly Uint8Array[]): Region | undefined;
  /** What was put there; less, or something else, when the other side has meddled. Never throws. */
  read(region: Region): Uint8Array;
  /** The other side has read it. Nothing happens for what was never given, or is free already. */
  free(offset: number): void;
  close(): void;
}

/** The other side's memory. */
export interface ArenaReader {
  /** Reads into memory of its own. Throws when there is no such region. */
  read(region: Region): Uint8Array;
  close(): void;
}

/** Makes the file of an arena, for this user only; throws what the file system throws. */
export function createArenaFile(path: string): number {
  return openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 0o600);
}

/** Opens one that the other side has made; throws when it is no file. */
export function openArenaFile(path: string, flags: number): number {
  // A pipe in the file's place must not hold us up, and a link leads elsewhere.
  const file = openSync(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new Error(`${path} is no file`);
}

/** Writes to `file`, which nobody else writes. */
export function createArena(file: number): Arena {
  /** Sizes by offset, of what is in use; and offsets by size, of what was. */
  const used = new Map<number, number>();
  const spare = new Map<number, number[]>();
  let end = 0;
  let isOpen = true;
  let usedAt = 0;
  let timer: NodeJS.Timeout | undefined;
  keepMemory();

  function place(length: number): number | undefined {
    // Powers of two fit again and again. What is never written of them costs nothing.
    const size = 2 ** Math.ceil(Math.log2(length));
    let offset = spare.get(size)?.pop();
    if (offset === undefined) {
      if (end + size > ARENA_BYTES) return undefined;
      offset = end;
      end += size;
    }
    used.set(offset, size);
    return offset;
  }

  function free(offset: number): void {
    const size = used.get(offset);
    if (size === undefined || !isOpen) return;
    used.delete(offset);
    if (used.size > 0) {
      const others = spare.get(size);
      if (others) others.push(offset);
      else spare.set(size, [offset]);
      return;
    }
    spare.clear();
    end = 0;
    usedAt = performance.now();
    timer ??= setTimeout(shrink, IDLE_MS).unref();
  }

  function shrink(): void {
    timer = undefined;
    if (used.size > 0) return;
    const left = usedAt + IDLE_MS - performance.now();
    if (left > 1) timer = setTimeout(shrink, left).unref();
    else ftruncateSync(file, 0);
  }

  return {
    put(parts) {
      let length = 0;
      for (const part of parts) length += part.length;
      const offset = isOpen ? place(length) : undefined;
      if (offset === undefined) return undefined;
      try {
        if (writevSync(file, parts, offset) === length) return { offset, length };
      } catch {
        // The memory is full: the socket needs none.
      }
      free(offset);
      return undefined;
    },
    read({ offset, length }) {
      const bytes = Buffer.alloc(length);
      try {
        readSync(file, bytes, 0, length, offset);
      } catch {
        // It is found to be no value where it is decoded.
      }
      return bytes;
    },
    free,
    close() {
      if (!isOpen) return;
      isOpen = false;
      clearTimeout(timer);
      closeSync(file);
    },
  };
}

/** Reads from `file`, which the other side writes. `limit`: bytes of one region. */
export function createArenaReader(file: number, limit: number): ArenaReader {
  let isOpen = true;
  keepMemory();
  return {
    read({ offset, length }) {
      if (!isOpen || length > limit) throw new Error(`a value of ${length} bytes`);
      const bytes = Buffer.allocUnsafeSlow(length);
      const count = readSync(file, bytes, 0, length, offset);
      if (count !== length) throw new Error(`${count} of ${length} bytes`);
      return bytes;
    },
    close() {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
}

let isKept = false;

/**
 * Lets the C library keep up to 64 MiB that were freed. It returns them to the system otherwise, as soon as they are
 * more than two large values, and pays for every page of the next one again: more than for the value itself. Its bound
 * grows with the largest block that was ever freed, which need not have been used. mallopt(3), M_TRIM_THRESHOLD
 */
function keepMemory(): void {
  if (!isKept) Buffer.allocUnsafeSlow(31 * 1024 * 1024);
  isKept = true;
}
