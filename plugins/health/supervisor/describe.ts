import { formatDuration } from "../../../core/contract/duration.ts";
import type { ProcessFigures } from "../../../core/contract/runtime.ts";
import { toMebibytes } from "../../../system/mebibytes.ts";
import type { WorkerState } from "../../scoreboard/wire/record.ts";
import { ownCall } from "./stacks.ts";
import type { Stack } from "./stacks.ts";

/** All that is known of a worker that says nothing. */
export interface Findings {
  /** What the system said of it, twice, and how much time lay between, in milliseconds. */
  readonly before: ProcessFigures | undefined;
  readonly after: ProcessFigures | undefined;
  readonly betweenMs: number;
  /** What it last said of itself. */
  readonly said: WorkerState | undefined;
  /** As `Date.now()` has it. */
  readonly wallNow: number;
  /** `undefined` when nobody looked, or nothing was found. */
  readonly stack: Stack | undefined;
}

/** A part of the time from which on it is worth a word. */
const MOST = 0.5;
/** A part of the time that is as good as all of it. */
const ALWAYS = 0.9;
/** Bytes that are swapped out from which on that is worth a word. */
const MUCH_SWAPPED = 64 * 2 ** 20;
/** How late an event loop was when that is worth a word. Milliseconds. */
const VERY_LATE_MS = 200;

/** What the findings say, in one line. */
export function describe(findings: Findings): string {
  const { after, said, wallNow, stack } = findings;
  const parts = [
    after ? doing(findings, after) : undefined,
    after && after.swapped >= MUCH_SWAPPED ? `${toMebibytes(after.swapped)} of it swapped out` : undefined,
    stack && inside(stack),
    said && said.hoggingSince > 0
      ? `in one job for ${formatDuration(wallNow - said.hoggingSince)}`
      : undefined,
    said && said.jobsRunning > 0 ? `${said.jobsRunning} jobs in hand` : undefined,
    said && said.delayMs >= VERY_LATE_MS
      ? `its event loop was ${formatDuration(said.delayMs)} late at its last word`
      : undefined,
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(", ") : "nothing could be found out";
}

function doing({ before, betweenMs }: Findings, now: ProcessFigures): string {
  if (now.state === "stopped") return "stopped by a signal (SIGSTOP)";
  if (now.state === "traced") return "held by a debugger";
  if (now.state === "ended") return "has ended";
  const where = now.waitsIn ? ` in ${now.waitsIn}` : "";
  if (now.state === "waiting") return `waits${where} for a device or a file`;
  if (!before || betweenMs <= 0) return now.state === "running" ? "busy" : `asleep${where}`;
  const busy = Math.min(1, Math.max(0, (now.cpuMs - before.cpuMs) / betweenMs));
  const queued = Math.min(1, Math.max(0, ((now.queuedMs ?? 0) - (before.queuedMs ?? 0)) / betweenMs));
  // It may compute without end on a machine with too much to do: who never sleeps can be both.
  if (queued >= MOST && queued > busy && busy + queued >= ALWAYS)
    return `never asleep: it had a CPU ${percent(busy)} of the time and waited for one ${percent(queued)}; it computes without a pause, or the machine is overloaded`;
  if (queued >= MOST && queued > busy)
    return `starved: it waited for a CPU ${percent(queued)} of the time and had one ${percent(busy)}`;
  if (busy >= MOST || now.state === "running") return `busy, ${percent(busy)} of a CPU`;
  return `asleep${where}, ${percent(busy)} of a CPU`;
}

function inside({ stack }: Stack): string {
  const call = stack === null ? undefined : ownCall(stack);
  return call ? `in ${call}` : "in a synchronous call outside of JavaScript";
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
