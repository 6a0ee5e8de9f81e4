/** Bytes of one line of output; a longer one is handed on in pieces of this size. */
export const MAX_LINE_BYTES: number = 16 * 1024;

/** Bytes of stderr that an exit report keeps. */
export const TAIL_BYTES: number = 8 * 1024;

const NEWLINE = 10;
const RETURN = 13;

/** Cuts a stream of bytes into lines. */
export interface LineReader {
  /** Takes a chunk that may be cut anywhere, also within a character. It is kept until its lines are taken. */
  push(chunk: Uint8Array): void;
  /** Hands on at most `count` lines. Returns how many it was; fewer than `count` when there is no whole line left. */
  take(count: number): number;
  /** Hands on a last line that had no newline. */
  end(): void;
  /** Forgets what waits. */
  drop(): void;
  /** Bytes that wait for {@link take} or for the end of their line. */
  readonly waiting: number;
}

/**
 * Makes a {@link LineReader}. `onLine` gets each line without its newline (`\n` or `\r\n`), a line longer than `limit`
 * bytes in pieces; bytes that are not UTF-8 become U+FFFD. Throws what `onLine` throws, nothing else.
 */
export function createLineReader(onLine: (line: string) => void, limit: number = MAX_LINE_BYTES): LineReader {
  let held: Uint8Array = new Uint8Array(0);

  /** Where the next line or piece ends and where the one after it begins; `undefined` when its end has not come yet. */
  const find = (from: number): [end: number, next: number] | undefined => {
    const newline = held.subarray(from, from + limit + 1).indexOf(NEWLINE);
    if (newline !== -1) {
      const end = from + newline;
      return [end > from && held[end - 1] === RETURN ? end - 1 : end, end + 1];
    }
    if (held.length - from <= limit) return undefined;
    const at = from + boundary(held.subarray(from), limit);
    return [at, at];
  };

  return {
    push(chunk) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    },
    take(count) {
      let from = 0;
      let taken = 0;
      try {
        for (let found; taken < count && (found = find(from)); taken++) {
          const [end, next] = found;
          const line = held.subarray(from, end);
          from = next;
          onLine(textOf(line));
        }
      } finally {
        held = held.subarray(from);
        // A copy: a view would pin the whole chunk for the sake of one partial line.
        if (taken < count) held = Uint8Array.prototype.slice.call(held);
      }
      return taken;
    },
    end() {
      const end = held[held.length - 1] === RETURN ? held.length - 1 : held.length;
      if (held.length > 0) onLine(textOf(held.subarray(0, end)));
      held = new Uint8Array(0);
    },
    drop() {
      held = new Uint8Array(0);
    },
    get waiting() {
      return held.length;
    },
  };
}

/** Keeps the last bytes of a stream. */
export interface Tail {
  push(chunk: Uint8Array): void;
  text(): string;
}

/** Makes a {@link Tail} of at most `limit` bytes. */
export function createTail(limit: number = TAIL_BYTES): Tail {
  let kept: Uint8Array = new Uint8Array(0);
  return {
    push(chunk) {
      const bytes = chunk.length >= limit ? chunk : Buffer.concat([kept, chunk]);
      kept = Uint8Array.prototype.slice.call(bytes, Math.max(0, bytes.length - limit));
    },
    text() {
      let start = 0;
      while (start < 3 && isContinuation(kept[start])) start++;
      return textOf(kept.subarray(start));
    },
  };
}

/** The last place at or before `limit` that does not cut a character. */
function boundary(bytes: Uint8Array, limit: number): number {
  let at = limit;
  while (at > limit - 3 && isContinuation(bytes[at])) at--;
  return isContinuation(bytes[at]) ? limit : at;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
}
