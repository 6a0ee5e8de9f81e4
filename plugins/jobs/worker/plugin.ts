import { cannotRunJobs, JobError } from "../../../core/contract/job-errors.ts";
import { systemClock } from "../../../system/clock.ts";
import { defineWorkerPlugin } from "../../../worker/contract/plugin.ts";
import type { WorkerPlugin } from "../../../worker/contract/plugin.ts";
import type { JobFigures } from "../../scoreboard/worker/plugin.ts";
import { createCallers } from "../client/callers.ts";
import { loadsFrom } from "../client/loads.ts";
import type { JobHandlers } from "../wire/job.ts";
import type { JobsMessage, JobsWelcome, JobWorkerMessage } from "../wire/messages.ts";
import type { PeerDirectory, PeersUpdate } from "../wire/peer.ts";
import type { JobServer } from "./server.ts";

/** The names of all jobs of a worker, in bytes: they cross in one frame. */
const MAX_NAME_BYTES = 2 * 1024 * 1024;

/** The jobs of one worker: those that it runs, and those that it calls. */
export const jobsInWorker: WorkerPlugin<JobsWelcome> = defineWorkerPlugin<JobsWelcome>({
  setup(worker, welcome, channel) {
    const listeners = new Map<string, (update: PeersUpdate) => void>();
    let untilCallersLeave = false;
    let server: JobServer | undefined;
    const board = channel.service("scoreboard");
    const send = (message: JobWorkerMessage): void => void channel.send(message);

    const directory: PeerDirectory = {
      isWorker: true,
      watch(group, listener) {
        listeners.set(group, listener);
        send({ type: "watch", group });
        return () => void listeners.delete(group);
      },
      needWorker: (group, waiting, waitedMs) => send({ type: "need", group, waiting, waitedMs }),
      stuck: (group, { slot, epoch }) => send({ type: "stuck", group, slot, epoch }),
      close() {},
    };
    const clock = systemClock();
    const callers = createCallers({
      name: worker.id,
      directory,
      clock,
      loadOf: loadsFrom(() => clock.now()),
    });
    channel.decorate("jobs", callers.jobs);
    channel.onMessage((message) => {
      const said = message as JobsMessage;
      if (said.type === "untilCallersLeave") untilCallersLeave = true;
      else listeners.get(said.group)?.(said);
    });

    return {
      check(definition) {
        if (definition?.jobs) return welcome.serve ? undefined : cannotRunJobs(worker);
        if (!welcome.serve) return undefined;
        const wayOut = "export default defineWorker({ jobs: { … } })";
        return `group ${worker.group} runs jobs, and its entry has none: ${wayOut}`;
      },
      async beforeReady({ jobs: handlers }) {
        if (!handlers || !welcome.serve) return;
        checkHandlers(handlers);
        const { terms, path, token } = welcome.serve;
        const { createHogs, serveJobs } = await import("./index.ts");
        const hogs = createHogs(() => board?.hog() ?? (() => {}));
        server = await serveJobs({
          ...terms,
          path,
          token,
          handlers,
          log: worker.log,
          ...hogs,
          turned: () => board?.touch(),
          ignored: () => send({ type: "ignored" }),
        });
        board?.source(() => figuresOf(server!, terms.capacity));
        send({ type: "open" });
      },
      get serves() {
        return server !== undefined;
      },
      async drain() {
        await server?.drain({ untilCallersLeave });
      },
      stop() {
        // Whoever still calls is not waited for any more.
        untilCallersLeave = false;
        server?.stop(new JobError("ABORTED", "the worker stops"));
      },
    };
  },
});

function figuresOf({ counts, load }: JobServer, capacity: number): JobFigures {
  return {
    jobsAccepted: counts.accepted,
    jobsProcessed: counts.processed,
    jobsFailed: counts.failed,
    jobsRejected: counts.rejected,
    jobsRunning: load.running,
    jobsWaiting: load.waiting,
    weight: load.weight,
    capacity,
  };
}

function checkHandlers(handlers: JobHandlers): void {
  const entries = Object.entries(handlers);
  if (entries.length > 65_535) throw new TypeError("a worker has at most 65,535 jobs");
  const bytes = entries.reduce((sum, [name]) => sum + Buffer.byteLength(name), 0);
  if (bytes > MAX_NAME_BYTES) throw new TypeError("the names of a worker's jobs have at most 2 MiB in all");
  for (const [name, handler] of entries) {
    if (typeof handler !== "function") throw new TypeError(`jobs.${name} is not a function`);
    if (name === "" || name.length > 200) throw new TypeError("the name of a job has 1 to 200 characters");
  }
}
