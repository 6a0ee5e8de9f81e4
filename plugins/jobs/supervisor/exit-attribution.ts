import type { ExitReport, ExitVerdict } from "../../../core/contract/exit.ts";

/** Signals that a process is sent from outside; the others it gets for what it did. */
const FROM_OUTSIDE: ReadonlySet<string> = new Set(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"]);

/**
 * Whether no job can be what ended a worker: it was asked to end, or somebody killed it. Everything else (a crash, no
 * memory, a loop that never gave way) may be the work of a job that it had.
 */
export function isInnocent(report: ExitReport, verdict: ExitVerdict): boolean {
  switch (verdict.class) {
    case "requested":
    case "ordered":
    case "selfRestart":
    case "permanent":
      return true;
    case "killed":
      return report.signal !== null && FROM_OUTSIDE.has(report.signal);
    default:
      return false;
  }
}
