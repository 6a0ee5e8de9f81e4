import { realpathSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, isAbsolute, join, resolve } from "node:path";
import { PoolError } from "../core/errors.ts";

/** What `poolable start` was pointed at. */
export interface Target {
  readonly kind: "config" | "entry";
  /** An absolute path. */
  readonly file: string;
}

/** In the order of preference, where a folder has more than one. */
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
 * Finds what to start: a config file (`*.config.*`), a folder that has one, or an entry, which is any other file.
 * Without an argument the working folder is looked into.
 *
 * @throws PoolError `E_CONFIG_MISSING`
 */
export async function findTarget(argument: string | undefined, cwd: string): Promise<Target> {
  const path = resolve(cwd, argument ?? ".");
  const info = await stat(path).catch(() => undefined);
  if (info?.isDirectory()) {
    const file = await findConfig(path);
    if (file) return { kind: "config", file };
    const where = argument === undefined ? "here" : `in ${argument}`;
    const wayOut = "write a poolable.config.ts, or name a file: `poolable start ./worker.js`";
    throw new PoolError(
      "E_CONFIG_MISSING",
      `there is no poolable.config.{ts,mts,js,mjs} ${where}: ${wayOut}`,
    );
  }
  if (!info)
    throw new PoolError(
      "E_CONFIG_MISSING",
      `${argument} does not exist: name a config, an entry or a folder`,
    );
  return { kind: /\.config\.[cm]?[jt]s$/.test(basename(path)) ? "config" : "entry", file: path };
}

/** The config file of a folder, if it has one. */
export async function findConfig(folder: string): Promise<string | undefined> {
  for (const name of NAMES) {
    const file = join(folder, name);
    if ((await stat(file).catch(() => undefined))?.isFile()) return file;
  }
  return undefined;
}
