import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf } from "../core/contract/errors.ts";
import type {
  Refusal,
  Runtime,
  SpawnRequest,
  WorkerNeeds,
  WorkerProcess,
  WorkerSink,
} from "../core/contract/runtime.ts";
import { otherUser, type OtherUser } from "../system/other-user.ts";
import { noModule } from "./discovery/entry-file.ts";
import { findInstalled, type Installed } from "./discovery/installed.ts";
import { runtimeTraits, type RuntimeName } from "./discovery/traits.ts";
import { processFigures } from "./figures/process-figures.ts";
import { migrateQueueAbility, openReusePortAbility } from "./sockets/abilities.ts";
import { openListener } from "./sockets/listener.ts";
import { takePassedListeners } from "./sockets/socket-activation.ts";
import { socketCalls } from "./sockets/sockets.ts";
import { deathSignal } from "./spawn/death-signal.ts";
import {
  setprivWords,
  identityMismatch,
  refuseUser,
  checkCanRun,
  userVariables,
} from "./spawn/drop-privileges.ts";
import { workerEnvironment } from "./spawn/environment.ts";
import { holdGroupGuard } from "./spawn/grandchildren.ts";
import { spawnWorker } from "./spawn/processes.ts";
import { openWorkerFiles, type WorkerFiles } from "./spawn/worker-files.ts";

/** How workers run under a runtime. */
export interface AdapterOptions {
  /** What is executed: a path, or a command. Where it is looked for without one is in `docs/runtimes.md`. */
  executable?: string;
  /** The folder that the search for `node_modules`, and relative paths, start from; the working folder without one. */
  root?: string;
  /**
   * A folder that only this user can enter, for the socket that workers connect to. It is made (0700) when it is
   * not there, and stays. A fresh one in the system's temporary folder, removed at the end, when it is left out.
   */
  directory?: string;
  /**
   * Returns the environment that workers inherit from. Called when a generation of workers is made.
   *
   * @default `process.env`
   */
  environment?: () => Readonly<Record<string, string | undefined>>;
}

/** What a worker's command is made of. */
export interface CommandParts {
  readonly installed: Installed;
  /** The socket of the channel. */
  readonly channel: string;
  /** The file that a worker's process is started with. */
  readonly workerMain: string;
}

/** What differs between the runtimes. */
export interface Adapter {
  readonly name: RuntimeName;
  /** The words after the executable: flags, the worker's main file, the entry and its arguments. */
  words(request: SpawnRequest, parts: CommandParts): string[];
  /** What keeps a worker from being as its group says; the entry exists. */
  refuse(group: WorkerNeeds, installed: Installed): Refusal | undefined;
  /** Whether a line of a worker's stderr is the runtime's own, and wrong in a pool: it is not shown. */
  isNoise?(line: string): boolean;
  /** Whether a worker can bind a port that others have too: `true`, or one line that says why not. */
  bindReusePort(installed: Installed): true | string;
  /** Whether the fastest HTTP server accepts on an inherited socket: `true`, or one line that says why not. */
  readonly serveInherited: true | string;
}

/** Makes a {@link Runtime}: all that is the same for every one. */
export function createRuntime(adapter: Adapter, options: AdapterOptions): Runtime {
  const { name } = adapter;
  const { executable: given, root = ".", environment: inherited = () => process.env } = options;
  let installed: Installed | undefined;
  let files: WorkerFiles | undefined;
  let other: { readonly user: OtherUser; readonly files: WorkerFiles } | undefined;
  let guard: readonly string[] = [];
  let releaseGuard = (): void => {};

  async function prepare(): Promise<Installed> {
    installed ??= await findInstalled(name, { given, root: resolve(root), env: process.env });
    return installed;
  }

  return {
    name,

    async prepare() {
      await prepare();
    },

    refuse(group) {
      const { entry } = group;
      const fault = faultOf(entry);
      if (fault !== undefined) return { key: "entry", reason: `the entry ${entry} ${fault}` };
      const userFault = group.user === undefined ? undefined : refuseUser(group.user);
      if (userFault !== undefined) return { key: "user", reason: userFault };
      return installed && adapter.refuse(group, installed);
    },

    spawn(request, sink) {
      const own = request.user === other?.user.text ? other : undefined;
      const { channel, workerMain: writeMain } = own?.files ?? files ?? {};
      if (!channel || !writeMain || !installed) return neverStarted(`the ${name} runtime is not open`, sink);
      let workerMain: string;
      try {
        workerMain = writeMain();
      } catch (error) {
        return neverStarted(`the worker's main file cannot be written: ${messageOf(error)}`, sink);
      }
      const words = adapter.words(request, { installed, channel: channel.path, workerMain });
      const quiet = adapter.isNoise ? withoutNoise(sink, (line) => adapter.isNoise!(line)) : sink;
      const command = { file: installed.file, args: words, guard: own ? setprivWords(own.user) : guard };
      const refuseProcess = own && ((pid: number) => identityMismatch(own.user, pid));
      return spawnWorker(channel, { ...command, refuseProcess }, request, quiet);
    },

    realPath(path) {
      try {
        return realpathSync(path);
      } catch {
        return path;
      }
    },

    environment(overrides, user) {
      const source = { ...inherited(), ...userVariables(user) };
      return workerEnvironment(source, overrides, runtimeTraits[name].environment);
    },

    openListener,

    async socketAbilities() {
      const calls = socketCalls();
      const open = typeof calls === "string" ? calls : true;
      const openReusePort = openReusePortAbility();
      const bindReusePort = installed ? adapter.bindReusePort(installed) : `${name} is not prepared`;
      const { serveInherited } = adapter;
      return { open, openReusePort, bindReusePort, serveInherited, migrateQueue: migrateQueueAbility() };
    },

    takePassedListeners: () => takePassedListeners(),

    tellsStacks: runtimeTraits[name].tellsStacks,

    figures: processFigures,

    async open(text) {
      const found = await prepare();
      const user = otherUser(text);
      if (user) await checkCanRun(user, found.file);
      const main = workerMainOf(found);
      releaseGuard = holdGroupGuard();
      [files, guard] = await Promise.all([openWorkerFiles(main, options.directory), deathSignal()]);
      if (user) other = { user, files: await openWorkerFiles(main, options.directory, user) };
    },

    async close() {
      await Promise.all([files?.close(), other?.files.close()]);
      files = undefined;
      other = undefined;
      releaseGuard();
    },
  };
}

function faultOf(entry: string): string | undefined {
  try {
    return statSync(entry).isDirectory() ? "is a folder: name a file in it" : noModule(entry);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? "does not exist" : `cannot be read: ${code}`;
  }
}

/** The file that a worker's process is started with: beside this file when both run from source, else what the package exports. */
function workerMainOf({ typescript }: Installed): string {
  const { features } = process as { features: { typescript?: unknown } };
  return fileURLToPath(
    import.meta.url.endsWith(".ts") && features.typescript && typescript
      ? new URL("../worker-main.ts", import.meta.url)
      : import.meta.resolve("poolable/worker/main"),
  );
}

function withoutNoise(sink: WorkerSink, isNoise: (line: string) => boolean): WorkerSink {
  const output: WorkerSink["output"] = (stream, line) =>
    void ((stream === "stderr" && isNoise(line)) || sink.output(stream, line));
  return { ...sink, output };
}

function neverStarted(spawnError: string, sink: WorkerSink): WorkerProcess {
  setImmediate(() => sink.exited({ code: null, signal: null, spawnError, stderrTail: "" }));
  return { send: () => false, signal: () => false, disconnect() {} };
}
