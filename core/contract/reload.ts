import type { Duration } from "./duration.ts";

/** The pace of a soft reload. */
export interface ReloadPace {
  /**
   * New workers of a group that come up beside the old ones at the same time: a whole number from 1, or a share of the
   * group's workers such as `'25%'`, rounded up.
   *
   * @default an eighth of the group's workers, rounded up
   */
  surge?: number | string;
  /**
   * How long a new worker must have been ready before it serves, where its group listens; when it has served for half as
   * long again, its predecessor drains.
   *
   * @default 1 s
   */
  minReady?: Duration;
}

/** What `pool.reload` takes. The pace is that of a soft reload; a plugin may have set another default. */
export interface ReloadOptions extends ReloadPace {
  /** All workers end, then all start. */
  hard?: boolean;
  /** Names of groups; all when it is left out. */
  groups?: readonly string[];
}

/** How a reload went, in the groups that were asked for. */
export interface ReloadReport {
  readonly generation: number;
  /** It was hard, also because somebody else who waited for the same reload asked for that. */
  readonly hard: boolean;
  readonly groups: readonly string[];
  /** Workers that were replaced. */
  readonly replaced: number;
  /** Slots that did not come up. */
  readonly failed: number;
  /** The new generation did not come up, and the old one serves. */
  readonly rolledBack: boolean;
  /** Why it was rolled back, or did not finish; `null` when it did. */
  readonly reason: string | null;
  /** Old workers that did not end in their time and were killed. */
  readonly forcedKills: number;
  /** Milliseconds since it was asked for. */
  readonly tookMs: number;
}
