import { readFileSync } from "node:fs";
import type { ProcessFigures } from "../../core/contract/runtime.ts";

/** The letters of proc_pid_stat(5). */
const STATES: Readonly<Record<string, ProcessFigures["state"]>> = {
  R: "running",
  S: "sleeping",
  I: "sleeping",
  D: "waiting",
  T: "stopped",
  t: "traced",
};
/** Ticks of `utime` and `stime` in a second: the same on every Linux that Node, Bun and Deno are built for. */
const TICKS = 100;

/**
 * What Linux says of a process, from `/proc`: a few small reads that no process can hold up, whatever it is stuck in.
 * `undefined` on other systems, and when there is no such process. Never throws.
 */
export function processFigures(pid: number): ProcessFigures | undefined {
  if (process.platform !== "linux") return undefined;
  const main = `/proc/${pid}/task/${pid}`;
  const stat = read(`${main}/stat`);
  const status = read(`/proc/${pid}/status`);
  if (stat === undefined || status === undefined) return undefined;
  // The name of the program stands in brackets and may have anything in it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [cpu, queued] = (read(`${main}/schedstat`) ?? "").split(" ").map((ns) => Number(ns) / 1e6);
  const ticks = Number(fields[11]) + Number(fields[12]);
  const waitsIn = read(`${main}/wchan`);
  const bytes = (name: string): number =>
    1024 * Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
  return {
    state: STATES[fields[0]!] ?? "ended",
    cpuMs: cpu || (1000 * ticks) / TICKS,
    queuedMs: Number.isFinite(queued) ? queued : undefined,
    waitsIn: waitsIn && waitsIn !== "0" ? waitsIn : undefined,
    rss: bytes("VmRSS"),
    swapped: bytes("VmSwap"),
  };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
