export {
  defineWorker,
  type Worker,
  type WorkerDeadline,
  type WorkerDefinition,
  type WorkerEnd,
  type WorkerEvent,
  type WorkerLog,
} from "./define.ts";
