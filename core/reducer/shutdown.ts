import { EXIT_ALL_FAILED } from "../contract/exit-codes.ts";
import type { PoolState } from "../contract/states.ts";
import { isUp, POOL_STATES } from "../contract/states.ts";
import { halt } from "./group-order.ts";
import { finishAll } from "./reload/end.ts";
import type { Draft } from "./state/draft.ts";
import { end } from "./transitions.ts";

/** Why the pool ends. */
export interface ShutdownOrder {
  readonly exitCode: number;
  readonly reason: string;
  /** Nobody asked for it. */
  readonly critical: boolean;
}

/**
 * Ends every worker, gently, and starts none any more. In an ordered pool the last group goes first. The first
 * order stands: a later one changes neither code nor reason.
 */
export function shutdown(draft: Draft, order: ShutdownOrder): void {
  const { state } = draft.pool;
  if (state === "init") draft.pool.end = { exitCode: order.exitCode, reason: order.reason };
  if (state === "init") return terminate(draft);
  if (!isUp(state)) return;
  finishAll(draft, order.reason);
  draft.pool.end = { exitCode: order.exitCode, reason: order.reason };
  movePool(draft, "shutdown");
  const fact = { pool: draft.pool.name, reason: order.reason, exitCode: order.exitCode };
  if (order.critical) draft.fact("pool:critical", fact);
  draft.fact("pool:stopping", fact);
  for (let index = 0; index < draft.groupCount; index++) {
    const inTurn = draft.pool.ordered && draft.group(index).counts.live > 0;
    for (const slot of draft.seatsOf(draft.group(index))) {
      if (!slot.worker || !inTurn) end(draft, slot.index, "stop", "drain");
    }
    if (inTurn) halt(draft, index);
  }
}

/** Kills every worker that is left, at once. */
export function force(draft: Draft): void {
  for (let index = 0; index < draft.slotCount; index++) {
    if (draft.slot(index).worker) end(draft, index, "stop", "kill");
  }
}

/**
 * Ends the pool when no process is left and none comes by itself. A group without workers keeps it open where somebody
 * from outside may wake it; one that only other groups call does not, for they are over too.
 */
export function settle(draft: Draft): void {
  const { pool } = draft;
  if (pool.counts.live > 0) return;
  if (pool.state === "shutdown") {
    terminate(draft);
  } else if (isUp(pool.state) && pool.counts.pending === 0 && pool.dormant === 0) {
    const failed = pool.counts.failed > 0;
    const reason = failed ? "every slot that is left has failed" : "every worker has ended for good";
    shutdown(draft, { exitCode: failed ? EXIT_ALL_FAILED : 0, reason, critical: failed });
    settle(draft);
  }
}

function terminate(draft: Draft): void {
  movePool(draft, "terminated");
  const { exitCode, reason } = draft.pool.end!;
  draft.fact("pool:stopped", { pool: draft.pool.name, exitCode, reason });
  draft.effect({ type: "closed" });
}

export function movePool(draft: Draft, to: PoolState): void {
  const from = draft.pool.state;
  if (!POOL_STATES[from].next.includes(to)) return;
  draft.pool.state = to;
  draft.fact("pool:state", { pool: draft.pool.name, from, to });
}
