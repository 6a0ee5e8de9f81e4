import { fileURLToPath } from "node:url";
import workerpool from "workerpool";

const file = fileURLToPath(new URL("../workers/jobs/workerpool.mjs", import.meta.url));

export const pools = {
  process({ workers, payload }) {
    const pool = workerpool.pool(file, {
      workerType: "process",
      minWorkers: workers,
      maxWorkers: workers,
      forkOpts: payload.isBinary ? { serialization: "advanced" } : {},
    });
    return { run: ({ job, input }) => pool.exec(job, [input]), close: () => pool.terminate() };
  },
};
