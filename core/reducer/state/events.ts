import type { RestartAnswer } from "../../contract/decisions.ts";
import type { Evidence, ExitReport, ExitVerdict, ReportedError, StartStage } from "../../contract/exit.ts";
import type { HookName, HookPayload } from "../../contract/hooks.ts";
import type { Violation } from "../../protocol/frame-order.ts";
import type { GoodbyeKind } from "../../protocol/goodbye.ts";
import type { SupervisorMessage } from "../../protocol/messages.ts";
import type { ReloadPlan } from "./state.ts";

/** What the policies answered, and the name of the tap that did. */
export interface PolicyAnswer {
  readonly answer: RestartAnswer;
  readonly by: string;
}

/** What happened to one worker: `slot` is the index of its main seat. One of a stale epoch changes nothing. */
export type WorkerEvent = { readonly slot: number; readonly epoch: number } & (
  | { readonly type: "spawned"; readonly pid: number }
  | { readonly type: "hello" }
  | { readonly type: "ready" }
  | { readonly type: "heartbeat" }
  /** Somebody other than the supervisor has told it to end: it asks for a drain. */
  | { readonly type: "drainAsked" }
  | { readonly type: "error"; readonly error: ReportedError }
  /** What a plugin found out about it from outside. */
  | { readonly type: "evidence"; readonly evidence: Evidence }
  | {
      readonly type: "goodbye";
      readonly kind: GoodbyeKind;
      readonly reason: string | undefined;
      /** What could not be done, of one that could not start. */
      readonly stage?: StartStage | undefined;
      /** It still answers what it has accepted. */
      readonly drains: boolean;
    }
  | { readonly type: "violation"; readonly violation: Violation }
  | { readonly type: "disconnected" }
  | {
      readonly type: "exited";
      readonly report: ExitReport;
      readonly verdict: ExitVerdict;
      readonly classifiedBy: string;
      /** What the policies answered; `null` where they are not asked: a requested exit, and one in a surge seat. */
      readonly policy: PolicyAnswer | null;
      /** Groups that restart along. */
      readonly bounce: readonly string[];
      /** A number in [0, 1) for the jitter. */
      readonly chance: number;
    }
);

/** What somebody asked for, and time passing. */
export type Command =
  | { readonly type: "start" }
  | { readonly type: "stop"; readonly now: boolean; readonly reason: string; readonly exitCode: number }
  | { readonly type: "stopGroup"; readonly group: number; readonly now: boolean; readonly reason: string }
  | {
      readonly type: "scale";
      readonly group: number;
      readonly count: number;
      readonly by: string;
      /** Slots that go first, where there are too many; the highest when it is left out. */
      readonly first?: readonly number[];
    }
  | { readonly type: "restart"; readonly slot: number }
  | {
      readonly type: "reload";
      readonly generation: number;
      readonly hard: boolean;
      readonly plans: readonly ReloadPlan[];
      /** One slot, whose worker is replaced by another of its group's own generation. */
      readonly only?: number;
    }
  | { readonly type: "due"; readonly seat: number }
  /** The supervisor itself was away for so long: stopped, suspended, or blocked. */
  | { readonly type: "away"; readonly ms: number };

/** The end of a worker's process, with the answers of the decisions about it. */
export type Exited = Extract<WorkerEvent, { type: "exited" }>;

export type KernelEvent = WorkerEvent | Command;

/** What the shell does after a step, in order. Workers go by slot and epoch, timers by seat. */
export type Effect =
  | (ToWorker & { readonly type: "spawn"; readonly generation: number })
  | (ToWorker & { readonly type: "send"; readonly frame: SupervisorMessage })
  | (ToWorker & { readonly type: "signal"; readonly signal: "SIGTERM" | "SIGKILL" })
  | (ToWorker & { readonly type: "disconnect" })
  | { readonly type: "arm"; readonly seat: number; readonly at: number }
  | { readonly type: "disarm"; readonly seat: number }
  | { readonly type: "closed" }
  | Fact;

interface ToWorker {
  readonly slot: number;
  readonly epoch: number;
}

export type Fact = {
  [Name in HookName]: { readonly type: "fact"; readonly name: Name; readonly payload: HookPayload<Name> };
}[HookName];
