/** A job that waits for something else, 20 ms, and says when it began. */
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { defineWorker } from "../../dist/worker.mjs";

export default defineWorker({
  jobs: {
    async fetch() {
      const begunAt = performance.timeOrigin + performance.now();
      await sleep(20);
      return begunAt;
    },
  },
});
