import { c as createCallers, l as loadsFrom } from '../shared/poolable.Byx8o-YS.mjs';
import { J as JobError } from '../shared/poolable.DghgEwJh.mjs';
import { s as systemClock } from '../shared/poolable.CtQKisq1.mjs';
import 'node:fs';
import '../shared/poolable.Cyn1lGc9.mjs';
import 'node:net';
import 'node:path';
import '../shared/poolable.CBWgDNvk.mjs';

function createWorkerJobs(welcome, about, board, send) {
  const listeners = /* @__PURE__ */ new Map();
  let untilCallersLeave = false;
  let server;
  const directory = {
    isWorker: true,
    watch(group, listener) {
      listeners.set(group, listener);
      if (welcome) send({ type: "request", op: "jobs.watch", group });
      else
        listener({
          refusal: { code: "CALL_FORBIDDEN", message: `group ${about.group} lists no calls in the config` }
        });
      return () => void listeners.delete(group);
    },
    needWorker: (group, waiting, waitedMs) => send({ type: "event", name: "jobs.need", group, waiting, waitedMs }),
    stuck: (group, { slot, epoch }) => send({ type: "event", name: "jobs.stuck", group, slot, epoch }),
    close() {
    }
  };
  const clock = systemClock();
  const callers = createCallers({
    name: about.slot,
    directory,
    clock,
    loadOf: loadsFrom(() => clock.now())
  });
  return {
    jobs: callers.jobs,
    missing: welcome?.serve && `group ${about.group} runs jobs, and its entry has none: export default defineWorker({ jobs: { \u2026 } })`,
    get serves() {
      return server !== void 0;
    },
    async serve(worker, handlers) {
      checkHandlers(handlers);
      if (!welcome?.serve) {
        const wayOut = "only groups of type 'job', and services that somebody's `calls` lists, run jobs";
        throw new Error(`this worker has jobs, and group ${about.group} is a ${about.type}: ${wayOut}`);
      }
      const { terms, path, token } = welcome.serve;
      const { log } = worker;
      const { createHogs, serveJobs } = await import('./worker.mjs');
      const hogs = createHogs(() => board.hog());
      server = await serveJobs({
        ...terms,
        path,
        token,
        handlers,
        log,
        ...hogs,
        turned: () => board.touch()
      });
      board.source(() => figuresOf(server, terms.capacity));
      send({ type: "event", name: "jobs.open" });
    },
    async drain() {
      await server?.drain({ untilCallersLeave });
    },
    stop() {
      untilCallersLeave = false;
      server?.stop(new JobError("ABORTED", "the worker stops"));
    },
    receive(frame) {
      if (frame.untilCallersLeave === true) untilCallersLeave = true;
      else if (typeof frame.group === "string") listeners.get(frame.group)?.(frame);
    }
  };
}
function figuresOf({ counts, load }, capacity) {
  return {
    jobsAccepted: counts.accepted,
    jobsProcessed: counts.processed,
    jobsFailed: counts.failed,
    jobsRejected: counts.rejected,
    jobsRunning: load.running,
    jobsWaiting: load.waiting,
    weight: load.weight,
    capacity
  };
}
function checkHandlers(handlers) {
  const entries = Object.entries(handlers);
  if (entries.length > 65535) throw new TypeError("a worker has at most 65,535 jobs");
  for (const [name, handler] of entries) {
    if (typeof handler !== "function") throw new TypeError(`jobs.${name} is not a function`);
    if (name === "" || name.length > 200) throw new TypeError("the name of a job has 1 to 200 characters");
  }
}

export { createWorkerJobs };
