import type { RestartAnswer } from "./decisions.ts";
import type { ExitReport, ExitVerdict, ReportedError } from "./exit.ts";
import type { Frame } from "./frames.ts";
import type { HookName, HookPayload } from "./hooks.ts";
import type { GoodbyeKind, Violation } from "./protocol.ts";

/** What happened to one worker. One of a stale epoch changes nothing. */
export type WorkerEvent = { readonly slot: number; readonly epoch: number } & (
  | { readonly type: "spawned"; readonly pid: number }
  | { readonly type: "hello" }
  | { readonly type: "ready" }
  | { readonly type: "heartbeat" }
  | { readonly type: "error"; readonly error: ReportedError }
  | { readonly type: "goodbye"; readonly kind: GoodbyeKind; readonly reason: string | undefined }
  | { readonly type: "violation"; readonly violation: Violation }
  | { readonly type: "disconnected" }
  | {
      readonly type: "exited";
      readonly report: ExitReport;
      readonly verdict: ExitVerdict;
      readonly classifiedBy: string;
      readonly answer: RestartAnswer;
      readonly decidedBy: string;
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
  | { readonly type: "scale"; readonly group: number; readonly count: number; readonly by: string }
  | { readonly type: "restart"; readonly slot: number }
  | { readonly type: "due"; readonly slot: number };

export type KernelEvent = WorkerEvent | Command;

/** What the shell does after a step, in order. */
export type Effect =
  | { readonly type: "spawn"; readonly slot: number; readonly epoch: number }
  | { readonly type: "send"; readonly slot: number; readonly frame: Frame }
  | { readonly type: "signal"; readonly slot: number; readonly signal: "SIGTERM" | "SIGKILL" }
  | { readonly type: "disconnect"; readonly slot: number }
  | { readonly type: "arm"; readonly slot: number; readonly at: number }
  | { readonly type: "disarm"; readonly slot: number }
  | { readonly type: "closed" }
  | Fact;

export type Fact = {
  [Name in HookName]: { readonly type: "fact"; readonly name: Name; readonly payload: HookPayload<Name> };
}[HookName];
