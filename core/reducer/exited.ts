import { EXIT_CRITICAL } from "../contract/exit-codes.ts";
import { isUp } from "../contract/states.ts";
import { degrade, recover, recoverIfHealthy } from "./degraded.ts";
import { failGroup } from "./fail-group.ts";
import { noteTrouble } from "./give-up.ts";
import { halt } from "./group-order.ts";
import { AT_ONCE_UPTIME_MS, isHealthy, withinWindow } from "./restart-budget.ts";
import type { RestartDecision } from "./restart-decision.ts";
import { decideRestart } from "./restart-decision.ts";
import { shutdown } from "./shutdown.ts";
import { requestStart } from "./start-queue.ts";
import type { Draft } from "./state/draft.ts";
import type { Exited } from "./state/events.ts";
import type { Slot } from "./state/state.ts";
import { arm, disarm, move } from "./transitions.ts";

/** Takes the ended worker out of its slot, and carries out what is decided about the slot in `restart-decision.ts`. */
export function exited(draft: Draft, seat: number, event: Exited): void {
  recoverIfHealthy(draft, seat);
  const before = draft.slot(seat);
  const worker = before.worker!;
  const { report, verdict, policy } = event;
  const isRequested = verdict.class === "requested";
  const counts = isRequested ? 0 : verdict.counts;

  disarm(draft, seat);
  const counted = withinWindow(before.counted, draft.now);
  const streak = isHealthy(worker, draft.now) ? 0 : before.streak;
  const slot = draft.change(seat, {
    worker: null,
    counted: counts > 0 ? [...counted, ...Array<number>(counts).fill(draft.now)] : counted,
    streak: streak + (counts > 0 ? 1 : 0),
    earlyEnds: earlyEnds(before, event, counts),
    bootFailed: before.bootFailed || (!worker.ready && !isRequested),
    lastExit: { class: verdict.class, code: report.code, signal: report.signal, reason: verdict.reason },
  });
  const decision = decideRestart(policy, {
    now: draft.now,
    chance: event.chance,
    isPoolUp: isUp(draft.pool.state),
    intent: report.intent,
    counts,
    streak,
    isFirstAfterLongLife: counted.length === 0 && worker.ready && report.uptimeMs >= AT_ONCE_UPTIME_MS,
    slot,
  });
  emitExit(draft, slot, event, decision);
  const { action, reason } = decision;
  if (action !== "restart") recover(draft, seat, reason);
  else if (decision.isBudgetSpent) degrade(draft, seat, decision.kernelRule!);
  carryOut(draft, slot, decision);

  if (action === "shutdown") {
    shutdown(draft, { exitCode: policy?.answer.exitCode ?? EXIT_CRITICAL, reason, critical: true });
  } else if (isUp(draft.pool.state) && !isRequested) {
    if (action === "fail" && policy?.answer.scope === "group") failGroup(draft, slot.group, reason);
    noteTrouble(draft);
    bounce(draft, event.bounce);
  }
}

/** Emits the three facts of an exit: that the worker exited, the class of its exit, and the decision. */
export function emitExit(draft: Draft, slot: Slot, event: Exited, decision: RestartDecision): void {
  const { report, verdict, classifiedBy: by } = event;
  const { isBudgetSpent: _, ...decided } = decision;
  const named = draft.named(slot);
  draft.fact("worker:exited", { ...named, pid: report.pid, code: report.code, signal: report.signal });
  draft.fact("exit:classified", { ...named, report, verdict, by });
  draft.fact("restart:decided", { ...named, report, verdict, ...decided });
}

/**
 * Returns the number of ends in a row with exit code 0, each soon after its start, that nobody asked for and that do not
 * count: a program that does its work and ends, for example.
 */
function earlyEnds({ earlyEnds: before }: Slot, { report, verdict }: Exited, counts: number): number {
  if (verdict.class === "requested") return before;
  return counts === 0 && report.code === 0 && report.uptimeMs < AT_ONCE_UPTIME_MS ? before + 1 : 0;
}

function carryOut(draft: Draft, slot: Slot, { action, reason, delayMs }: RestartDecision): void {
  switch (action) {
    case "permanent":
      move(draft, slot.index, "exit:permanent", reason);
      break;
    case "fail":
      move(draft, slot.index, "exit:failed", reason);
      break;
    case "restart":
      if (delayMs > 0) {
        move(draft, slot.index, "exit:backoff", reason);
        arm(draft, slot.index, "backoff", delayMs);
      } else {
        move(draft, slot.index, "exit:idle", reason);
        requestStart(draft, slot.index);
      }
      break;
    default:
      move(draft, slot.index, "exit:idle", reason);
      draft.change(slot.index, { ended: slot.wanted });
  }
}

function bounce(draft: Draft, names: readonly string[]): void {
  if (names.length === 0 || !isUp(draft.pool.state)) return;
  for (let index = 0; index < draft.groupCount; index++) {
    if (names.includes(draft.group(index).name)) halt(draft, index);
  }
}
