import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { fill, parse, RECORD_BYTES, recordBuffer } from "./record.ts";
import type { WorkerState } from "./record.ts";

/** The first number of a board, with the version of its layout. */
const MAGIC = 0x504f4f4c4201;
/** Bytes of what stands before the records, at most. */
const MAX_HEAD_BYTES = 64 * 1024 * 1024;
/** Records that a slot can have. */
const RECORDS: readonly number[] = [1, 2];

/** How often a file is compared with the one that is open. Milliseconds. */
const LOOK_MS = 500;

/** Reads of a record that is being written, before it is given up for now. */
const TRIES = 4;

/** What stands on a board beside the records. */
export interface BoardHead {
  readonly pool: string;
  /** The supervisor's process. */
  readonly pid: number;
  /** As `Date.now()` has it. */
  readonly startedAt: number;
  /** The slots, in the order of their records. */
  readonly slots: readonly string[];
  readonly recordsPerSlot: number;
}

/** One record, and the worker that may write it. */
export interface BoardWriter {
  /** Writes the state. Never throws: a board that cannot be written is none. */
  write(state: WorkerState): void;
  close(): void;
}

/** A board that others write. */
export interface BoardReader {
  readonly head: BoardHead;
  /** Where a slot's records begin, in bytes. */
  offsets(slot: number): number[];
  /** `undefined` when nothing is written there, or it is written again and again as we look. Never throws. */
  read(offset: number): WorkerState | undefined;
  close(): void;
}

/**
 * Makes a board: a head, and a record of a fixed size for each worker, all empty. In a folder in memory (tmpfs) it is
 * memory that processes share, by plain reads and writes, in every runtime. Throws what the file system throws; the
 * file must not be there. Returns where the records begin.
 */
export function createBoard(path: string, head: BoardHead): number {
  const text = Buffer.from(JSON.stringify(head));
  const begin = Math.ceil((RECORD_BYTES + text.length) / RECORD_BYTES) * RECORD_BYTES;
  const numbers = new Float64Array([MAGIC, begin, text.length]);
  const file = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | noFollow(), 0o600);
  try {
    ftruncateSync(file, begin + head.slots.length * head.recordsPerSlot * RECORD_BYTES);
    writeSync(file, text, 0, text.length, RECORD_BYTES);
    // Last, so that whoever finds it finds a whole head.
    writeSync(file, new Uint8Array(numbers.buffer), 0, numbers.byteLength, 0);
  } finally {
    closeSync(file);
  }
  return begin;
}

/** Opens the record at `offset` for its owner; nobody else writes it while that process lives. */
export function openWriter(path: string, offset: number): BoardWriter {
  const buffer = recordBuffer();
  let file: number | undefined = tryOpen(path, constants.O_RDWR | noFollow());
  const isReplaced = watchReplaced(path, file);
  let sequence = 0;
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    write(state) {
      if (isReplaced()) {
        close();
        file = tryOpen(path, constants.O_RDWR | noFollow());
      }
      if (file === undefined) return;
      fill(buffer, state, ++sequence);
      try {
        writeSync(file, buffer.bytes, 0, RECORD_BYTES, offset);
      } catch {
        close();
      }
    },
    close,
  };
}

/** Makes a record empty: for the supervisor, when the owner has ended. */
export function clearRecord(path: string, offset: number): void {
  const file = tryOpen(path, constants.O_RDWR | noFollow());
  if (file === undefined) return;
  try {
    writeSync(file, new Uint8Array(RECORD_BYTES), 0, RECORD_BYTES, offset);
  } catch {
    // What cannot be written is not read either.
  } finally {
    closeSync(file);
  }
}

/** Opens a board to look at it; `undefined` when it is none, or cannot be opened. */
export function openReader(path: string): BoardReader | undefined {
  const file = tryOpen(path, constants.O_RDONLY);
  if (file === undefined) return undefined;
  const found = readHead(file);
  if (!found) {
    closeSync(file);
    return undefined;
  }
  const { head, begin } = found;
  const buffer = recordBuffer();
  let isOpen = true;
  return {
    head,
    offsets: (slot) =>
      Array.from(
        { length: head.recordsPerSlot },
        (_, index) => begin + (slot * head.recordsPerSlot + index) * RECORD_BYTES,
      ),
    read(offset) {
      for (let attempt = 0; isOpen && attempt < TRIES; attempt++) {
        try {
          if (readSync(file, buffer.bytes, 0, RECORD_BYTES, offset) < RECORD_BYTES) return undefined;
        } catch {
          return undefined;
        }
        const state = parse(buffer);
        if (state || buffer.numbers[0] === 0) return state;
      }
      return undefined;
    },
    close() {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
}

/** A reader of the board that is at `path` now: opened at the first call, and again when the file has been replaced. */
export function createReader(path: string): () => BoardReader | undefined {
  let reader: BoardReader | undefined;
  let isReplaced: (() => boolean) | undefined;
  return () => {
    if (isReplaced?.()) {
      reader?.close();
      reader = undefined;
    }
    reader ??= openReader(path);
    if (reader) isReplaced ??= watchReplaced(path);
    return reader;
  };
}

/** Tells, looking once every half second, whether another file is at `path` than at the last time that it told so. */
function watchReplaced(path: string, file?: number): () => boolean {
  const inode = (): number | undefined => {
    try {
      return statSync(path, { throwIfNoEntry: false })?.ino;
    } catch {
      return undefined;
    }
  };
  let known = file === undefined ? inode() : fstatSync(file).ino;
  let lookedAt = performance.now();
  return () => {
    const now = performance.now();
    if (now - lookedAt < LOOK_MS) return false;
    lookedAt = now;
    const found = inode();
    if (found === undefined || found === known) return false;
    known = found;
    return true;
  };
}

function readHead(file: number): { head: BoardHead; begin: number } | undefined {
  try {
    const numbers = new Float64Array(3);
    readSync(file, new Uint8Array(numbers.buffer), 0, numbers.byteLength, 0);
    const [magic, begin, length] = numbers as unknown as [number, number, number];
    if (
      magic !== MAGIC ||
      !(length > 0 && length < MAX_HEAD_BYTES) ||
      length > fstatSync(file).size ||
      begin > fstatSync(file).size
    )
      return undefined;
    const text = Buffer.alloc(length);
    readSync(file, text, 0, length, RECORD_BYTES);
    const head = JSON.parse(text.toString()) as BoardHead;
    const isHead = Array.isArray(head.slots) && head.slots.every((slot) => typeof slot === "string");
    return isHead && RECORDS.includes(head.recordsPerSlot) ? { head, begin } : undefined;
  } catch {
    return undefined;
  }
}

/** Opens a file that is there. What a worker may have put in its place, a named pipe say, would block whoever opens or reads it. */
function tryOpen(path: string, flags: number): number | undefined {
  try {
    const file = openSync(path, flags | nonBlocking());
    if (fstatSync(file).isFile()) return file;
    closeSync(file);
    return undefined;
  } catch {
    return undefined;
  }
}

/** Windows has no such flag, and no such pipes. */
function nonBlocking(): number {
  return (constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0;
}

/** A link in the file's place is nobody's board. Windows has no such flag. */
function noFollow(): number {
  return (constants as { O_NOFOLLOW?: number }).O_NOFOLLOW ?? 0;
}
