/** Bytes of one line of output; a longer one is handed on in pieces of this size. */
export const MAX_LINE_BYTES: number = 16 * 1024;

/** Bytes of stderr that an exit report keeps. */
export const TAIL_BYTES: number = 8 * 1024;

const NEWLINE = 10;
const RETURN = 13;

/** Cuts a stream of bytes into lines. */
export interface LineReader {
  /** Takes a chunk that may be cut anywhere, also within a character. Keeps at most `limit` bytes. */
  push(chunk: Uint8Array): void;
  /** Hands on a last line that had no newline. */
  end(): void;
}

/**
 * Makes a {@link LineReader}. `onLine` gets each line without its newline (`\n` or `\r\n`); bytes that are not
 * UTF-8 become U+FFFD. Throws what `onLine` throws, nothing else.
 */
export function createLineReader(onLine: (line: string) => void, limit: number = MAX_LINE_BYTES): LineReader {
  let held: Uint8Array = new Uint8Array(0);

  const emit = (bytes: Uint8Array): void => {
    const length = bytes[bytes.length - 1] === RETURN ? bytes.length - 1 : bytes.length;
    onLine(textOf(bytes.subarray(0, length)));
  };
  /** Emits whole pieces of a line that has no end yet, and returns what is left of it. */
  const cut = (bytes: Uint8Array): Uint8Array => {
    while (bytes.length > limit) {
      const at = boundary(bytes, limit);
      onLine(textOf(bytes.subarray(0, at)));
      bytes = bytes.subarray(at);
    }
    return bytes;
  };

  return {
    push(chunk) {
      let bytes: Uint8Array = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE)) {
        emit(cut(bytes.subarray(0, end)));
        bytes = bytes.subarray(end + 1);
      }
      // A copy: a view would pin the whole chunk for the sake of one partial line.
      held = Uint8Array.prototype.slice.call(cut(bytes));
    },
    end() {
      if (held.length > 0) emit(held);
      held = new Uint8Array(0);
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
