import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { SHARE_ENV, Worker } from "node:worker_threads";

/** Longest time that a config may take. */
const LOAD_MS = 30_000;

/** What the thread answers. */
interface Answer {
  readonly module?: { default?: unknown };
  readonly error?: unknown;
}

/**
 * Runs a config file again, with whatever it imports: in a thread, because a process runs no module twice. The
 * plugins and the restart policies stay behind, which only functions can be made of, and which a reload keeps.
 * `jiti` is the URL of what reads TypeScript, where the runtime cannot. Rejects with what the file throws.
 */
export function importAfresh(file: string, jiti: string | undefined): Promise<{ default?: unknown }> {
  standSomewhere(dirname(file));
  const workerData = { file, url: pathToFileURL(file).href, jiti };
  const thread = new Worker(SOURCE, { eval: true, env: SHARE_ENV, workerData, name: "poolable config" });
  return new Promise<{ default?: unknown }>((resolve, reject) => {
    thread.once("message", ({ module, error }: Answer) => (module ? resolve(module) : reject(error)));
    thread.once("error", reject);
    thread.once("exit", () => reject(new Error("it ended before it had exported anything")));
    setTimeout(() => reject(new Error(`it took longer than ${LOAD_MS / 1_000} s`)), LOAD_MS).unref();
  }).finally(() => void thread.terminate());
}

/** A thread cannot start where this process stands in a folder that is gone, of a release that was cleaned up. */
function standSomewhere(instead: string): void {
  try {
    process.chdir(process.cwd());
  } catch {
    process.chdir(instead);
  }
}

const SOURCE = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { file, url, jiti } = workerData;
  const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const without = (key, value) => {
    if (!isRecord(value)) return value;
    const { [key]: _, ...rest } = value;
    return rest;
  };
  const load = async () => {
    if (!jiti) return import(url);
    const { createJiti } = await import(jiti);
    return createJiti(url, { moduleCache: false, fsCache: false, interopDefault: false }).import(file);
  };
  load()
    .then(({ default: config }) => {
      const data = without("plugins", config);
      if (isRecord(data) && isRecord(data.groups)) {
        const groups = Object.entries(data.groups).map(([name, group]) => [name, without("restart", group)]);
        data.groups = Object.fromEntries(groups);
      }
      parentPort.postMessage({ module: { default: data } });
    })
    .catch((error) => parentPort.postMessage({ error }));
`;
