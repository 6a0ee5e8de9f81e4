import type { GroupType } from "./config.ts";
import type { LastExit } from "./exit.ts";
import type { PoolState, SlotState } from "./states.ts";

/** What `pool.status()` and `poolable status --json` say. Never holds environment, arguments or secrets. */
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
  /** How the group shares its sockets, `null` when it has none. */
  readonly strategy: string | null;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
  readonly slots: readonly SlotStatus[];
}

export interface SlotStatus {
  /** `group#index` */
  readonly id: string;
  readonly state: SlotState;
  readonly pid: number | null;
  /** 0 when the slot never started a worker. */
  readonly epoch: number;
  readonly generation: number;
  readonly restarts: number;
  /** Milliseconds since the worker was spawned, 0 without a worker. */
  readonly uptimeMs: number;
  readonly lastExit: LastExit | null;
}
