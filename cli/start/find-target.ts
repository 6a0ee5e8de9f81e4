import { realpathSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, isAbsolute, join, resolve } from "node:path";
import { PoolError } from "../../core/contract/errors.ts";
import { hasPackage, isConfigOfData, noConfig, noEntry, noFile, startOf } from "./entry.ts";

/** What `poolable start` was pointed at. */
export interface Target {
  readonly kind: "config" | "entry";
  /** An absolute path. */
  readonly file: string;
}

/** Names of the config of a folder, which has one of them at most. */
const NAMES = ["ts", "mts", "js", "mjs"].map((extension) => `poolable.config.${extension}`);

/**
 * The working folder by the path that the shell came by, so that a symbolic link in it is followed anew at each
 * reload; the system knows only where the link led at the start.
 */
export function workingFolder(): string {
  const [real, { PWD = "" }] = [process.cwd(), process.env];
  try {
    return isAbsolute(PWD) && realpathSync(PWD) === realpathSync(real) ? PWD : real;
  } catch {
    return real;
  }
}

/**
 * Finds what to start: a config file (`*.config.*`), a folder that has one, or an entry, which is any other module.
 * Without an argument the working folder is looked into.
 *
 * @throws PoolError `E_CONFIG_MISSING`, one line with the way out
 */
export async function findTarget(argument: string | undefined, cwd: string): Promise<Target> {
  const path = resolve(cwd, argument ?? ".");
  const info = await stat(path).catch(() => undefined);
  if (!info) throw missing(noFile(argument!, cwd));
  if (!info.isDirectory()) {
    if (/\.config\.[cm]?[jt]s$/.test(basename(path))) return { kind: "config", file: path };
    const why = info.isFile() ? noEntry(path) : `${argument} is no file: name a config, an entry or a folder`;
    if (why !== undefined) throw missing(why);
    return { kind: "entry", file: path };
  }
  const file = await findConfig(path);
  if (file) return { kind: "config", file };
  const other = (await readdir(path)).find((name) => name.startsWith("poolable.") && isConfigOfData(name));
  if (other !== undefined) throw missing(noConfig(other));
  const where = argument === undefined ? "here" : `in ${argument}`;
  const wayOut = hasPackage(path)
    ? `write one; ${startOf(path)}`
    : "write a poolable.config.ts, or name a file: `poolable start ./worker.js`";
  throw missing(`there is no poolable.config.{ts,mts,js,mjs} ${where}: ${wayOut}`);
}

/**
 * The config file of a folder, if it has one.
 *
 * @throws PoolError `E_CONFIG_MISSING` when it has several
 */
export async function findConfig(folder: string): Promise<string | undefined> {
  const found: string[] = [];
  for (const name of NAMES) {
    if ((await stat(join(folder, name)).catch(() => undefined))?.isFile()) found.push(name);
  }
  if (found.length > 1) {
    const wayOut = "keep one, or name the config (for a running pool: its --name)";
    throw missing(`there are several configs in ${folder}: ${found.join(", ")}; ${wayOut}`);
  }
  return found[0] === undefined ? undefined : join(folder, found[0]);
}

function missing(message: string): PoolError {
  return new PoolError("E_CONFIG_MISSING", message);
}
