/** The same service as a worker of poolable. */
import { defineWorker } from "poolable/worker";
import { makeServer } from "./server.mjs";

export default defineWorker({
  async run(worker) {
    await worker.listen(makeServer());
    await worker.stopping;
  },
});
