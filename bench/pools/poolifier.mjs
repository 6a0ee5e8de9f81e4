import { fileURLToPath } from "node:url";
import { FixedClusterPool, FixedThreadPool } from "poolifier";

const file = (name) => fileURLToPath(new URL(`../workers/jobs/${name}`, import.meta.url));
const caller = (pool) => ({
  run: ({ job, input }) => pool.execute(input, job),
  close: () => pool.destroy(),
});

export const pools = {
  cluster: ({ workers, payload }) =>
    caller(
      new FixedClusterPool(workers, file("poolifier-cluster.cjs"), {
        settings: { serialization: payload.isBinary ? "advanced" : "json" },
      }),
    ),
  threads: ({ workers }) => caller(new FixedThreadPool(workers, file("poolifier-thread.mjs"))),
};
