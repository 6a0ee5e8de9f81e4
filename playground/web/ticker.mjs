// A service: no socket, a loop that ends when it is asked to.
import { setTimeout as sleep } from "node:timers/promises";
import { defineWorker } from "poolable/worker";

export default defineWorker({
  async run(worker) {
    worker.log.info("the playground is up; try: curl localhost:3000, then /crash /exit?code=3 /hang /oom /retire /fatal");
    for (let tick = 1; !worker.signal.aborted; tick++) {
      await sleep(60_000, undefined, { signal: worker.signal });
      worker.log.info(`tick ${tick}`);
    }
  },
});
