import { formatDuration } from "../../core/contract/duration.ts";
import type { PoolStatus, SlotStatus, SlotWaiting } from "../../core/contract/status.ts";
import { stripControl } from "../../plugins/logs/index.ts";
import type { Board } from "../../plugins/scoreboard/index.ts";
import type { WorkerState } from "../../plugins/scoreboard/wire/record.ts";
import { toMebibytes } from "../../system/mebibytes.ts";
import type { Paint } from "./terminal.ts";

const COLUMNS = [
  "SLOT",
  "STATE",
  "PID",
  "EPOCH",
  "RESTARTS",
  "UPTIME",
  "MEMORY",
  "BUSY",
  "WORK",
  "LAST EXIT",
];
const BOARD_COLUMNS = ["SLOT", "STATE", "PID", "EPOCH", "UPTIME", "SILENT", "MEMORY", "BUSY", "WORK"];

const COLOURS: Readonly<Record<string, Parameters<Paint>[0]>> = {
  ready: "green",
  starting: "cyan",
  draining: "cyan",
  stopping: "yellow",
  killing: "yellow",
  backoff: "yellow",
  failed: "red",
  idle: "dim",
  permanent: "dim",
};

/** Follows the state of a slot whose restart budget is spent. */
const DEGRADED = ", degraded";

function colourOf(state: string): Parameters<Paint>[0] | undefined {
  return state.endsWith(DEGRADED) ? "red" : COLOURS[state];
}

/** A status for people: one line about the pool, one about each group, one row for each slot. */
export function renderStatus({ pool, groups }: PoolStatus, workers: Board["workers"], paint: Paint): string {
  const about = `pid ${pool.pid}, up ${formatDuration(pool.uptimeMs)}, generation ${pool.generation}`;
  const lines = [`${paint("bold", stripControl(pool.name))}  ${pool.state}, ${about}`];
  for (const group of groups) {
    const ready = group.slots.filter(({ state }) => state === "ready").length;
    const degraded = group.slots.filter((slot) => slot.degraded).length;
    const range = group.min === group.max ? "" : ` (${group.min} to ${group.max})`;
    const refuses = group.refusing ? "refuses connections" : null;
    const stopped = group.stopped ? "stopped on request" : null;
    const kind = [group.type, group.runtime, group.strategy, refuses, stopped]
      .filter((word) => word !== null)
      .join(", ");
    lines.push(
      "",
      `${paint("bold", stripControl(group.name))}  ${ready} of ${group.desired} ready${range}${degraded > 0 ? `, ${degraded}${DEGRADED.slice(1)}` : ""}, ${kind}`,
    );
    if (group.urls.length > 0)
      lines.push(
        `  listens on ${stripControl(group.urls.join(", "))} (${stripControl(String(group.strategyReason))})`,
      );
    const rows = group.slots.map((slot) => cellsOf(slot, boardOf(slot, workers)));
    lines.push(...renderRows([COLUMNS, ...rows], paint).map((line) => `  ${line}`));
  }
  return lines.join("\n");
}

/** What the workers say of themselves, where the supervisor says nothing. */
export function renderBoard({ head, workers }: Board, paint: Paint): string {
  const now = Date.now();
  const rows = workers.map(({ slot, state }) =>
    [
      slot,
      state.state,
      String(state.pid),
      String(state.epoch),
      formatDuration(Math.max(0, now - state.startedAt)),
      formatDuration(Math.max(0, now - state.updatedAt)),
      ...figuresOf(state),
    ].map(stripControl),
  );
  const title = `${paint("bold", stripControl(head.pool))}  pid ${head.pid}, as its workers tell`;
  return [title, "", ...renderRows([BOARD_COLUMNS, ...rows], paint)].join("\n");
}

function boardOf({ id, pid }: SlotStatus, workers: Board["workers"]): WorkerState | undefined {
  return workers.find(({ slot, state }) => slot === id && state.pid === pid)?.state;
}

function figuresOf(state: WorkerState | undefined): string[] {
  if (!state) return ["–", "–", "–"];
  const { rss, utilisation, requests, jobsAccepted, jobsProcessed, jobsFailed, jobsRunning } = state;
  const jobs = `${counted(jobsProcessed + jobsFailed, "job")}, ${jobsRunning} now`;
  const work = jobsAccepted > 0 ? jobs : requests > 0 ? counted(requests, "request") : "–";
  return [toMebibytes(rss), `${Math.round(utilisation * 100)} %`, work];
}

function cellsOf(slot: SlotStatus, board: WorkerState | undefined): string[] {
  const { id, pid, epoch, restarts, uptimeMs, lastExit, waiting } = slot;
  const state = slot.degraded ? `${slot.state}${DEGRADED}` : slot.state;
  const exit = lastExit ? `${lastExit.class}: ${lastExit.reason}` : "–";
  const last = waiting ? waitingText(waiting) : exit;
  const uptime = pid === null ? "–" : formatDuration(uptimeMs);
  const about = [id, state, String(pid ?? "–"), String(epoch), String(restarts), uptime];
  return [...about, ...figuresOf(board), last].map(stripControl);
}

function waitingText({ reason, startsInMs }: SlotWaiting): string {
  return startsInMs === null
    ? `waits to start: ${reason}`
    : `starts in ${formatDuration(startsInMs)}, after ${reason}`;
}

function renderRows(rows: readonly string[][], paint: Paint): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row, index) =>
    row
      .map((cell, column) => {
        // The last column is not padded; colours come after the padding, they have no width.
        const padded = column === row.length - 1 ? cell : cell.padEnd(widths[column]!);
        if (index === 0) return paint("dim", padded);
        const colour = column === 1 ? colourOf(cell) : undefined;
        return colour ? paint(colour, padded) : padded;
      })
      .join("  "),
  );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
