// A service: no socket, a loop that ends when it is asked to.
import { setTimeout as sleep } from "node:timers/promises";
import { defineWorker } from "poolable/worker";

export default defineWorker({
  async run(worker) {
    const url = `http://127.0.0.1:${process.env.PORT ?? 3000}`;
    worker.log.info(`try: curl ${url}, then ${url}/crash /exit?code=3 /reject /hang /oom /retire /fatal`);
    for (let tick = 1; !worker.signal.aborted; tick++) {
      await sleep(60_000, undefined, { signal: worker.signal });
      worker.log.info(`tick ${tick}`);
    }
  },
});
