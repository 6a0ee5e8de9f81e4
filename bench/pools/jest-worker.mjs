import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const { Worker } = createRequire(import.meta.url)("jest-worker");

export const pools = {
  process({ workers }) {
    const pool = new Worker(fileURLToPath(new URL("../workers/jobs/jobs.mjs", import.meta.url)), {
      numWorkers: workers,
      enableWorkerThreads: false,
      exposedMethods: ["addOne", "echo", "spin"],
    });
    return { run: ({ job, input }) => pool[job](input), close: () => pool.end() };
  },
};
