import { existsSync, realpathSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Runtime, SpawnRequest, WorkerProcess, WorkerSink } from "../core/runtime.ts";
import { deathSignal } from "./_death-signal.ts";
import { nodeSocketAbilities } from "./_abilities.ts";
import { workerEnvironment } from "./_environment.ts";
import { processFigures } from "./_figures.ts";
import { takePassedListeners } from "./_passed.ts";
import { openChannel, type Channel } from "./channel.ts";
import { openListener } from "./listener.ts";
import { spawnWorker } from "./processes.ts";

/** How workers run under Node. */
export interface NodeOptions {
  /** What is executed; the supervisor's own executable when that is Node, else `node` from the PATH. */
  executable?: string;
  /**
   * A folder that only this user can enter, for the socket that workers connect to. It is made (0700) when it is
   * not there, and stays. A fresh one in the system's temporary folder, removed at the end, when it is left out.
   */
  directory?: string;
}

/** Workers under Node 20.19 and newer. */
export function node(options: NodeOptions = {}): Runtime {
  const executable = options.executable ?? defaultExecutable();
  let channel: Channel | undefined;
  let temporary: string | undefined;
  let guard: readonly string[] = [];

  return {
    name: "node",

    spawn(request: SpawnRequest, sink: WorkerSink): WorkerProcess {
      if (!channel) return neverStarted("the node runtime is not open", sink);
      const args = [...request.execArgv, workerMain(), request.entry, ...request.args];
      return spawnWorker(channel, { file: executable, args, guard }, request, sink);
    },

    realPath(path) {
      try {
        return realpathSync(path);
      } catch {
        return path;
      }
    },

    environment: (overrides) => workerEnvironment(process.env, overrides),

    checkEntry(entry) {
      if (!existsSync(entry)) return `the entry ${entry} does not exist`;
      if (!/\.[cm]?ts$/.test(entry) || executable !== process.execPath || stripsTypes()) return undefined;
      return (
        `the entry ${entry} is TypeScript, which Node ${process.versions.node} cannot run: ` +
        "use Node 22.18 or newer, Bun or Deno, or compile it"
      );
    },

    openListener,

    socketAbilities: () => nodeSocketAbilities(executable),

    takePassedListeners: () => takePassedListeners(),

    tellsStacks: true,
    figures: processFigures,

    async open() {
      if (options.directory === undefined) temporary = await mkdtemp(join(tmpdir(), "poolable-"));
      else await mkdir(options.directory, { recursive: true, mode: 0o700 });
      [channel, guard] = await Promise.all([openChannel(temporary ?? options.directory!), deathSignal()]);
    },

    async close() {
      await channel?.close();
      channel = undefined;
      if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
      temporary = undefined;
    },
  };
}

function defaultExecutable(): string {
  return process.versions.bun || process.versions.deno ? "node" : process.execPath;
}

function stripsTypes(): boolean {
  return Boolean((process.features as { typescript?: unknown }).typescript);
}

/** The worker's half: beside this file when all runs from source, else what the package exports. */
function workerMain(): string {
  return fileURLToPath(
    import.meta.url.endsWith(".ts") && stripsTypes()
      ? new URL("./worker/main.ts", import.meta.url)
      : import.meta.resolve("poolable/worker/main"),
  );
}

function neverStarted(spawnError: string, sink: WorkerSink): WorkerProcess {
  setImmediate(() => sink.exited({ code: null, signal: null, spawnError, stderrTail: "" }));
  return { send: () => false, signal: () => false, disconnect() {} };
}
