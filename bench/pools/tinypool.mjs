import { Tinypool } from "tinypool";

const filename = new URL("../workers/jobs/jobs.mjs", import.meta.url).href;

const open = ({ workers, payload }, more) => {
  const pool = new Tinypool({
    filename,
    runtime: "child_process",
    minThreads: workers,
    maxThreads: workers,
    ...(payload.isBinary ? { serialization: "advanced" } : {}),
    ...more,
  });
  return { run: ({ job, input }) => pool.run(input, { name: job }), close: () => pool.destroy() };
};

export const pools = {
  process: (setup) => open(setup, {}),
  // Several jobs at a worker at once, which is not its default.
  "process, 128": (setup) => open(setup, { concurrentTasksPerWorker: 128 }),
};
