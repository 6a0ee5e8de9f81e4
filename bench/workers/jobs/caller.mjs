/** The reactor that calls the job group, straight from worker to worker. */
import process from "node:process";
import { defineWorker } from "../../../dist/worker.mjs";
import { serveTrials } from "../../_trial.mjs";

export default defineWorker({
  async run(worker) {
    const jobs = worker.jobs("work");
    const server = serveTrials(process.env.BENCH_SOCKET, ({ job, input }) => jobs.run(job, input));
    await worker.stopping;
    server.close();
  },
});
