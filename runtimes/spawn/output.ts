import type { Readable } from "node:stream";
import { createLineReader, createTail, type Tail } from "./lines.ts";
import { takeTurns } from "./turns.ts";

/** Lines that are handed on at once when nothing may wait any more. */
const LAST_LINES = 256;

/** What is known of a worker's output. */
export interface Output {
  /** Whether both streams have ended. */
  readonly ended: boolean;
  /** The last bytes of stderr. */
  readonly tail: Tail;
  /** Stops reading and hands on the last lines, and how much is dropped where there are too many. Nothing is told after it. */
  close(): void;
}

/**
 * Reads both streams of a process line by line, and never leaves them unread: a worker whose pipe is full stands still
 * under Bun and Deno and grows under Node. A stream with more lines than fit in a turn of the event loop is read on when
 * they have been handed on, so a worker that floods is slowed down and nobody else. `onEnded` is called when both have
 * ended.
 */
export function readOutput(
  streams: { readonly stdout: Readable | null; readonly stderr: Readable | null },
  onLine: (stream: "stdout" | "stderr", line: string) => void,
  onEnded: () => void,
): Output {
  const tail = createTail();
  const closers: (() => void)[] = [];
  let open = 0;

  for (const name of ["stdout", "stderr"] as const) {
    const stream = streams[name];
    if (!stream) continue;
    open++;
    const lines = createLineReader((line) => onLine(name, line));
    let isBusy = false;
    let hasEnded = false;
    let done = false;

    const finish = (): void => {
      if (done) return;
      done = true;
      lines.end();
      if (--open === 0) onEnded();
    };
    const source = {
      take(limit: number): number {
        const taken = done ? 0 : lines.take(limit);
        if (taken === limit) return taken;
        isBusy = false;
        if (hasEnded) finish();
        else if (stream.isPaused()) stream.resume();
        return taken;
      },
    };
    const begin = (): void => {
      if (isBusy) return;
      isBusy = true;
      takeTurns(source);
    };
    const end = (): void => {
      hasEnded = true;
      begin();
    };

    stream.on("data", (chunk: Uint8Array) => {
      if (done) return;
      if (name === "stderr") tail.push(chunk);
      lines.push(chunk);
      begin();
      if (isBusy) stream.pause();
    });
    stream.on("error", () => {});
    stream.on("end", end);
    stream.on("close", end);
    closers.push(() => {
      if (!done && lines.take(LAST_LINES) === LAST_LINES && lines.waiting > 0) {
        onLine(name, `(${lines.waiting} bytes of its last output were dropped)`);
        lines.drop();
      }
      finish();
      stream.destroy();
    });
  }

  return {
    get ended() {
      return open === 0;
    },
    tail,
    close() {
      for (const close of closers) close();
    },
  };
}
