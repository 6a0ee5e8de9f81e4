import type { Socket } from "node:net";

/** Frames that together are no longer than this are copied into one. */
const JOIN_BYTES = 64 * 1024;

/** Sends frames: all of one turn in one write, because each write is a call of the system. */
export interface Outbox {
  push(frame: Uint8Array): void;
  /** Calls back when everything that was pushed is with the system, or never will be. */
  flushed(then: () => void): void;
  /** Bytes that wait. */
  readonly waiting: number;
}

/** Makes an {@link Outbox}. What is pushed after the socket's end is dropped. */
export function createOutbox(socket: Socket): Outbox {
  let frames: Uint8Array[] = [];
  let bytes = 0;

  function flush(then?: () => void): void {
    const batch = frames;
    const size = bytes;
    frames = [];
    bytes = 0;
    if (!socket.writable || (batch.length === 0 && !then)) return void (then && process.nextTick(then));
    if (batch.length === 0) socket.write("", then);
    else if (batch.length === 1) socket.write(batch[0]!, then);
    else if (size <= JOIN_BYTES) socket.write(Buffer.concat(batch, size), then);
    else {
      socket.cork();
      for (const [index, frame] of batch.entries())
        socket.write(frame, index === batch.length - 1 ? then : undefined);
      socket.uncork();
    }
  }

  return {
    push(frame) {
      // After the microtasks of this turn: what they still push goes along.
      if (frames.push(frame) === 1) process.nextTick(flush);
      bytes += frame.length;
    },
    flushed: (then) => flush(then),
    get waiting() {
      return bytes + socket.writableLength;
    },
  };
}
