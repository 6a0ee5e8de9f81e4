import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { Environment } from "../environment.ts";

/** What a config file exports, without its functions. */
export interface Data {
  readonly module: { default?: unknown };
  /** Names of the groups that have a restart policy, which is a function. */
  readonly policies: readonly string[];
  /** The environment as the file left it. */
  readonly environment: Environment;
}

/** What {@link importAfresh} takes beside the file. */
export interface AfreshOptions {
  /** The URL of the module that reads TypeScript, where the runtime cannot. */
  readonly jiti: string | undefined;
  /** The environment that the file finds. What it writes there reaches nobody else. */
  readonly environment: Environment;
}

/**
 * Runs a config file again, with whatever it imports: in a thread, because a process runs no module twice. What
 * only functions can be made of stays behind: the plugins, which a reload keeps, and the restart policies.
 * Rejects with what the file throws, and with the abort of `signal`.
 */
export function importAfresh(
  file: string,
  { jiti, environment }: AfreshOptions,
  signal: AbortSignal,
): Promise<Data> {
  standSomewhere(dirname(file));
  // Bun would find a folder that was a link to another one where that led to at the start.
  const workerData = { file, url: pathToFileURL(realpathSync(file)).href, jiti };
  const thread = new Worker(SOURCE, {
    eval: true,
    env: { ...environment },
    workerData,
    name: "poolable config",
  });
  return new Promise<Data>((resolve, reject) => {
    thread.once("message", ({ data, error }: { data?: Data; error?: unknown }) =>
      data ? resolve(data) : reject(error instanceof Error ? error : Object.assign(new Error(), error)),
    );
    thread.once("error", reject);
    thread.once("exit", () =>
      reject(
        new Error("the config ended before it exported anything; check what it awaits at the top level"),
      ),
    );
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
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
      const plain = without("plugins", config);
      const groups = isRecord(plain) && isRecord(plain.groups) ? Object.entries(plain.groups) : [];
      const policies = groups.filter(([, group]) => typeof group?.restart === "function").map(([name]) => name);
      if (policies.length > 0) {
        const take = ([name, group]) => [name, policies.includes(name) ? without("restart", group) : group];
        plain.groups = Object.fromEntries(groups.map(take));
      }
      parentPort.postMessage({ data: { module: { default: plain }, policies, environment: { ...process.env } } });
    })
    .catch((error) => {
      try {
        parentPort.postMessage({ error });
      } catch {
        // Bun's own errors cannot be sent.
        const { message, position } = error;
        parentPort.postMessage({ error: { message, position: position && { ...position } } });
      }
    });
`;
