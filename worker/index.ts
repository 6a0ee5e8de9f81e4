export {
  defineWorker,
  type FetchContext,
  type Worker,
  type WorkerDeadline,
  type WorkerDefinition,
  type WorkerEnd,
  type WorkerEvent,
  type WorkerLog,
} from "./define.ts";
export { worker } from "./session/current.ts";
export { JobError, jobErrorCodes, type JobErrorCode } from "../core/contract/job-errors.ts";
export type { WorkerState } from "./session/board.ts";
export type {
  CallGroup,
  InputOf,
  ItemOf,
  Job,
  JobClient,
  JobHandler,
  JobHandlers,
  JobInput,
  JobItem,
  JobLog,
  JobName,
  JobOutput,
  JobsOf,
  JobStream,
  MapOptions,
  OutputOf,
  RunOptions,
} from "./session/jobs.ts";
