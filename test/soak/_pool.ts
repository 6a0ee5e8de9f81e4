import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const cli = fileURLToPath(new URL("../../dist/cli.mjs", import.meta.url));
const config = fileURLToPath(new URL("pool/poolable.config.mjs", import.meta.url));
const run = promisify(execFile);

/** What a fault needs of a slot. */
export interface SoakSlot {
  readonly id: string;
  readonly state: string;
  readonly pid?: number | undefined;
}

/** A pool that `poolable start` runs, and what is done with it from outside. */
export interface SoakPool {
  readonly pid: number;
  isAlive(): boolean;
  slots(group: string): Promise<readonly SoakSlot[]>;
  /** Runs a command of the CLI; its exit code, and the last line that it printed. */
  command(...args: string[]): Promise<{ code: number; line: string }>;
  stop(): Promise<{ code: number | null; signal: string | null }>;
}

/** Starts the pool of `pool/` under a runtime and waits until its `web` group is ready. Its log goes to `log`. */
export async function startPool(options: {
  command: readonly string[];
  folder: string;
  port: number;
}): Promise<SoakPool> {
  const [file, ...args] = options.command as [string, ...string[]];
  const env = { ...process.env, SOAK_FOLDER: options.folder, SOAK_PORT: String(options.port) };
  const child = spawn(file, [...args, cli, "start", config], { env, stdio: ["ignore", "pipe", "pipe"] });
  process.once("exit", () => child.kill("SIGTERM"));
  const log = createWriteStream(join(options.folder, "log"));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const exit = once(child, "exit") as Promise<[number | null, string | null]>;
  const command: SoakPool["command"] = async (...words) => {
    const asked = run(process.execPath, [cli, ...words, "--name", "soak"], { timeout: 120_000 });
    const { code, text } = await asked.then(
      ({ stdout }) => ({ code: 0, text: stdout }),
      (error: { code?: unknown; stderr?: string }) => ({
        code: Number(error.code ?? -1),
        text: error.stderr ?? "",
      }),
    );
    return { code, line: text.trim() };
  };
  const slots: SoakPool["slots"] = async (group) => {
    const { code, line } = await command("status", "--json");
    if (code !== 0) return [];
    const { groups } = JSON.parse(line) as { groups: { name: string; slots: SoakSlot[] }[] };
    return groups.find(({ name }) => name === group)?.slots ?? [];
  };
  while (!(await slots("web")).some(({ state }) => state === "ready")) {
    if (child.exitCode !== null) throw new Error(`the pool ended with ${child.exitCode}`);
  }
  await command("scale", "web", "4");
  await command("scale", "work", "3");
  return {
    pid: child.pid!,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    slots,
    command,
    async stop() {
      child.kill("SIGTERM");
      const [code, signal] = await exit;
      return { code, signal };
    },
  };
}
