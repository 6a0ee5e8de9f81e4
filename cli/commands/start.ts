import { defineCommand } from "citty";
import type { CommandDef } from "citty";
import { isPoolName } from "../../core/config/pool-name.ts";
import type { PoolConfig } from "../../core/contract/config.ts";
import type { Plugin } from "../../core/contract/plugin.ts";
import type { Pool } from "../../core/contract/pool.ts";
import { createPool } from "../../index.ts";
import { control, poolDirectory } from "../../plugins/control/index.ts";
import { logs } from "../../plugins/logs/index.ts";
import { allRuntimes } from "../../runtimes/all.ts";
import { textOf } from "../args.ts";
import type { Environment } from "../environment.ts";
import { describeError, exitCodeOf } from "../exit.ts";
import { leave } from "../leave.ts";
import { takeConsole } from "../output/console.ts";
import { openOutput } from "../output/output.ts";
import type { Output } from "../output/output.ts";
import { paintFor } from "../output/terminal.ts";
import type { Paint } from "../output/terminal.ts";
import { stamped } from "../output/timestamps.ts";
import { faults, handleSignals } from "../signals.ts";
import { blame } from "../start/config-error.ts";
import { findTarget, workingFolder } from "../start/find-target.ts";
import { loadWithEnvironment } from "../start/load-config.ts";
import type { LoadOptions } from "../start/load-config.ts";
import { checkName, entryConfig, overrideConfig } from "../start/options.ts";
import type { StartOptions } from "../start/options.ts";

/** `poolable start [config | entry] [-- arguments of the entry]` */
export const start: CommandDef = defineCommand({
  meta: { name: "start", description: "Start a pool and stay in the foreground until it ends" },
  args: {
    target: {
      type: "positional",
      required: false,
      description: "A config, a folder with one, or a worker's entry",
    },
    workers: {
      type: "string",
      description: "Number of workers: 2 (which can be scaled up to one per core), or 1-4 for a range",
    },
    port: {
      type: "string",
      valueHint: "port…",
      description: "The TCP port to listen on, 0 for any; more than once for several",
    },
    host: {
      type: "string",
      description: "The address of --port; all addresses for an entry, 127.0.0.1 for a config",
    },
    type: { type: "string", description: "Type of the workers: reactor, job or service" },
    restart: {
      type: "string",
      description: "When an ended worker is restarted: never, on-failure or always",
    },
    name: { type: "string", description: "The name of the pool" },
    timestamps: {
      type: "boolean",
      description:
        "Put the time in front of each line (default where stdout is not a terminal; --no-timestamps)",
      negativeDescription: "Leave the time out",
    },
  },
  async run({ args, data }) {
    const { rest } = data as { rest?: string[] };
    const { target, name, workers, port, host, type, restart, timestamps = !process.stdout.isTTY } = args;
    const words = { name, workers, port, host, type, restart };
    const options = Object.fromEntries(Object.entries(words).map(([key, value]) => [key, textOf(value)]));
    const paint = paintFor(process.stdout);
    const [output, errors] = [openOutput(1), openOutput(2)];
    takeConsole(output, errors);
    const lines = timestamps ? stamped(output) : output;
    let exitCode: number;
    try {
      const source = await findSource(textOf(target), { ...options, rest });
      const config = await source.read();
      exitCode = await source.blame(async () => {
        const pool = compose(config, source, lines, paint);
        return await supervise(pool, (line) => lines.line(line));
      });
    } catch (error) {
      errors.line(describeError(error));
      exitCode = exitCodeOf(error);
    }
    await leave(exitCode, [output, errors]);
  },
}) as CommandDef;

/** Where the config comes from. */
interface Source {
  read(): Promise<PoolConfig>;
  /** Reads it as it is now, for a reload. */
  reread(): Promise<PoolConfig>;
  /** The environment as the config left it when it was read last. */
  environment(): Environment;
  /** Puts the name of the file in front of what is wrong with the config. */
  blame<T>(work: () => Promise<T>): Promise<T>;
}

async function findSource(argument: string | undefined, options: StartOptions): Promise<Source> {
  const cwd = workingFolder();
  checkName(options.name);
  const { kind, file } = await findTarget(argument, cwd);
  if (kind === "entry") {
    const read = async (): Promise<PoolConfig> => entryConfig(file, options, cwd);
    return { read, reread: read, environment: () => process.env, blame: (work) => work() };
  }
  let environment: Environment = process.env;
  async function load(how: LoadOptions): Promise<PoolConfig> {
    const loaded = await loadWithEnvironment(file, how);
    const config = overrideConfig(loaded.config, file, options);
    environment = loaded.environment;
    return config;
  }
  return {
    read: () => load({}),
    reread: () => load({ afresh: true }),
    environment: () => environment,
    blame: (work) => blame(file, cwd, work),
  };
}

function compose(config: PoolConfig, source: Source, output: Output, paint: Paint): Pool {
  const write = (line: string): void => output.line(line);
  // A name that is not right yet is refused by the pool, in its own words.
  const directory = isPoolName(config.name) ? poolDirectory(config.name) : undefined;
  // The lock comes first: a second start of the pool is refused before it has opened or said anything.
  const plugins = [
    faults(write),
    control({ directory, audit: write }),
    banner(write, paint),
    logs({ write: (line, ofWorker) => output.line(line, ofWorker), paint }),
    config.plugins,
  ];
  const { root, executables } = config;
  const { reread: load, environment } = source;
  const runtimes = allRuntimes({ directory, root, executables, environment });
  return createPool({ ...config, plugins }, { runtimes, load, directory });
}

/** What stands in the log of a container that has no init. */
const AS_PROCESS_1 =
  "poolable runs as process 1, and does not reap processes whose parent has ended: they stay as zombies; " +
  "start it below an init (docker run --init, tini)";

function banner(write: (line: string) => void, paint: Paint): Plugin {
  return {
    name: "banner",
    setup({ name, config: { groups } }) {
      write(`${paint("bold", `poolable ${name}`)}  pid ${process.pid}`);
      if (process.pid === 1) write(paint("yellow", AS_PROCESS_1));
      const width = Math.max(...groups.map((group) => group.name.length));
      for (const { name, type, runtime, min, max } of groups) {
        const workers = min === max ? `${min}` : `${min} to ${max}`;
        const noun = max === 1 ? "worker" : "workers";
        write(`  ${name.padEnd(width)}  ${workers} ${type} ${noun} on ${runtime}`);
      }
    },
  };
}

/** Runs the pool to its end. Resolves with the exit code of the supervisor. */
async function supervise(pool: Pool, say: (line: string) => void): Promise<number> {
  const ignoreSignals = handleSignals(pool, say);
  try {
    await pool.start();
  } catch (error) {
    ignoreSignals();
    throw error;
  }
  const { exitCode } = await pool.closed;
  return exitCode;
}
