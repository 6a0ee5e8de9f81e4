import { stripVTControlCharacters } from "node:util";

/**
 * What the runtimes print, and how they end, when they run out of memory or stack. Measured on Node 20 to 26,
 * Bun 1.4 and Deno 2.9; the prefix of Node's line varies (`Reached heap limit`, `Ineffective mark-compacts`).
 */
const OUT_OF_MEMORY = [
  "JavaScript heap out of memory",
  "Fatal JavaScript out of memory",
  "MemoryExhaustion: Crash intentionally because memory is exhausted",
  "FATAL ERROR: Zone Allocation failed - process out of memory",
] as const;

const STACK_OVERFLOW = "RangeError: Maximum call stack size exceeded";

/** Signals that a runtime ends itself with when its memory is exhausted. */
const MEMORY_SIGNALS: readonly string[] = ["SIGABRT", "SIGTRAP", "SIGILL"];

/** A shell or a container wrapper reports the end by signal n as exit code 128 + n. Linux and macOS agree on these. */
const SIGNAL_CODES: Readonly<Record<number, string>> = {
  129: "SIGHUP",
  130: "SIGINT",
  131: "SIGQUIT",
  132: "SIGILL",
  133: "SIGTRAP",
  134: "SIGABRT",
  136: "SIGFPE",
  137: "SIGKILL",
  139: "SIGSEGV",
  141: "SIGPIPE",
  143: "SIGTERM",
};

/** The signal that ended a process, whichever way it was reported. */
export function signalOf(code: number | null, signal: string | null): string | undefined {
  return signal ?? (code === null ? undefined : SIGNAL_CODES[code]);
}

/** What Bun throws when no memory can be had for one big object; uncaught, it ends the process by code 1. */
const NO_MEMORY = "RangeError: Out of memory";

/** The line that tells of exhausted memory, if the end fits it. */
export function outOfMemory(
  code: number | null,
  signal: string | undefined,
  stderrTail: string,
): string | undefined {
  if (signal && MEMORY_SIGNALS.includes(signal))
    return OUT_OF_MEMORY.find((line) => stderrTail.includes(line));
  return code === 1 && stderrTail.includes(NO_MEMORY) ? NO_MEMORY : undefined;
}

export function isStackOverflow(text: string): boolean {
  return text.includes(STACK_OVERFLOW);
}

/**
 * The last line of stderr that begins like an error: `TypeError: …`, or Bun's and Deno's `error: …`. Deno colours it
 * for pipes too.
 */
export function errorLine(stderrTail: string): string | undefined {
  const lines = stripVTControlCharacters(stderrTail)
    .split("\n")
    .filter((line) => /^(?:error|(?:Uncaught )?\w*(?:Error|Rejection)\b[^:]{0,60}):/.test(line));
  return lines.at(-1)?.trim().slice(0, 200);
}

/**
 * How Deno 2.9 begins the line about a main module that it cannot load: a module, a package or an export that is
 * missing, a syntax error. It ends at once then, so that the worker has often no time to say so itself.
 */
const DENO_UNLOADABLE =
  /^error: (?:Module not found "|Import "[^"]+" not a dependency|Relative import path |(?:Uncaught )?SyntaxError: |npm package '[^']+' does not exist|The module's source code could not be parsed)/;

/** Whether Deno has ended because the worker's entry cannot be loaded. */
export function isUnloadable(code: number | null, stderrTail: string): boolean {
  return code === 1 && DENO_UNLOADABLE.test(errorLine(stderrTail) ?? "");
}
