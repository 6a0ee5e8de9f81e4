import { SLOT_BUDGET, withinWindow } from "../../core/budget.ts";
import type { ResolvedPool } from "../../core/config.ts";
import type { RestartAnswer, RestartQuestion } from "../../core/decisions.ts";
import type { KernelEvent } from "../../core/events.ts";
import type { ExitReport } from "../../core/exit.ts";
import type { Phase } from "../../core/protocol.ts";
import type { ProcessEnd } from "../../core/runtime.ts";
import type { Group, KernelState, Slot, WorkerRecord } from "../../core/state.ts";
import { bootFailure, defaultRestart } from "../../plugins/restart/defaults.ts";
import { createEscalation } from "../../plugins/restart/escalation.ts";
import { classify } from "../../plugins/restart/index.ts";
import { groupsBounced } from "../../plugins/restart/strategy.ts";

/** Says what becomes of an ended worker, as the event that the reducer takes. */
export type Judge = (
  state: KernelState,
  slot: Slot,
  end: ProcessEnd,
  now: number,
  chance: number,
) => Extract<KernelEvent, { type: "exited" }>;

/** The rules of `plugins/restart`, asked in the order of its taps; the rest as in `core/kernel.ts`. */
export function createJudge(config: ResolvedPool): Judge {
  const escalate = createEscalation(config.onViolation);
  return (state, slot, end, now, chance) => {
    const group = state.groups.get(slot.group);
    const report = reportOf(slot as Slot & { worker: WorkerRecord }, group, end, now);
    const verdict = classify(report);
    const worker = { slot: slot.seat === "main" ? slot.index : slot.twin, epoch: slot.epoch };
    const event = { type: "exited", ...worker, report, verdict, classifiedBy: "sim", chance } as const;
    if (verdict.class === "requested" || slot.seat === "surge") {
      return { ...event, answer: { action: "restart", reason: "as asked" }, decidedBy: "sim", bounce: [] };
    }
    const question: RestartQuestion = {
      report,
      verdict,
      now,
      counted: withinWindow(slot.counted, now).length + verdict.counts,
      limit: SLOT_BUDGET,
      streak: slot.streak,
      group: {
        name: group.name,
        everReady: group.everReady,
        bootFailures: group.counts.bootFailed + (slot.bootFailed || report.ready ? 0 : 1),
        wanted: group.counts.wanted,
      },
    };
    const policy = config.groups[slot.group]!.restart;
    const answer: RestartAnswer = escalate(question) ??
      bootFailure(question) ??
      policy?.(question) ??
      defaultRestart(question) ?? { action: "idle", reason: "no plugin decided" };
    const bounce = verdict.counts > 0 ? groupsBounced(config, group.name) : [];
    return { ...event, answer, decidedBy: "sim", bounce };
  };
}

/** Where a worker stands in its own sequence, as in `core/workers.ts`. */
export function phaseOf(worker: WorkerRecord): Phase {
  if (worker.goodbye) return "parted";
  if (worker.ready) return "serving";
  return worker.hello ? "greeted" : "connected";
}

function reportOf(
  slot: Slot & { worker: WorkerRecord },
  group: Group,
  end: ProcessEnd,
  now: number,
): ExitReport {
  const { worker } = slot;
  return {
    slot: slot.id,
    group: group.name,
    epoch: slot.epoch,
    pid: worker.pid,
    hello: worker.hello,
    ready: worker.ready,
    goodbye: worker.goodbye,
    goodbyeReason: worker.goodbyeReason,
    acked: worker.goodbye !== undefined,
    code: end.code,
    signal: end.signal,
    spawnError: end.spawnError,
    sentSignals: worker.sentSignals,
    intent: worker.intent,
    cause: worker.cause,
    violation: worker.violation,
    uptimeMs: Math.max(0, now - worker.spawnedAt),
    error: worker.error,
    stderrTail: end.stderrTail,
    oomKills: end.oomKills,
  };
}
