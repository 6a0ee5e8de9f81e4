import type { Readable } from "node:stream";
import { createLineReader, createTail, type Tail } from "./_lines.ts";

/** What is known of a worker's output. */
export interface Output {
  /** Whether both streams have ended. */
  readonly ended: boolean;
  /** The last bytes of stderr. */
  readonly tail: Tail;
  /** Stops reading and hands on what is left of the last lines. Nothing is told after it. */
  close(): void;
}

/**
 * Reads both streams of a process line by line, always and at once: a worker whose pipe is full stands still
 * under Bun and Deno and grows under Node. `onEnded` is called when both have ended.
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
    let done = false;
    const lines = createLineReader((line) => onLine(name, line));
    const finish = (): void => {
      if (done) return;
      done = true;
      lines.end();
      if (--open === 0) onEnded();
    };
    stream.on("data", (chunk: Uint8Array) => {
      if (done) return;
      if (name === "stderr") tail.push(chunk);
      lines.push(chunk);
    });
    stream.on("error", () => {});
    stream.on("end", finish);
    stream.on("close", finish);
    closers.push(() => {
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
