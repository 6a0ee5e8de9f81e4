import type { Writable } from "node:stream";

const MAX_WAITING_BYTES = 1024 * 1024;

/** Lines to a stream that may be gone or slow. */
export interface Output {
  /** Never throws and never waits: what a full pipe does not take is dropped and counted. */
  line(text: string): void;
  /** Resolves when everything was taken, or after `ms`. */
  flush(ms: number): Promise<void>;
}

/** Writes lines to `stream`; its reader's death (EPIPE) and its reader's sleep cost lines, never the supervisor. */
export function createOutput(stream: Writable): Output {
  let gone = false;
  let dropped = 0;
  stream.on("error", () => (gone = true));

  return {
    line(text) {
      if (gone) return;
      if (stream.writableLength > MAX_WAITING_BYTES) {
        dropped++;
        return;
      }
      if (dropped > 0) stream.write(`(${dropped} lines were dropped, the reader is too slow)\n`);
      dropped = 0;
      stream.write(`${text}\n`);
    },
    flush(ms) {
      if (gone || stream.writableLength === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        stream.write("", () => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}
