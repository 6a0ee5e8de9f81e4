import { spawn } from "node:child_process";
import type { ChildProcess, StdioOptions } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { TestContext } from "../_suite.ts";
import { supervisorCommand } from "../harness/supervisor.ts";
import { createCli } from "./_cli.ts";
import type { Cli } from "./_cli.ts";

const bin = fileURLToPath(new URL("../../dist/cli.mjs", import.meta.url));
const fixture = fileURLToPath(new URL("../fixtures/cli/chatty", import.meta.url));

/** A pool with a worker that prints without end. */
export interface Chatty {
  readonly cli: Cli;
  /** The process that was started: the supervisor, or what runs it. */
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** Resolves when the worker has printed that many bytes from now on. */
  printed(bytes: number): Promise<void>;
}

/** The words that start the pool, for a shell. */
export function shellWords(): string {
  return [...supervisorCommand(process.execPath), bin, "start", fixture].map((word) => `'${word}'`).join(" ");
}

/** Starts it with `stdio`; `words` run it, and it is what they say when they are left out. */
export async function startChatty(
  t: TestContext,
  stdio: StdioOptions,
  words: readonly string[] = ["/bin/sh", "-c", `exec ${shellWords()}`],
): Promise<Chatty> {
  const cli = await createCli(t);
  const countFile = join(cli.runtimeFolder, "count");
  const { NO_COLOR: _n, FORCE_COLOR: _f, ...inherited } = process.env;
  const [file, ...args] = words;
  const child = spawn(file!, args, {
    env: { ...inherited, POOLABLE_RUNTIME_DIR: `${cli.runtimeFolder}/poolable`, COUNT_FILE: countFile },
    stdio,
  });
  const ended = once(child, "exit").then(([code]) => code as number | null);
  t.defer(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    // The supervisor first: what runs it may be gone before it.
    await cli.run(["stop", "chatty", "--now"]);
    child.kill("SIGKILL");
    await ended;
  });
  const count = (): number => {
    try {
      return Number(readFileSync(countFile, "utf8"));
    } catch {
      return 0;
    }
  };
  return {
    cli,
    child,
    ended,
    async printed(bytes) {
      const from = count();
      while (count() < from + bytes) {
        t.signal.throwIfAborted();
        if (child.exitCode !== null) throw new Error(`the pool ended with exit code ${child.exitCode}`);
        await sleep(20);
      }
    },
  };
}
