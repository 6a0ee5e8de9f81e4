import type { RestartQuestion } from "../contract/decisions.ts";
import type { ExitReport } from "../contract/exit.ts";
import type { ProcessEnd } from "../contract/runtime.ts";
import { isHealthy, SLOT_BUDGET, withinWindow } from "../reducer/restart-budget.ts";
import type { Exited } from "../reducer/state/events.ts";
import type { Group, KernelState, Slot, WorkerRecord } from "../reducer/state/state.ts";
import type { Asker } from "./decision-runner.ts";

/** A worker goes by the index of its slot and by its epoch there. */
export interface Address {
  readonly slot: number;
  readonly epoch: number;
}

/** A seat that has a worker. */
export type Occupied = Slot & { readonly worker: WorkerRecord };

/** What an exit is judged by. */
export interface ExitCase {
  readonly state: KernelState;
  readonly seat: Occupied;
  readonly worker: Address;
  readonly end: ProcessEnd;
  readonly now: number;
  /** Milliseconds since 1970. */
  readonly wallNow: number;
  /** A number in [0, 1) for the jitter. */
  readonly chance: number;
}

/** Asks the decisions about an ended worker; their answers are in the event that the reducer takes. */
export function judgeExit(
  asker: Pick<Asker, "classifyExit" | "restart" | "bounce">,
  { state, seat, worker, end, now, wallNow, chance }: ExitCase,
): Exited {
  const group = state.groups.get(seat.group);
  const report = reportOf(seat, group, end, now);
  const { answer: verdict, by: classifiedBy } = asker.classifyExit(report);
  // By name: what is passed as an address may have more to it (an effect has a `type`).
  const { slot, epoch } = worker;
  const event = { type: "exited", slot, epoch, report, verdict, classifiedBy, chance } as const;
  if (verdict.class === "requested" || seat.seat === "surge") return { ...event, policy: null, bounce: [] };
  const question: RestartQuestion = {
    report,
    verdict,
    now,
    wallNow,
    counted: withinWindow(seat.counted, now).length + verdict.counts,
    limit: SLOT_BUDGET,
    streak: isHealthy(seat.worker, now) ? 0 : seat.streak,
    generation: seat.generation,
    booting: !state.pool.booted,
    group: {
      name: group.name,
      min: group.min,
      everReady: group.everReady,
      bootFailures: group.counts.bootFailed + (seat.bootFailed || report.ready ? 0 : 1),
      wanted: group.counts.wanted,
    },
  };
  const policy = asker.restart(question);
  return { ...event, policy, bounce: verdict.counts > 0 ? asker.bounce(question) : [] };
}

function reportOf(slot: Occupied, group: Group, end: ProcessEnd, now: number): ExitReport {
  const { worker } = slot;
  return Object.freeze({
    slot: slot.id,
    group: group.name,
    epoch: slot.epoch,
    pid: worker.pid,
    hello: worker.hello,
    ready: worker.ready,
    serves: group.serves,
    goodbye: worker.goodbye,
    goodbyeReason: worker.goodbyeReason,
    failedStage: worker.failedStage,
    acked: worker.goodbye !== undefined,
    code: end.code,
    signal: end.signal,
    spawnError: end.spawnError,
    sentSignals: worker.sentSignals,
    intent: worker.intent,
    cause: worker.cause,
    violation: worker.violation,
    evidence: worker.evidence,
    uptimeMs: Math.max(0, now - worker.spawnedAt),
    error: worker.error,
    stderrTail: end.stderrTail,
    oomKills: end.oomKills,
  });
}
