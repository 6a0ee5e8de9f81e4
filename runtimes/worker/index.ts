export {
  defineWorker,
  type Worker,
  type WorkerDefinition,
  type WorkerEnd,
  type WorkerEvent,
  type WorkerLog,
} from "./define.ts";
