import type { ChildProcess } from "node:child_process";

/** The child processes that a program has started. */
export interface Children {
  /** A line about the first of them, as it goes on behind "it"; `undefined` when there is none. */
  line(): string | undefined;
  release(): void;
}

/** Characters of a command that are told. */
const MAX_COMMAND = 120;

/** What `spawn` of a child is given. */
interface SpawnOptions {
  readonly file?: string;
  readonly args?: readonly string[];
}

/**
 * Remembers what a program starts: one that listens in a child (`tsx`, `npm start`) never listens itself, and a child
 * cannot be given the group's socket. Deno tells nothing of its children.
 */
export function watchChildren(): Children {
  const { ChildProcess: Child } = process.getBuiltinModule("node:child_process") as unknown as {
    ChildProcess: { prototype: ChildProcess & { spawn?(options: SpawnOptions): unknown } };
  };
  const { prototype } = Child;
  const { spawn } = prototype;
  let first: { command: string; pid: number | undefined } | undefined;
  if (spawn) {
    prototype.spawn = function (options) {
      const result: unknown = spawn.call(this, options);
      const words = [options.file, ...(options.args ?? []).slice(1)];
      first ??= { command: words.join(" ").slice(0, MAX_COMMAND), pid: this.pid };
      return result;
    };
  }
  return {
    line: () =>
      first &&
      `started \`${first.command}\` (pid ${first.pid}), and a child cannot be given the group's socket: ` +
        "start the program that listens itself, with what a loader needs in execArgv",
    release() {
      if (spawn) prototype.spawn = spawn;
    },
  };
}
