export {
  defineWorker,
  type FetchContext,
  type Worker,
  type WorkerDeadline,
  type WorkerDefinition,
  type WorkerEnd,
  type WorkerEvent,
  type WorkerLog,
} from "./contract/worker.ts";
export {
  defineWorkerPlugin,
  type WorkerPlugin,
  type WorkerPluginChannel,
  type WorkerPluginParts,
  type WorkerStage,
} from "./contract/plugin.ts";
export { worker } from "./session/current.ts";
export { JobError, jobErrorCodes, type JobErrorCode } from "../core/contract/job-errors.ts";
export type { JobFigures, Scoreboard } from "../plugins/scoreboard/worker/plugin.ts";
export type { WorkerState } from "../plugins/scoreboard/wire/record.ts";
export type {
  CallGroup,
  InputFor as JobInput,
  Item as JobItem,
  JobClient,
  MapOptions,
  Name as JobName,
  Output as JobOutput,
} from "../plugins/jobs/client/client.ts";
export type { RunOptions } from "../plugins/jobs/client/options.ts";
export type { JobStream } from "../plugins/jobs/client/stream.ts";
export type {
  InputOf,
  ItemOf,
  Job,
  JobHandler,
  JobHandlers,
  JobLog,
  JobsOf,
  OutputOf,
} from "../plugins/jobs/wire/job.ts";
