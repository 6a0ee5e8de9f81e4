import type { Output } from "./output.ts";

/** Puts the time (UTC, ISO 8601) in front of every line that the pool and its workers write. */
export function stamped(output: Output): Output {
  return {
    line: (text, ofWorker) => output.line(`${new Date().toISOString()} ${text}`, ofWorker),
    write: (text) => output.write(text),
    flush: (ms) => output.flush(ms),
    get isStuck() {
      return output.isStuck;
    },
  };
}
