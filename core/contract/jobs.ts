import type { GroupType } from "./config.ts";
import type { Duration } from "./duration.ts";

/** How a group runs jobs for others, and how it is called. */
export interface JobsConfig {
  /**
   * The number of jobs that one worker runs at the same time.
   *
   * @default 32
   */
  maxConcurrent?: number;
  /**
   * What the running jobs of one worker may weigh together.
   *
   * @default `maxConcurrent`
   */
  capacity?: number;
  /**
   * The longest time that a job may run.
   *
   * @default none
   */
  timeLimit?: Duration;
  /**
   * How long generators run before everything else in the worker has its turn.
   *
   * @default '5ms'
   */
  slice?: Duration;
  /**
   * How a caller picks a worker.
   *
   * @default 'leastJobs'
   */
  pick?: PickStrategy;
  /**
   * The size limit of one input, result or item, in bytes.
   *
   * @default 16 MiB
   */
  maxBytes?: number;
  /**
   * The number of jobs that may wait in one caller.
   *
   * @default 10,000
   */
  maxQueued?: number;
  /**
   * The bytes of the inputs that may wait in one caller.
   *
   * @default 64 MiB
   */
  maxQueuedBytes?: number;
  /**
   * How long an aborted job may go on.
   *
   * @default '5s'
   */
  abortGrace?: Duration;
  /**
   * What follows when an aborted job goes on for longer than `abortGrace`: nothing (`leave`), or its worker restarts.
   *
   * @default 'leave'
   */
  onIgnoredAbort?: "leave" | "restart";
}

/** The same with every default filled in. Times are milliseconds. */
export interface ResolvedJobs {
  readonly maxConcurrent: number;
  readonly capacity: number;
  readonly timeLimit: number | undefined;
  readonly slice: number;
  readonly pick: PickStrategy;
  readonly maxBytes: number;
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
  readonly abortGrace: number;
  readonly onIgnoredAbort: "leave" | "restart";
}

/** The strategies by which a caller picks a worker. */
export const PICK_STRATEGIES = [
  "leastJobs",
  "roundRobin",
  "random",
  "firstAvailable",
  "mostCapacity",
  "leastDelay",
] as const;

/** The name of a strategy by which a caller picks a worker. */
export type PickStrategy = (typeof PICK_STRATEGIES)[number];

/** Who may be called by whom: a reactor is never, it serves sockets. */
export const CALLABLE: Readonly<Record<GroupType, readonly GroupType[]>> = {
  reactor: ["job", "service"],
  service: ["job"],
  job: ["job"],
};
