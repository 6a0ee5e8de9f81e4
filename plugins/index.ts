/** The policies that come with poolable. Each can be replaced by a plugin of your own. */
export { control } from "./control/index.ts";
export type { ControlOptions } from "./control/index.ts";
export { health } from "./health/index.ts";
export type { HealthOptions } from "./health/index.ts";
export { intensity } from "./intensity/index.ts";
export type { GroupIntensity, IntensityLimit, IntensityOptions } from "./intensity/index.ts";
export { jobs } from "./jobs/index.ts";
export type { JobsPluginOptions } from "./jobs/index.ts";
export { exitSentence, logs, stripControl } from "./logs/index.ts";
export type { Format as LogFormat, LogsOptions } from "./logs/index.ts";
export { recycle } from "./recycle/index.ts";
export type { RecycleLimits, RecycleOptions } from "./recycle/index.ts";
export { reload } from "./reload/index.ts";
export type { ReloadPluginOptions } from "./reload/index.ts";
export {
  always,
  classify,
  exitClasses,
  limited,
  never,
  onFailure,
  restart,
  windowLimited,
} from "./restart/index.ts";
export type { ExitClassRow, LimitedOptions, WindowLimitedOptions } from "./restart/index.ts";
export { byQueueWait, byRequest, bySchedule, byUtilisation, scaling } from "./scaling/index.ts";
export type {
  BudgetOptions,
  ByQueueWaitOptions,
  ByUtilisationOptions,
  GroupView,
  Memory as MemoryFigures,
  ScalingGroups,
  ScalingOptions,
  ScalingStrategy,
  ScheduleEntry,
} from "./scaling/index.ts";
export { readBoard, scoreboard } from "./scoreboard/index.ts";
export type { Board, BoardHead, ScoreboardOptions, WorkerState } from "./scoreboard/index.ts";
export { sockets } from "./sockets/index.ts";
export type {
  ListenerOf,
  ListenerRequest,
  SharedListener,
  SocketsOptions,
  SocketStrategy,
} from "./sockets/index.ts";
