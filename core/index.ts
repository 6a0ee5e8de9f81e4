/** The kernel: a pure reducer, the shell around it, and the contracts of everything that meets it. */
export type { Clock } from "./clock.ts";
export { defineConfig } from "./config.ts";
export type {
  GroupConfig,
  GroupName,
  GroupStrategy,
  GroupType,
  ListenConfig,
  PoolConfig,
  ResolvedGroup,
  ResolvedPool,
  Timeouts,
  ViolationPolicy,
} from "./config.ts";
export type {
  Decisions,
  PickQuestion,
  ReloadPolicy,
  RefuseScaleQuestion,
  ReloadQuestion,
  RestartAnswer,
  RestartName,
  RestartPolicy,
  RestartQuestion,
  ScaleQuestion,
  ShareQuestion,
  SpawnQuestion,
} from "./decisions.ts";
export { DEFAULT_TAP } from "./decisions.ts";
export type { Duration } from "./duration.ts";
export { formatDuration, parseDuration } from "./duration.ts";
export { errorCodes, PoolError } from "./errors.ts";
export type { ErrorCode } from "./errors.ts";
export type {
  BuiltinExitClass,
  Evidence,
  ExitClass,
  ExitReport,
  ExitVerdict,
  Intent,
  KillCause,
  LastExit,
  ReportedError,
  StartStage,
} from "./exit.ts";
export type { Frame } from "./frames.ts";
export type {
  HookName,
  HookPayload,
  HookRegistry,
  OfWorker,
  PoolHooks,
  ReloadFact,
  WorkerLog,
} from "./hooks.ts";
export type { JobsConfig, PickStrategy, ResolvedJobs } from "./jobs.ts";
export { createKernel } from "./kernel.ts";
export type { KernelPorts } from "./kernel.ts";
export type { ReloadPace } from "./reload-pace.ts";
export { definePlugin } from "./plugin.ts";
export type { Dispose, Plugin, PluginInput, RunAs } from "./plugin.ts";
export type { Pool, PoolEnd, StopOptions } from "./pool.ts";
export type { GoodbyeKind, Violation, ViolationKind } from "./protocol.ts";
export type { ReloadOptions, ReloadReport } from "./reloads.ts";
export type {
  InheritedListener,
  ListenAddress,
  OpenListener,
  PassedListener,
  PermissionKind,
  Permissions,
  ProcessEnd,
  ProcessFigures,
  Refusal,
  Runtime,
  SocketAbilities,
  SpawnOptions,
  SpawnRequest,
  WorkerNeeds,
  WorkerProcess,
  WorkerSink,
} from "./runtime.ts";
export { POOL_STATES, SLOT_STATES } from "./states.ts";
export type { PoolState, SlotCause, SlotRow, SlotState } from "./states.ts";
export type { GroupStatus, PoolStatus, SlotStatus, SlotWaiting } from "./status.ts";
