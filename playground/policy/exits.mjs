// Works for half a second, then exits with the code that its group gives it.
import { setTimeout as sleep } from "node:timers/promises";
import { defineWorker } from "poolable/worker";

export default defineWorker({
  async run(worker) {
    await sleep(500, undefined, { signal: worker.signal });
    process.exit(Number(process.argv[2]));
  },
});
