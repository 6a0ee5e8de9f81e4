import { formatDuration } from "../core/duration.ts";
import type { PoolStatus, SlotStatus } from "../core/status.ts";
import { stripControl } from "../plugins/logs/index.ts";
import type { Paint } from "./_terminal.ts";

const COLUMNS = ["SLOT", "STATE", "PID", "EPOCH", "RESTARTS", "UPTIME", "LAST EXIT"];

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

/** A status for people: one line about the pool, one about each group, one row for each slot. */
export function renderStatus({ pool, groups }: PoolStatus, paint: Paint): string {
  const about = `pid ${pool.pid}, up ${formatDuration(pool.uptimeMs)}, generation ${pool.generation}`;
  const lines = [`${paint("bold", stripControl(pool.name))}  ${pool.state}, ${about}`];
  for (const group of groups) {
    const ready = group.slots.filter(({ state }) => state === "ready").length;
    const range = group.min === group.max ? "" : ` (${group.min} to ${group.max})`;
    const kind = [group.type, group.runtime, group.strategy].filter((word) => word !== null).join(", ");
    lines.push(
      "",
      `${paint("bold", stripControl(group.name))}  ${ready} of ${group.desired} ready${range}, ${kind}`,
    );
    lines.push(...renderRows([COLUMNS, ...group.slots.map(cellsOf)], paint).map((line) => `  ${line}`));
  }
  return lines.join("\n");
}

function cellsOf(slot: SlotStatus): string[] {
  const { id, state, pid, epoch, restarts, uptimeMs, lastExit } = slot;
  const last = lastExit ? `${lastExit.class}: ${lastExit.reason}` : "–";
  const uptime = pid === null ? "–" : formatDuration(uptimeMs);
  return [id, state, String(pid ?? "–"), String(epoch), String(restarts), uptime, last].map(stripControl);
}

function renderRows(rows: readonly string[][], paint: Paint): string[] {
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row, index) =>
    row
      .map((cell, column) => {
        // The last column is not padded; colours come after the padding, they have no width.
        const padded = column === row.length - 1 ? cell : cell.padEnd(widths[column]!);
        if (index === 0) return paint("dim", padded);
        const colour = column === 1 ? COLOURS[cell] : undefined;
        return colour ? paint(colour, padded) : padded;
      })
      .join("  "),
  );
}
