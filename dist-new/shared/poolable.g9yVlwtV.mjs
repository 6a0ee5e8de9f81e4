import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { P as PoolError } from './poolable.DdW9wZ4H.mjs';

const MAX_SOCKET_PATH = 103;
const LONGEST_NAME = 40;
const LONGEST_FILE = "/control.sock".length;
function baseDirectory() {
  const own = `poolable-${process.geteuid?.() ?? 0}`;
  const runtime = process.env.XDG_RUNTIME_DIR;
  const base = runtime ? join(runtime, "poolable") : join(tmpdir(), own);
  const longest = Buffer.byteLength(base) + 1 + LONGEST_NAME + LONGEST_FILE;
  return longest <= MAX_SOCKET_PATH ? base : join("/tmp", own);
}
function poolDirectory(name) {
  if (!isPoolName(name)) {
    const text = JSON.stringify(String(name).slice(0, 60));
    const accepted = `use 1 to 40 letters, digits, ".", "_" or "-", the first a letter or digit`;
    throw new PoolError("E_USAGE", `${text} is no pool name: ${accepted}`);
  }
  return join(baseDirectory(), name);
}
function isPoolName(name) {
  return typeof name === "string" && /^[A-Za-z0-9_][\w.-]{0,39}$/.test(name);
}
async function createPrivate(directory) {
  if (Buffer.byteLength(directory) + LONGEST_FILE > MAX_SOCKET_PATH) {
    throw new PoolError(
      "E_CONTROL",
      `${directory} is too long for a socket: choose a folder of fewer letters`
    );
  }
  for (const path of [dirname(directory), directory]) {
    try {
      await mkdir(path, { mode: 448 });
    } catch (error) {
      if (error.code !== "EEXIST") {
        const message = `cannot create ${path}: ${error.message}`;
        throw new PoolError("E_CONTROL", `${message}; set XDG_RUNTIME_DIR to a folder of yours`, {
          cause: error
        });
      }
    }
    await verifyPrivate(path);
  }
}
async function verifyPrivate(path) {
  const info = await lstat(path);
  const refuse = (what) => new PoolError("E_CONTROL", `${path} ${what}, so it is not safe to use: remove it or set XDG_RUNTIME_DIR`);
  if (info.isSymbolicLink()) throw refuse("is a symbolic link");
  if (!info.isDirectory()) throw refuse("is not a folder");
  const user = process.geteuid?.();
  if (user !== void 0 && info.uid !== user) throw refuse(`belongs to user ${info.uid}, not to ${user}`);
  if (user !== void 0 && info.mode & 18) throw refuse("can be written to by others");
}

export { baseDirectory as b, createPrivate as c, isPoolName as i, poolDirectory as p, verifyPrivate as v };
