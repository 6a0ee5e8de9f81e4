import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** A module that a module names by a relative path: every static import, and each dynamic one of a fixed name. */
const IMPORTED = /\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g;

/** A private copy of the worker's files. */
export interface WorkerCopy {
  /** The file to start a worker with. Writes what is missing of the copy first; throws when it cannot. */
  file(): string;
  /** Removes the copy. Never throws. */
  remove(): void;
}

/**
 * Reads the worker's main file with all that it imports, and keeps a copy of it in `directory`. Workers start from the copy,
 * so that they go on starting, with the files that belong to this supervisor, when the package is removed or replaced.
 */
export function copyWorker(main: string, directory: string): WorkerCopy {
  const root = dirname(main);
  const texts = readModules(main);
  const folder = join(directory, `worker-${randomBytes(6).toString("hex")}`);
  return {
    file() {
      for (const [path, text] of texts) writeWhole(join(folder, relative(root, path)), text);
      return join(folder, relative(root, main));
    },
    remove() {
      try {
        rmSync(folder, { recursive: true, force: true });
      } catch {
        // The next start of the pool removes it.
      }
    },
  };
}

function readModules(main: string): Map<string, string> {
  const texts = new Map<string, string>();
  const waiting = [main];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (texts.has(path)) continue;
    const text = readFileSync(path, "utf8");
    texts.set(path, text);
    for (const [, name] of text.matchAll(IMPORTED)) waiting.push(resolve(dirname(path), name!));
  }
  return texts;
}

/** Readable by everybody: what keeps others out is the folder above, which a worker of another user may pass. */
function writeWhole(path: string, text: string): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  writeFileSync(`${path}.new`, text, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}
