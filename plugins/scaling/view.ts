import type { GroupStatus } from "../../core/contract/status.ts";
import type { BoardView } from "../scoreboard/supervisor/follow.ts";
import type { GroupView } from "./strategy.ts";

/** A request for a worker: when it came, how many jobs waited, and how long the first had. Milliseconds. */
export interface ScalingRequest {
  readonly at: number;
  readonly waiting: number;
  readonly waitedMs: number;
}

/** A group as its strategies see it, `now` on a monotonic clock. */
export function viewOf(
  { name, min, max, desired, slots }: GroupStatus,
  requests: readonly ScalingRequest[],
  board: BoardView,
  now: number,
): GroupView {
  const ready = slots.filter(({ state }) => state === "ready");
  // Where none is ready and those that should be crash, more of them do not help.
  const isComing = (state: string): boolean =>
    state === "starting" || (state === "backoff" && ready.length === 0);
  const last = requests.at(-1);
  return {
    group: name,
    now,
    wallNow: Date.now(),
    min,
    max,
    desired,
    ready: ready.length,
    starting: slots.filter(({ state }) => isComing(state)).length,
    workers: ready.flatMap(({ id, epoch }) => board.of(id, epoch) ?? []),
    requests: requests.length,
    waiting: last?.waiting ?? 0,
    waitedMs: last?.waitedMs ?? 0,
  };
}
