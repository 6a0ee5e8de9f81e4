import { scoreboardInWorker } from "./plugins/scoreboard/worker/plugin.ts";
/** What a worker's process is started with: the worker, and the halves of poolable's own plugins. */
import type { WorkerPlugin } from "./worker/contract/plugin.ts";
import { runWorker } from "./worker/main.ts";

await runWorker({
  // In every worker: a file of its own would only take time.
  scoreboard: () => scoreboardInWorker as WorkerPlugin,
  jobs: async () => (await import("./plugins/jobs/worker/plugin.ts")).jobsInWorker as WorkerPlugin,
  health: async () => (await import("./plugins/health/worker/plugin.ts")).healthInWorker as WorkerPlugin,
});
