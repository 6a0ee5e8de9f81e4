import type { Violation } from "../protocol/frame-order.ts";
import type { GoodbyeKind } from "../protocol/goodbye.ts";

/** What the supervisor wanted of a worker that it asked to end. */
export type Intent = "stop" | "restart" | "scale" | "fail" | "bounce" | "reload";

/** Why the supervisor killed a worker that it had not asked to end. */
export type KillCause =
  | "helloTimeout"
  | "readyTimeout"
  | "heartbeatLost"
  | "channelLost"
  | "violation"
  | "overstayed";

/** What a worker does before it is ready: it loads its entry, then it sets up. */
export type StartStage = "import" | "setup";

/** The facts about an ended worker: all that is known, nothing concluded. */
export interface ExitReport {
  readonly slot: string;
  readonly group: string;
  readonly epoch: number;
  /** `undefined` when the process never began. */
  readonly pid: number | undefined;
  readonly hello: boolean;
  readonly ready: boolean;
  /** Whether anybody waits for it to be ready: its group listens, or runs jobs. */
  readonly serves: boolean;
  readonly goodbye: GoodbyeKind | undefined;
  /** The reason that the goodbye gave, one line. */
  readonly goodbyeReason: string | undefined;
  /** What failed, where its goodbye was `startFailed`: its entry could not be loaded, or its `setup` threw. */
  readonly failedStage: StartStage | undefined;
  readonly acked: boolean;
  readonly code: number | null;
  readonly signal: string | null;
  readonly spawnError: string | undefined;
  /** Signals that the supervisor sent to it, in order. */
  readonly sentSignals: readonly string[];
  readonly intent: Intent | undefined;
  readonly cause: KillCause | undefined;
  readonly violation: Violation | undefined;
  /** What was found out from outside while it was silent; `undefined` for all others. */
  readonly evidence: Evidence | undefined;
  /** Milliseconds since it was spawned. */
  readonly uptimeMs: number;
  /** The error that its `run` or `setup` ended with, as the worker reported it. */
  readonly error: ReportedError | undefined;
  readonly stderrTail: string;
  readonly oomKills: number | undefined;
}

/** What was found out about a worker that was silent, before it was killed for that. Every text is cut to 8 KiB. */
export interface Evidence {
  /** One line, for people. */
  readonly summary: string;
  /** What its JavaScript was in the middle of, a line for each call, where that can be had. Untrusted text. */
  readonly stack?: string;
}

/** An error that crossed a process boundary. Every text is cut to 8 KiB. */
export interface ReportedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ReportedError;
}

/** The classes of the built-in table; a plugin may answer a name of its own. */
export type BuiltinExitClass =
  | "flowViolation"
  | "fatal"
  | "stall"
  | "requested"
  | "permanent"
  | "selfRestart"
  | "startFailure"
  | "ordered"
  | "oom"
  | "stackOverflow"
  | "killed"
  | "uncaught"
  | "channelLost"
  | "abrupt"
  | "unclassified";

export type ExitClass = BuiltinExitClass | (string & {});

/** The answer to `classifyExit`. */
export interface ExitVerdict {
  readonly class: ExitClass;
  /** What the class was concluded from, one line, for people. */
  readonly reason: string;
  /** How much it takes from the restart budget: 0, 1 or 2 (at most 10 is accepted). */
  readonly counts: number;
}

/** Who decides where no plugin does, and where a rule of the kernel stands above the answer. */
export const KERNEL = "poolable:kernel";

/** The last exit of a slot, as `status` shows it. */
export interface LastExit {
  readonly class: ExitClass;
  readonly code: number | null;
  readonly signal: string | null;
  readonly reason: string;
}
