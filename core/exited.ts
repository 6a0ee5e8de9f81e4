import {
  addCount,
  AT_ONCE_UPTIME_MS,
  backoffMs,
  BUDGET_WINDOW_MS,
  isHealthy,
  poolBudget,
  SLOT_BUDGET,
  SPAWN_INTERVAL_MS,
  sumCount,
  UNCOUNTED_INTERVAL_MS,
  withinWindow,
} from "./budget.ts";
import type { RestartAnswer } from "./decisions.ts";
import type { Draft } from "./draft.ts";
import { formatDuration } from "./duration.ts";
import type { WorkerEvent } from "./events.ts";
import { arm, disarm, move } from "./moves.ts";
import { halt } from "./order.ts";
import { shutdown } from "./shutdown.ts";
import { requestStart } from "./starting.ts";
import type { Slot } from "./state.ts";
import { isUp } from "./states.ts";

export type Exited = Extract<WorkerEvent, { type: "exited" }>;

/** What becomes of a slot, and why. */
interface Outcome {
  readonly action: RestartAnswer["action"];
  readonly delayMs: number;
  readonly reason: string;
}

/**
 * Takes the ended worker out of its slot and carries out the decision about it, within the kernel's own rules:
 * what was requested never counts, budgets hold, and no slot spawns faster than the bound.
 */
export function exited(draft: Draft, seat: number, event: Exited): void {
  const before = draft.slot(seat);
  const worker = before.worker!;
  const { report, verdict } = event;
  const requested = verdict.class === "requested";
  const counts = requested ? 0 : verdict.counts;

  disarm(draft, seat);
  const counted = withinWindow(before.counted, draft.now);
  const slot = draft.change(seat, {
    worker: null,
    counted: counts > 0 ? [...counted, ...Array<number>(counts).fill(draft.now)] : counted,
    streak: (isHealthy(worker, draft.now) ? 0 : before.streak) + (counts > 0 ? 1 : 0),
    bootFailed: before.bootFailed || (!worker.ready && !requested),
    lastExit: { class: verdict.class, code: report.code, signal: report.signal, reason: verdict.reason },
  });
  const named = draft.named(slot);
  draft.fact("worker:exited", { ...named, pid: report.pid, code: report.code, signal: report.signal });
  draft.fact("exit:classified", { ...named, report, verdict, by: event.classifiedBy });

  const untouched = counted.length === 0 && worker.ready && report.uptimeMs >= AT_ONCE_UPTIME_MS;
  const streak = slot.streak - (counts > 0 ? 1 : 0);
  const outcome = decide(draft, slot, event, counts, untouched ? undefined : streak);
  draft.fact("restart:decided", { ...named, report, verdict, ...outcome, by: event.decidedBy });
  carryOut(draft, slot, outcome);

  if (outcome.action === "shutdown") {
    shutdown(draft, { exitCode: event.answer.exitCode ?? 1, reason: outcome.reason, critical: true });
  } else if (isUp(draft.pool.state) && !requested) {
    spendPoolBudget(draft, outcome.action === "fail" ? 0 : counts);
    bounce(draft, event.bounce);
  }
}

function decide(
  draft: Draft,
  slot: Slot,
  event: Exited,
  counts: number,
  streak: number | undefined,
): Outcome {
  const { verdict, answer } = event;
  const idle = (reason: string): Outcome => ({ action: "idle", delayMs: 0, reason });
  const { state } = draft.pool;
  if (verdict.class === "requested" && (!slot.wanted || !isUp(state))) return idle("as asked");
  if (!isUp(state) && answer.action !== "shutdown") return idle("the pool is shutting down");
  if (verdict.class === "requested") {
    return { action: "restart", delayMs: wait(draft, slot, UNCOUNTED_INTERVAL_MS, 0), reason: "as asked" };
  }
  if (answer.action !== "restart") return { action: answer.action, delayMs: 0, reason: answer.reason };
  if (!slot.wanted) return idle("scaled down meanwhile");
  if (!answer.ownBudget && counts > 0 && slot.counted.length > SLOT_BUDGET) {
    const window = formatDuration(BUDGET_WINDOW_MS);
    const reason = `restart budget spent: ${slot.counted.length} counted exits in ${window}, ${SLOT_BUDGET} allowed`;
    return { action: "fail", delayMs: 0, reason };
  }
  if (counts === 0) {
    const delayMs = wait(draft, slot, UNCOUNTED_INTERVAL_MS, answer.delayMs ?? 0);
    return { action: "restart", delayMs, reason: answer.reason };
  }
  const pace = streak === undefined ? 0 : backoffMs(streak, event.chance);
  const delayMs = wait(draft, slot, SPAWN_INTERVAL_MS, answer.delayMs ?? pace);
  return { action: "restart", delayMs, reason: answer.reason };
}

/** `asked`, or longer if the last start is less than `interval` ago. Milliseconds. */
function wait(draft: Draft, slot: Slot, interval: number, asked: number): number {
  return Math.max(asked, slot.startedAt + interval - draft.now, 0);
}

function carryOut(draft: Draft, slot: Slot, outcome: Outcome): void {
  switch (outcome.action) {
    case "permanent":
      move(draft, slot.index, "exit:permanent", outcome.reason);
      break;
    case "fail":
      move(draft, slot.index, "exit:failed", outcome.reason);
      break;
    case "restart":
      if (outcome.delayMs > 0) {
        move(draft, slot.index, "exit:backoff", outcome.reason);
        arm(draft, slot.index, "backoff", outcome.delayMs);
      } else {
        move(draft, slot.index, "exit:idle", outcome.reason);
        requestStart(draft, slot.index);
      }
      break;
    default:
      move(draft, slot.index, "exit:idle", outcome.reason);
      draft.change(slot.index, { ended: slot.wanted });
  }
}

/** An exit that failed its slot is answered by that, so it takes nothing from the pool. */
function spendPoolBudget(draft: Draft, counts: number): void {
  if (counts === 0) return;
  draft.pool.exits = addCount(draft.pool.exits, counts, draft.now);
  const spent = sumCount(draft.pool.exits);
  const limit = poolBudget(draft.pool.counts.wanted);
  if (spent <= limit) return;
  const window = formatDuration(BUDGET_WINDOW_MS);
  const reason = `pool budget spent: ${spent} counted exits in ${window}, ${limit} allowed`;
  shutdown(draft, { exitCode: 1, reason, critical: true });
}

function bounce(draft: Draft, names: readonly string[]): void {
  if (names.length === 0 || !isUp(draft.pool.state)) return;
  for (let index = 0; index < draft.groupCount; index++) {
    if (names.includes(draft.group(index).name)) halt(draft, index);
  }
}
