/** The same service as a worker of poolable. */
// By path: bench/ is a package of its own, where "poolable" does not name this one.
import { defineWorker } from "../../dist/worker.mjs";
import { makeServer } from "./server.mjs";

export default defineWorker({
  async run(worker) {
    await worker.listen(makeServer());
    await worker.stopping;
  },
});
