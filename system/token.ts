import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { lstatSync, writeFileSync, rmSync } from "node:fs";
import { readRegularFile } from "./regular-file.ts";

/** How often the file is looked for. Milliseconds. */
const LOOK_MS = 500;

/** The secret of one run of a pool, which clients read from a file that only the pool's user can read. */
export interface Token {
  /** Compares in constant time. */
  matches(given: unknown): boolean;
  /** Removes the file. */
  close(): void;
}

/**
 * Writes a new token to `path`, with mode 0600, and again whenever the file is removed. A worker whose file permissions
 * are narrowed can connect to a socket, but cannot read the token. The caller MUST hold the lock of the folder.
 */
export function createToken(path: string): Token {
  const text = randomBytes(32).toString("hex");
  const digest = digestOf(text);
  const write = (): void => writeFileSync(path, text, { flag: "wx", mode: 0o600 });
  rmSync(path, { force: true });
  write();
  const timer = setInterval(() => {
    try {
      if (!lstatSync(path, { throwIfNoEntry: false })) write();
    } catch {
      // The folder is not back yet: the next look tries again.
    }
  }, LOOK_MS).unref();
  return {
    matches: (given) =>
      typeof given === "string" && given.length <= 256 && timingSafeEqual(digestOf(given), digest),
    close() {
      clearInterval(timer);
      rmSync(path, { force: true });
    },
  };
}

/** Rejects with the error of the system when there is none, and when it is not a regular file. */
export async function readToken(path: string): Promise<string> {
  return readRegularFile(path);
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
