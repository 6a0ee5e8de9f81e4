import { lstat, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { isPoolName, MAX_NAME_LENGTH, nameRule } from "../../core/config/pool-name.ts";
import { PoolError } from "../../core/contract/errors.ts";

// sun_path holds 104 bytes on macOS and 108 on Linux, a zero at the end included.
const MAX_SOCKET_PATH = 103;
/** `/w0123456789ab.sock` of the channel, `/jobs/j01234567` of a job worker, and the names of a temporary file beside it. */
const LONGEST_FILE = "/w0123456789ab.sock".length;

/** The file in the folder of a pool that holds the token of its run. */
export const TOKEN_FILE = "control.token";

/**
 * The folder that holds one private folder for each pool of this user: `/tmp/poolable-<uid>`, whatever the environment
 * says about temporary folders, so that every program of the user finds the same pools. Only the variable
 * `POOLABLE_RUNTIME_DIR` names another one.
 *
 * @throws PoolError `E_USAGE` when that is not an absolute path, or too long for the sockets in it.
 */
export function baseDirectory(): string {
  const given = process.env.POOLABLE_RUNTIME_DIR;
  if (given) return checkGiven(given);
  return join(process.platform === "win32" ? tmpdir() : "/tmp", `poolable-${process.geteuid?.() ?? 0}`);
}

function checkGiven(folder: string): string {
  const refuse = (why: string): PoolError =>
    new PoolError("E_USAGE", `POOLABLE_RUNTIME_DIR: ${JSON.stringify(folder)} ${why}`);
  if (!isAbsolute(folder)) throw refuse("is not an absolute path");
  // Judged with the longest name, so that the same folder suits every pool.
  const longest = MAX_SOCKET_PATH - 1 - MAX_NAME_LENGTH - LONGEST_FILE;
  if (process.platform !== "win32" && Buffer.byteLength(folder) > longest)
    throw refuse(`is too long for the sockets in it: at most ${longest} bytes`);
  return resolve(folder);
}

/** The private folder of a pool: its lock, its control socket, and the channel of its workers. */
export function poolDirectory(name: string): string {
  if (!isPoolName(name)) {
    const text = JSON.stringify(String(name).slice(0, 60));
    throw new PoolError("E_USAGE", `${text} is no pool name: use ${nameRule.accepts}`);
  }
  return join(baseDirectory(), name);
}

/** Makes a pool's folder and the one above it, both private to this user. */
export async function createPrivate(directory: string): Promise<void> {
  if (Buffer.byteLength(directory) + LONGEST_FILE > MAX_SOCKET_PATH) {
    throw new PoolError(
      "E_CONTROL",
      `${directory} is too long for a socket: choose a folder of fewer letters`,
    );
  }
  for (const path of [dirname(directory), directory]) {
    try {
      await mkdir(path, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        const message = `cannot create ${path}: ${(error as Error).message}`;
        throw new PoolError("E_CONTROL", `${message}; set POOLABLE_RUNTIME_DIR to a folder of yours`, {
          cause: error,
        });
      }
    }
    await verifyPrivate(path);
  }
}

/**
 * Rejects with `E_CONTROL` unless `path` is a real folder that nobody else can write to. A folder under `/tmp`
 * can be made by anyone first: a link in its place, or a foreign owner, would hand our sockets to them.
 */
export async function verifyPrivate(path: string): Promise<void> {
  const info = await lstat(path);
  const refuse = (what: string): PoolError =>
    new PoolError(
      "E_CONTROL",
      `${path} ${what}, so it is not safe to use: remove it or set POOLABLE_RUNTIME_DIR`,
    );
  if (info.isSymbolicLink()) throw refuse("is a symbolic link");
  if (!info.isDirectory()) throw refuse("is not a folder");
  const user = process.geteuid?.();
  if (user !== undefined && info.uid !== user) throw refuse(`belongs to user ${info.uid}, not to ${user}`);
  if (user !== undefined && info.mode & 0o022) throw refuse("can be written to by others");
}
