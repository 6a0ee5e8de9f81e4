import { openSink } from "./sink.ts";
import type { Sink } from "./sink.ts";

/** Bytes that may wait for a reader that is slow, or for a disk that is full. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** What is left for the pool's own lines when its workers have used up the rest. */
const RESERVED_BYTES = 128 * 1024;
/** Bytes of one write, about. */
const CHUNK_BYTES = 64 * 1024;
/** Time until the next try when there was no room: from the first to the last one, doubled each time. Milliseconds. */
const FIRST_TRY_MS = 1;
const LAST_TRY_MS = 64;
/** Time until the next try after an error such as a full disk. Milliseconds. */
const AFTER_ERROR_MS = 1_000;

/** Lines to a file, a pipe or a terminal, which may be gone, full or slow. */
export interface Output {
  /**
   * Never throws and never waits: what finds no room is dropped and counted, and the next line that finds room says how
   * many. A worker's lines are dropped before the pool's own.
   */
  line(text: string, ofWorker?: boolean): void;
  /** The same for text that brings its own newlines. */
  write(text: string): void;
  /** Resolves when everything was taken, or after `ms`. */
  flush(ms: number): Promise<void>;
  /** Whether a write has not come back: under Node the process cannot end before. */
  readonly isStuck: boolean;
}

/** Opens stdout or stderr. What is left at the exit of the process is written as far as that is possible at once. */
export function openOutput(fd: 1 | 2): Output {
  return createOutput(openSink(fd));
}

/** Writes lines to `sink`; its reader's death and its reader's sleep cost lines, never the supervisor. */
export function createOutput(sink: Sink): Output {
  const waiting: string[] = [];
  let waitingBytes = 0;
  let chunk: Uint8Array = new Uint8Array(0);
  let dropped = 0;
  let why = "";
  let tryMs = FIRST_TRY_MS;
  let state: "free" | "turn" | "writing" | "full" | "failed" = "free";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flushed: (() => void)[] = [];

  function push(text: string): void {
    waiting.push(text);
    waitingBytes += Buffer.byteLength(text);
  }

  function add(text: string, room: number): void {
    if (waitingBytes >= room) {
      if (state !== "failed") why = "the reader is too slow";
      dropped++;
      return;
    }
    tellDropped();
    push(text);
    if (state === "free") pump();
  }

  function tellDropped(): void {
    if (dropped === 0) return;
    push(`(${dropped} ${dropped === 1 ? "line was" : "lines were"} dropped: ${why})\n`);
    dropped = 0;
  }

  /** Takes the next lines as one chunk. Returns whether there is anything to write. */
  function next(): boolean {
    if (chunk.length > 0) return true;
    if (waiting.length === 0) tellDropped();
    let bytes = 0;
    let count = 0;
    while (count < waiting.length && bytes < CHUNK_BYTES) bytes += waiting[count++]!.length;
    chunk = Buffer.from(waiting.splice(0, count).join(""));
    return chunk.length > 0;
  }

  function pump(): void {
    clearTimeout(timer);
    if (!next()) {
      state = "free";
      for (const then of flushed.splice(0)) then();
      return;
    }
    state = "writing";
    try {
      const taken = sink.write(chunk);
      if (typeof taken === "number") took(taken);
      else taken.then(took, failed);
    } catch (error) {
      failed(error);
    }
  }

  function took(bytes: number): void {
    chunk = chunk.subarray(bytes);
    waitingBytes -= bytes;
    if (bytes === 0) {
      again("full", tryMs);
      tryMs = Math.min(LAST_TRY_MS, tryMs * 2);
      return;
    }
    tryMs = FIRST_TRY_MS;
    // The rest once a turn, in few writes. The first line of a turn is written at once: it may be the last.
    state = "turn";
    setImmediate(pump);
  }

  function failed(error: unknown): void {
    const { code } = error as NodeJS.ErrnoException;
    why = code === "ENOSPC" ? "no space left on the device" : `it cannot be written (${code ?? error})`;
    again("failed", AFTER_ERROR_MS);
    // Whoever waits for the end does not wait for a second try.
    for (const then of flushed.splice(0)) then();
  }

  function again(how: "full" | "failed", ms: number): void {
    state = how;
    timer = setTimeout(pump, ms).unref();
  }

  process.once("exit", () => {
    // A write that is under way may have taken what would be written here.
    let isMore = state !== "writing";
    while (isMore && next()) {
      try {
        const taken = sink.last(chunk);
        chunk = chunk.subarray(taken);
        isMore = taken > 0;
      } catch {
        isMore = false;
      }
    }
  });

  return {
    line: (text, ofWorker = false) =>
      add(`${text}\n`, ofWorker ? MAX_WAITING_BYTES - RESERVED_BYTES : MAX_WAITING_BYTES),
    write: (text) => add(text, MAX_WAITING_BYTES),
    flush(ms) {
      if (state === "free") return Promise.resolve();
      return new Promise((resolve) => {
        const late = setTimeout(resolve, ms);
        flushed.push(() => {
          clearTimeout(late);
          resolve();
        });
        if (state === "failed") pump();
      });
    },
    get isStuck() {
      return state === "writing";
    },
  };
}
