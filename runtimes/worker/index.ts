export {
  defineWorker,
  type Worker,
  type WorkerDeadline,
  type WorkerDefinition,
  type WorkerEnd,
  type WorkerEvent,
  type WorkerLog,
} from "./define.ts";
export { JobError, jobErrorCodes, type JobErrorCode } from "../../jobs/errors.ts";
export type { JobClient, MapOptions } from "../../jobs/client.ts";
export type { Job, JobHandler, JobHandlers, JobLog, JobsOf } from "../../jobs/job.ts";
export type { RunOptions } from "../../jobs/options.ts";
export type { JobStream } from "../../jobs/stream.ts";
export type { WorkerState } from "../../scoreboard/record.ts";
