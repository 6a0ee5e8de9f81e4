import { defineCommand } from "citty";
import type { CommandDef } from "citty";
import type { PoolConfig } from "../../core/config.ts";
import type { Plugin } from "../../core/plugin.ts";
import type { Pool } from "../../core/pool.ts";
import { createPool } from "../../index.ts";
import { control, isPoolName, poolDirectory } from "../../plugins/control/index.ts";
import { logs } from "../../plugins/logs/index.ts";
import { allRuntimes } from "../../runtimes/all.ts";
import { textOf } from "../_args.ts";
import { blame } from "../_blame.ts";
import { loadConfig } from "../_load.ts";
import { createOutput } from "../_output.ts";
import type { Output } from "../_output.ts";
import { checkName, entryConfig, overrideConfig } from "../_overrides.ts";
import type { StartOptions } from "../_overrides.ts";
import { handleFaults, handleSignals } from "../_signals.ts";
import { paintFor } from "../_terminal.ts";
import type { Paint } from "../_terminal.ts";
import { findTarget, workingFolder } from "../config.ts";

/** `poolable start [config | entry] [-- arguments of the entry]` */
export const start: CommandDef = defineCommand({
  meta: { name: "start", description: "Start a pool and stay with it until it ends" },
  args: {
    target: {
      type: "positional",
      required: false,
      description: "A config, a folder with one, or a worker's entry",
    },
    workers: { type: "string", description: "How many workers: 2, or 1-4 for a range" },
    port: { type: "string", description: "The TCP port to listen on, 0 for any" },
    type: { type: "string", description: "What the workers are: reactor, job or service" },
    name: { type: "string", description: "The name of the pool" },
  },
  async run({ args, data }) {
    const { rest } = data as { rest?: string[] };
    const [name, workers, port, type] = [args.name, args.workers, args.port, args.type].map(textOf);
    const source = await findSource(textOf(args.target), { name, workers, port, type, rest });
    const config = await source.read();
    const output = createOutput(process.stdout);
    const exitCode = await source.blame(async () => {
      const pool = compose(config, source.reread, output, paintFor(process.stdout));
      return await supervise(pool, (line) => output.line(line));
    });
    await output.flush(1_000);
    process.exit(exitCode);
  },
}) as CommandDef;

/** Where the config comes from. */
interface Source {
  read(): Promise<PoolConfig>;
  /** Reads it as it is now, for a reload. */
  reread(): Promise<PoolConfig>;
  /** Puts the name of the file in front of what is wrong with the config. */
  blame<T>(work: () => Promise<T>): Promise<T>;
}

async function findSource(argument: string | undefined, options: StartOptions): Promise<Source> {
  const cwd = workingFolder();
  checkName(options.name);
  const { kind, file } = await findTarget(argument, cwd);
  if (kind === "entry") {
    const read = async (): Promise<PoolConfig> => entryConfig(file, options, cwd);
    return { read, reread: read, blame: (work) => work() };
  }
  return {
    read: async () => overrideConfig(await loadConfig(file), file, options),
    reread: async () => overrideConfig(await loadConfig(file, { afresh: true }), file, options),
    blame: (work) => blame(file, cwd, work),
  };
}

function compose(config: PoolConfig, load: () => Promise<PoolConfig>, output: Output, paint: Paint): Pool {
  const write = (line: string): void => output.line(line);
  // A name that is not right yet is refused by the pool, in its own words.
  const directory = isPoolName(config.name) ? poolDirectory(config.name) : undefined;
  // The lock comes first: a second start of the pool is refused before it has opened or said anything.
  const plugins = [
    control({ directory, audit: write }),
    banner(write, paint),
    logs({ write, paint }),
    config.plugins,
  ];
  const { root, executables } = config;
  return createPool(
    { ...config, plugins },
    { runtimes: allRuntimes({ directory, root, executables }), load, directory },
  );
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
  const hasFailed = handleFaults(pool, say);
  try {
    await pool.start();
  } catch (error) {
    ignoreSignals();
    throw error;
  }
  const { exitCode } = await pool.closed;
  return hasFailed() ? 1 : exitCode;
}
