import type { RestartAnswer } from "../contract/decisions.ts";
import { EXIT_CRITICAL } from "../contract/exit-codes.ts";
import { KERNEL } from "../contract/exit.ts";
import { isUp } from "../contract/states.ts";
import { degrade, recover, recoverIfHealthy } from "./degraded.ts";
import { failGroup } from "./fail-group.ts";
import { noteTrouble } from "./give-up.ts";
import { halt } from "./group-order.ts";
import { AT_ONCE_UPTIME_MS, isHealthy, withinWindow } from "./restart-budget.ts";
import type { Pace } from "./restart-wait.ts";
import { earlyEnds, isSpent, paceOf, requestedWait } from "./restart-wait.ts";
import { shutdown } from "./shutdown.ts";
import { requestStart } from "./start-queue.ts";
import type { Draft } from "./state/draft.ts";
import type { Exited } from "./state/events.ts";
import type { Slot } from "./state/state.ts";
import { arm, disarm, move } from "./transitions.ts";

/** What becomes of a slot, why, and who decided so. */
interface Outcome extends Pace {
  readonly action: RestartAnswer["action"];
  readonly reason: string;
  readonly by: string;
}

/**
 * Takes the ended worker out of its slot and carries out the decision about it, within the kernel's own rules:
 * what was requested never counts, a spent budget slows the slot down, and no slot spawns faster than the bound.
 */
export function exited(draft: Draft, seat: number, event: Exited): void {
  recoverIfHealthy(draft, seat);
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
    earlyEnds: earlyEnds(before, event, counts),
    bootFailed: before.bootFailed || (!worker.ready && !requested),
    lastExit: { class: verdict.class, code: report.code, signal: report.signal, reason: verdict.reason },
  });
  const named = draft.named(slot);
  draft.fact("worker:exited", { ...named, pid: report.pid, code: report.code, signal: report.signal });
  draft.fact("exit:classified", { ...named, report, verdict, by: event.classifiedBy });

  const untouched = counted.length === 0 && worker.ready && report.uptimeMs >= AT_ONCE_UPTIME_MS;
  const streak = slot.streak - (counts > 0 ? 1 : 0);
  const outcome = decide(draft, slot, event, counts, untouched ? undefined : streak);
  draft.fact("restart:decided", { ...named, report, verdict, ...outcome });
  if (outcome.action !== "restart") recover(draft, seat, outcome.reason);
  else if (isSpent(slot, event, counts)) degrade(draft, seat, outcome.kernelRule!);
  carryOut(draft, slot, outcome);

  if (outcome.action === "shutdown") {
    shutdown(draft, {
      exitCode: event.answer.exitCode ?? EXIT_CRITICAL,
      reason: outcome.reason,
      critical: true,
    });
  } else if (isUp(draft.pool.state) && !requested) {
    if (outcome.action === "fail" && event.answer.scope === "group")
      failGroup(draft, slot.group, outcome.reason);
    noteTrouble(draft);
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
  const { verdict, answer, decidedBy } = event;
  const idle = (reason: string): Outcome => ({ action: "idle", delayMs: 0, reason, by: KERNEL });
  const { state } = draft.pool;
  if (verdict.class === "requested" && (!slot.wanted || !isUp(state))) return idle("as asked");
  if (!isUp(state) && answer.action !== "shutdown") return idle("the pool is shutting down");
  if (slot.ended && answer.action !== "shutdown" && answer.action !== "permanent")
    return idle("its group was stopped");
  if (verdict.class === "requested" && event.report.intent === "fail")
    return { action: "fail", delayMs: 0, reason: "its group was given up", by: KERNEL };
  if (verdict.class === "requested")
    return { action: "restart", delayMs: requestedWait(slot, draft.now), reason: "as asked", by: KERNEL };
  const { action, reason } = answer;
  if (action !== "restart") return { action, delayMs: 0, reason, by: decidedBy };
  if (!slot.wanted) return idle("scaled down meanwhile");
  return { action, reason, by: decidedBy, ...paceOf(slot, event, draft.now, counts, streak) };
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

function bounce(draft: Draft, names: readonly string[]): void {
  if (names.length === 0 || !isUp(draft.pool.state)) return;
  for (let index = 0; index < draft.groupCount; index++) {
    if (names.includes(draft.group(index).name)) halt(draft, index);
  }
}
