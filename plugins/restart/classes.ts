import type { BuiltinExitClass, ExitReport } from "../../core/contract/exit.ts";
import { GOODBYE_EXIT_CODES } from "../../core/protocol/goodbye.ts";
import { lackingPermission } from "./permissions.ts";
import { errorLine, isStackOverflow, outOfMemory, signalOf } from "./signatures.ts";

/** One row of the classification: what it is concluded from, and what it costs. */
export interface ExitClassRow {
  readonly class: BuiltinExitClass;
  /** The indicators in words, for the docs. */
  readonly indicators: string;
  /** How much it takes from the restart budget. */
  readonly counts: number;
  /** The indicators found in this report, one line; `undefined` when the class does not fit. */
  readonly match: (report: ExitReport) => string | undefined;
}

/** Why the supervisor killed a worker that it had not asked to end. */
const causes = {
  helloTimeout: "no hello in time",
  readyTimeout: "not ready in time",
  heartbeatLost: "no heartbeat in time",
  channelLost: "its connection was gone and the process lived on",
  violation: "it broke the protocol",
  overstayed: "still there 2 s after its goodbye",
} as const;

/** The exit classes, first match wins. The last row fits everything. */
export const exitClasses: readonly ExitClassRow[] = [
  {
    class: "flowViolation",
    indicators:
      "a frame out of order, of an unknown epoch, malformed, oversized or after the goodbye; an exit code that contradicts the goodbye",
    counts: 1,
    match: (report) => (report.violation ? report.violation.detail : contradiction(report)),
  },
  {
    class: "fatal",
    indicators: "goodbye `fatal`",
    counts: 0,
    match: (report) => said(report, "fatal"),
  },
  {
    class: "stall",
    indicators: "no heartbeat in time",
    counts: 1,
    match({ cause, evidence }) {
      if (cause !== "heartbeatLost") return undefined;
      return evidence ? `${causes.heartbeatLost}: ${firstLine(evidence.summary)}` : causes.heartbeatLost;
    },
  },
  {
    class: "requested",
    indicators: "the supervisor asked the worker to end",
    counts: 0,
    match: (report) => (report.intent ? `${report.intent} asked, ${manner(report)}` : undefined),
  },
  {
    class: "permanent",
    indicators: "goodbye `permanent`",
    counts: 0,
    match: (report) => said(report, "permanent"),
  },
  {
    class: "selfRestart",
    indicators: "goodbye `restart`, for example at a quota",
    counts: 0,
    match: (report) => said(report, "restart"),
  },
  {
    class: "startFailure",
    indicators: "no pid, or an end before ready; not an exit with code 0 in a group that does not listen",
    counts: 1,
    match: (report) =>
      report.ready || report.goodbye === "done" || hasDoneItsWork(report) ? undefined : startFailure(report),
  },
  {
    class: "ordered",
    indicators: "goodbye `done` or `drained`, then code 0 or a kill by the supervisor",
    counts: 0,
    match: (report) =>
      failedAfterGoodbye(report) ? undefined : (said(report, "done") ?? said(report, "drained")),
  },
  {
    class: "oom",
    indicators: "the runtime's message, or a kill by the cgroup's memory controller",
    counts: 2,
    match(report) {
      const signal = signalOf(report.code, report.signal);
      const line = outOfMemory(report.code, signal, report.stderrTail);
      if (line) return `${signal ?? `code ${report.code}`}, "${line}"`;
      const bySystem = signal === "SIGKILL" && !report.sentSignals.includes("SIGKILL");
      return bySystem && (report.oomKills ?? 0) > 0 ? "SIGKILL, the cgroup's oom_kill went up" : undefined;
    },
  },
  {
    class: "stackOverflow",
    indicators: "RangeError in stderr, SIGSEGV, SIGBUS",
    counts: 1,
    match(report) {
      const signal = signalOf(report.code, report.signal);
      if (signal === "SIGSEGV" || signal === "SIGBUS") return signal;
      const isRangeError = report.code !== 0 && report.code !== null && isStackOverflow(report.stderrTail);
      return isRangeError ? `code ${report.code}, RangeError: Maximum call stack size exceeded` : undefined;
    },
  },
  {
    class: "killed",
    indicators: "a signal that the supervisor did not send",
    counts: 1,
    match(report) {
      const signal = signalOf(report.code, report.signal);
      if (!signal || report.sentSignals.includes(signal)) return undefined;
      return `${signal}, not sent by the supervisor`;
    },
  },
  {
    class: "channelLost",
    indicators: "the connection was closed while the process lived",
    counts: 1,
    match: ({ cause }) => (cause === "channelLost" ? causes.channelLost : undefined),
  },
  {
    class: "uncaught",
    indicators: "an exit code other than 0 after ready, also after goodbye `done` or `drained`",
    counts: 1,
    match(report) {
      const { code, error, stderrTail } = report;
      if (code === 0 || code === null) return undefined;
      const what = error ? `${error.name}: ${firstLine(error.message)}` : errorLine(stderrTail);
      const after = report.goodbye ? ` after goodbye ${report.goodbye}` : "";
      return withAdvice(`code ${code}${after}${what ? `, ${what}` : ""}`, report);
    },
  },
  {
    class: "abrupt",
    indicators: "code 0 without a goodbye",
    counts: 1,
    match: ({ code, signal }) => `${code === null ? `signal ${signal}` : `code ${code}`} without a goodbye`,
  },
];

/**
 * A goodbye that tells of an error and was acknowledged, and then a success. The other way round is an error of the
 * program while it finished what it had, or cleaned up: the worker has kept to the protocol.
 */
function contradiction(report: ExitReport): string | undefined {
  const { goodbye, acked, code, cause } = report;
  if (!goodbye || !acked || code !== 0 || cause === "overstayed") return undefined;
  const expected = GOODBYE_EXIT_CODES[goodbye];
  return code === expected ? undefined : `goodbye ${goodbye}, then code ${code} instead of ${expected}`;
}

/** Whether a program has called `process.exit(0)` while it was loading: its work was in there. */
function hasDoneItsWork({ serves, hello, goodbye, code, cause }: ExitReport): boolean {
  return !serves && hello && goodbye === undefined && code === 0 && cause === undefined;
}

/** Whether a worker that has said it ends in order then ended by an error. */
function failedAfterGoodbye({ goodbye, code, cause }: ExitReport): boolean {
  if (!goodbye || code === null || cause === "overstayed") return false;
  return code !== GOODBYE_EXIT_CODES[goodbye];
}

function said(report: ExitReport, kind: ExitReport["goodbye"]): string | undefined {
  if (report.goodbye !== kind) return undefined;
  const reason = report.goodbyeReason ? `: ${firstLine(report.goodbyeReason)}` : "";
  const then = failedAfterGoodbye(report) ? `, then code ${report.code}` : "";
  return `goodbye ${kind}${reason}${then}${report.cause ? ` (killed: ${causes[report.cause]})` : ""}`;
}

/** How a requested end went: clean, forced (it took SIGKILL), or dirty (it ended some other way). */
function manner(report: ExitReport): string {
  const { sentSignals, code, signal, goodbye } = report;
  if (sentSignals.includes("SIGKILL")) return "forced by SIGKILL";
  if (code === 0 || (goodbye && !failedAfterGoodbye(report))) return "clean";
  return signal && sentSignals.includes(signal) ? `clean by ${signal}` : `dirty: ${signal ?? `code ${code}`}`;
}

function startFailure(report: ExitReport): string {
  if (report.spawnError !== undefined) return `never started: ${firstLine(report.spawnError)}`;
  if (report.goodbyeReason) return withAdvice(firstLine(report.goodbyeReason), report);
  const how = report.signal ? `signal ${report.signal}` : `code ${report.code}`;
  const why = report.cause ? causes[report.cause] : undefined;
  const parts = [`${how} before ${report.hello ? "ready" : "hello"}`, why, startError(report)];
  return withAdvice(parts.filter(Boolean).join(", "), report);
}

/** What the worker said was the error, if it printed it too: what comes after it may be its causes (Bun), or later. */
function startError({ error, stderrTail }: ExitReport): string | undefined {
  const message = error && firstLine(error.message);
  if (error && message && stderrTail.includes(message)) return `${error.name}: ${message}`;
  return errorLine(stderrTail) ?? message;
}

function withAdvice(reason: string, report: ExitReport): string {
  const lacking = lackingPermission(report, reason);
  return lacking === undefined ? reason : `${reason}; ${lacking}`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!.slice(0, 200);
}
