import type { GroupType } from "./config.ts";
import type { LastExit } from "./exit.ts";
import type { PoolState, SlotState } from "./states.ts";

/** What `pool.status()` returns and `poolable status --json` prints. Never holds environment, arguments or secrets. */
export interface PoolStatus {
  readonly pool: {
    readonly name: string;
    readonly state: PoolState;
    readonly pid: number;
    readonly uptimeMs: number;
    readonly generation: number;
  };
  readonly groups: readonly GroupStatus[];
}

export interface GroupStatus {
  readonly name: string;
  readonly type: GroupType;
  readonly runtime: string;
  /** How the group shares its sockets; `null` when it has none. */
  readonly strategy: string | null;
  /** Why they are shared this way; `null` when it has none. */
  readonly strategyReason: string | null;
  /** Where it listens: URLs, or paths of Unix domain sockets. */
  readonly urls: readonly string[];
  /** Whether connections are refused, because no worker has been ready for `refuseAfter`. */
  readonly refusing: boolean;
  /** Whether it was stopped on request: it has no workers until it is scaled, restarted or reloaded. */
  readonly stopped: boolean;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  readonly slots: readonly SlotStatus[];
}

export interface SlotStatus {
  /** `group#index` */
  readonly id: string;
  readonly state: SlotState;
  /** For scaling: has a worker or will be started, is free to be started, or never starts by itself again. */
  readonly condition: "wanted" | "free" | "over";
  readonly pid: number | null;
  /** 0 when the slot never started a worker. */
  readonly epoch: number;
  readonly generation: number;
  readonly restarts: number;
  /** Milliseconds since the worker was spawned, 0 without a worker. */
  readonly uptimeMs: number;
  /** Its restart budget is spent: it restarts at the longest wait, until a worker has been ready for a minute. */
  readonly degraded: boolean;
  readonly lastExit: LastExit | null;
  /** What a slot that will be started waits for; `null` when it does not wait. */
  readonly waiting: SlotWaiting | null;
  /** There while a reload overlaps: the slot's other worker, the next one or the old one that drains. */
  readonly overlap?: Pick<SlotStatus, "state" | "pid" | "epoch" | "generation">;
}

/** Why a slot has no worker yet although it will get one. */
export interface SlotWaiting {
  /** One line, for people. */
  readonly reason: string;
  /** Milliseconds until its worker is started; `null` when that depends on other workers. */
  readonly startsInMs: number | null;
}
