import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { TestContext } from "../_suite.ts";
import { supervisorCommand } from "../harness/supervisor.ts";

const bin = fileURLToPath(new URL("../../dist/cli.mjs", import.meta.url));

/** A folder with one config: groups `web` and `stubborn`. */
export const fixture: string = fileURLToPath(new URL("../fixtures/cli/pool", import.meta.url));

/** What a command left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that may still run. */
export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves with the output so far, once it has `text` in it; rejects when the command ends before. */
  says(text: string | RegExp): Promise<string>;
}

/** The command line, with runtime folders of its own. */
export interface Cli {
  readonly runtimeFolder: string;
  start(words: string[], options?: { cwd?: string; env?: Record<string, string> }): Running;
  run(words: string[], options?: { cwd?: string; env?: Record<string, string> }): Promise<Finished>;
}

/**
 * `given` runs every command, an executable or the words before `file`; without it, as this run's supervisors. `file` is
 * the built command.
 */
export async function createCli(
  { defer }: TestContext,
  given?: string | readonly string[],
  file: string = bin,
): Promise<Cli> {
  const command = given === undefined ? supervisorCommand(process.execPath) : [given].flat();
  const runtimeFolder = await mkdtemp("/tmp/pcli-");
  defer(() => rm(runtimeFolder, { recursive: true, force: true }));

  const start: Cli["start"] = (words, { cwd = runtimeFolder, env } = {}) => {
    const { NO_COLOR: _n, FORCE_COLOR: _f, ...inherited } = process.env;
    // What tests look for begins a line; the time in front of it has a test of its own.
    const plain = words[0] === "start" && !words.includes("--timestamps") ? ["--no-timestamps"] : [];
    const [executable, ...args] = [...command, file, ...words.slice(0, 1), ...plain, ...words.slice(1)];
    const child = spawn(executable!, args, {
      cwd,
      env: { ...inherited, POOLABLE_RUNTIME_DIR: `${runtimeFolder}/poolable`, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const text = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (chunk: string) => {
        text[name] += chunk;
        child.emit("text");
      });
    }
    const finished = once(child, "close").then(([code]) => ({ code: code as number | null, ...text }));
    defer(async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await finished;
    });
    return {
      child,
      finished,
      async says(wanted) {
        const all = (): string => text.stdout + text.stderr;
        const has = (): boolean => (typeof wanted === "string" ? all().includes(wanted) : wanted.test(all()));
        while (!has()) {
          const over = await Promise.race([once(child, "text").then(() => false), finished.then(() => true)]);
          if (over && !has()) throw new Error(`ended without saying ${wanted}: ${all()}`);
        }
        return all();
      },
    };
  };

  return { runtimeFolder, start, run: (words, options) => start(words, options).finished };
}
