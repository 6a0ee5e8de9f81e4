import { messageOf, PoolError } from "../core/contract/errors.ts";
import { connectControl, poolDirectory, runningPools } from "../plugins/control/index.ts";
import type { RunningPool } from "../plugins/control/index.ts";
import { textOf, usage } from "./args.ts";
import { findConfig } from "./start/find-target.ts";
import { loadConfig } from "./start/load-config.ts";

/** Options that every command to a running pool takes. */
export const remoteArguments: {
  name: { type: "string"; description: string };
  json: { type: "boolean"; description: string };
} = {
  name: {
    type: "string",
    description:
      "Name of the pool; by default that of the config in the working folder, else the only running pool",
  },
  json: { type: "boolean", description: "Print JSON" },
};

/** The pool as an argument, of commands that take nothing else. */
export const poolArgument: { pool: { type: "positional"; required: false; description: string } } = {
  pool: { type: "positional", required: false, description: "Name of the pool, as --name" },
};

/** The pool that is named, in either way. */
export function namedPool(args: { readonly pool?: unknown; readonly name?: unknown }): string | undefined {
  const [pool, name] = [textOf(args.pool), textOf(args.name)];
  if (pool !== undefined && name !== undefined)
    throw usage("name the pool once: as an argument or with --name");
  return pool ?? name;
}

/** Sends one command to a running pool and returns its answer. */
export async function callPool(
  name: string | undefined,
  command: string,
  args: Record<string, unknown>,
  onProgress?: (line: string) => void,
): Promise<unknown> {
  const client = await connectControl(poolDirectory(name ?? (await choosePool())));
  try {
    return await client.call(command, args, onProgress);
  } finally {
    client.close();
  }
}

/** The pool that is meant where none is named. */
export async function choosePool(): Promise<string> {
  const file = await findConfig(process.cwd());
  if (file) {
    const { name } = await loadConfig(file).catch((error: unknown) => {
      const message = `${messageOf(error)}; --name chooses a pool without the config`;
      throw new PoolError("E_CONFIG_LOAD", message, { cause: error });
    });
    if (typeof name === "string") return name;
  }
  const pools = await runningPools();
  if (pools.length === 1) return pools[0]!.name;
  if (pools.length === 0) {
    throw new PoolError("E_NOT_RUNNING", "no pool is running: start one with `poolable start`");
  }
  throw usage(`more than one pool is running, choose with --name: ${pools.map(describe).join(", ")}`);
}

function describe({ name, pid }: RunningPool): string {
  return `${name} (pid ${pid})`;
}
