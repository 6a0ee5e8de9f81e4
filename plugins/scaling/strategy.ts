import type { WorkerState } from "../scoreboard/wire/record.ts";

/** A group, as a strategy looks at it. Times are milliseconds. */
export interface GroupView {
  readonly group: string;
  /** On a monotonic clock. */
  readonly now: number;
  /** As `Date.now()` has it: for schedules only. */
  readonly wallNow: number;
  readonly min: number;
  readonly max: number;
  /** Workers that it should have, that are ready, and that are on their way. */
  readonly desired: number;
  readonly ready: number;
  readonly starting: number;
  /** What the ready workers say of themselves; a worker that says nothing is not in it. */
  readonly workers: readonly WorkerState[];
  /** Requests for a worker since the last look, the jobs that waited at the last one, and for how long. */
  readonly requests: number;
  readonly waiting: number;
  readonly waitedMs: number;
}

/** How many workers a group should have. */
export interface ScalingStrategy {
  readonly name: string;
  /**
   * Makes what looks at one group, once a second and at each request, and says how many workers it wants; `undefined`
   * has no opinion. It may want any number: the group's range, the cooldowns and the budget are seen to by others.
   */
  create(): (view: GroupView) => number | undefined;
}

/** Whether a worker has no job and no connection. */
export function isIdle({ jobsRunning, jobsWaiting, connectionsRunning }: WorkerState): boolean {
  return jobsRunning + jobsWaiting + connectionsRunning === 0;
}
