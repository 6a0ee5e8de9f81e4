import { HEAD_BYTES, readU32 } from "./wire.ts";

/**
 * A whole frame is in `bytes` from `start` (its head) to `end`. `owned` says that it has memory of its own; else it
 * lies in a chunk with others, and what is kept of it must be copied.
 */
export type OnFrame = (
  kind: number,
  id: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  owned: boolean,
) => boolean | void;

/** Reads frames out of chunks that may be cut anywhere. */
export interface FrameReader {
  /**
   * Hands on every whole frame of `chunk`. Returns what is wrong with the bytes, one printable line; nothing is read
   * after that. `onFrame` returns `false` to stop. Never keeps more than one frame, whose limit is `limit` bytes.
   */
  push(chunk: Uint8Array): string | undefined;
  /** Bytes of one frame's body from now on. */
  limit: number;
}

/** Makes a {@link FrameReader}. */
export function createFrameReader(limit: number, onFrame: OnFrame): FrameReader {
  /** A frame that is not whole, and how much of it there is; its head first, when not even that is whole. */
  let held: Uint8Array | undefined;
  let filled = 0;
  const head = new Uint8Array(HEAD_BYTES);
  let headFilled = 0;
  let stopped = false;

  const reader: FrameReader = { limit, push };

  function wrong(length: number): string | undefined {
    if (length < HEAD_BYTES - 4) return `a frame of ${length} bytes`;
    if (length > reader.limit + HEAD_BYTES - 4) return `a frame of more than ${reader.limit} bytes`;
    return undefined;
  }

  function hand(bytes: Uint8Array, start: number, end: number, owned: boolean): boolean {
    const goOn = onFrame(bytes[start + 4]!, readU32(bytes, start + 5), bytes, start, end, owned);
    if (goOn === false) stopped = true;
    return !stopped;
  }

  function push(chunk: Uint8Array): string | undefined {
    let at = 0;
    while (at < chunk.length && !stopped) {
      if (held) {
        const part = Math.min(held.length - filled, chunk.length - at);
        held.set(chunk.subarray(at, at + part), filled);
        filled += part;
        at += part;
        if (filled < held.length) return undefined;
        const whole = held;
        held = undefined;
        if (!hand(whole, 0, whole.length, true)) return undefined;
        continue;
      }
      if (headFilled > 0 || chunk.length - at < HEAD_BYTES) {
        const part = Math.min(HEAD_BYTES - headFilled, chunk.length - at);
        head.set(chunk.subarray(at, at + part), headFilled);
        headFilled += part;
        at += part;
        if (headFilled < HEAD_BYTES) return undefined;
        headFilled = 0;
        const fault = begin(head, 0);
        if (fault) return fault;
        held!.set(head);
        filled = HEAD_BYTES;
        if (filled === held!.length) {
          const whole = held!;
          held = undefined;
          if (!hand(whole, 0, whole.length, true)) return undefined;
        }
        continue;
      }
      const end = at + 4 + readU32(chunk, at);
      if (end <= chunk.length && end >= at + HEAD_BYTES && end - at - HEAD_BYTES <= reader.limit) {
        if (!hand(chunk, at, end, false)) return undefined;
        at = end;
        continue;
      }
      const fault = begin(chunk, at);
      if (fault) return fault;
      filled = 0;
    }
    return undefined;
  }

  /** Makes room for the frame whose head is at `at`. */
  function begin(bytes: Uint8Array, at: number): string | undefined {
    const length = readU32(bytes, at);
    const fault = wrong(length);
    if (fault) {
      stopped = true;
      return fault;
    }
    held = Buffer.allocUnsafeSlow(length + 4);
    return undefined;
  }

  return reader;
}
