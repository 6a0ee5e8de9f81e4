/** The kernel: a pure reducer, the shell around it, and the contracts of everything that meets it. */
export type { Clock } from "./contract/clock.ts";
export { defineConfig } from "./contract/config.ts";
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
} from "./contract/config.ts";
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
} from "./contract/decisions.ts";
export { DEFAULT_TAP } from "./contract/decisions.ts";
export type { Duration } from "./contract/duration.ts";
export { formatDuration, parseDuration } from "./contract/duration.ts";
export { errorCodes, PoolError } from "./contract/errors.ts";
export type { ErrorCode } from "./contract/errors.ts";
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
} from "./contract/exit.ts";
export type { Frame } from "./protocol/frames.ts";
export type {
  LogLevel,
  PluginSection,
  SupervisorMessage,
  Welcome,
  WelcomedListener,
  WorkerMessage,
} from "./protocol/messages.ts";
export type {
  HookName,
  HookPayload,
  HookRegistry,
  OfWorker,
  PoolHooks,
  ReloadFact,
  WorkerLog,
} from "./contract/hooks.ts";
export type { JobsConfig, PickStrategy, ResolvedJobs } from "./contract/jobs.ts";
export { createKernel } from "./shell/kernel.ts";
export type { KernelPorts } from "./shell/kernel.ts";
export type { ReloadPace } from "./contract/reload.ts";
export { definePlugin } from "./contract/plugin.ts";
export type { Dispose, Plugin, PluginInput, RunAs } from "./contract/plugin.ts";
export type { GroupSharing, PluginContext, PluginFact } from "./contract/plugin-context.ts";
export type { Pool, PoolEnd, StopOptions } from "./contract/pool.ts";
export type { Violation, ViolationKind } from "./protocol/frame-order.ts";
export type { GoodbyeKind } from "./protocol/goodbye.ts";
export type { ReloadOptions, ReloadReport } from "./contract/reload.ts";
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
} from "./contract/runtime.ts";
export { POOL_STATES, SLOT_STATES } from "./contract/states.ts";
export type { PoolState, SlotCause, SlotRow, SlotState } from "./contract/states.ts";
export type { GroupStatus, PoolStatus, SlotStatus, SlotWaiting } from "./contract/status.ts";
