import { Piscina } from "piscina";

const filename = new URL("../workers/jobs/jobs.mjs", import.meta.url).href;

const open = ({ workers }, more) => {
  const pool = new Piscina({ filename, minThreads: workers, maxThreads: workers, ...more });
  return { run: ({ job, input }) => pool.run(input, { name: job }), close: () => pool.destroy() };
};

export const pools = {
  threads: (setup) => open(setup, {}),
  // Several jobs at a worker at once, which is not its default.
  "threads, 128": (setup) => open(setup, { concurrentTasksPerWorker: 128 }),
};
