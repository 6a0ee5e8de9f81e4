import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker, SHARE_ENV } from 'node:worker_threads';

const LOAD_MS = 3e4;
function importAfresh(file, jiti) {
  standSomewhere(dirname(file));
  const workerData = { file, url: pathToFileURL(realpathSync(file)).href, jiti };
  const thread = new Worker(SOURCE, { eval: true, env: SHARE_ENV, workerData, name: "poolable config" });
  return new Promise((resolve, reject) => {
    thread.once(
      "message",
      ({ data, error }) => data ? resolve(data) : reject(error instanceof Error ? error : Object.assign(new Error(), error))
    );
    thread.once("error", reject);
    thread.once("exit", () => reject(new Error("it ended before it had exported anything")));
    setTimeout(() => reject(new Error(`it took longer than ${LOAD_MS / 1e3} s`)), LOAD_MS).unref();
  }).finally(() => void thread.terminate());
}
function standSomewhere(instead) {
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
      parentPort.postMessage({ data: { module: { default: plain }, policies } });
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

export { importAfresh };
