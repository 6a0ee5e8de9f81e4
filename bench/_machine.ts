import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import process from "node:process";

/** What one process holds and has used. */
export interface Usage {
  readonly rssKb: number;
  readonly pssKb: number;
  readonly cpuSeconds: number;
}

/** Reads `/proc` (Linux). */
export function usage(pid: number): Usage {
  const kb = (file: string, name: string): number => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(
      readFileSync(`/proc/${pid}/${file}`, "utf8"),
    );
    return Number(match?.[1] ?? Number.NaN);
  };
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The command's name, in brackets, may hold spaces; what follows it does not.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { rssKb: kb("status", "VmRSS"), pssKb: kb("smaps_rollup", "Pss"), cpuSeconds: ticks / 100 };
}

/** The time that a process was on a CPU, all its threads, in microseconds: `/proc/<pid>/task/<id>/schedstat`. */
export function cpuMicros(pid: number): number {
  const spent = (task: string): number =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]);
  return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + spent(task), 0) / 1_000;
}

/** The pids of the direct children of `pid`. */
export function children(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}

/** One line about where the numbers come from. */
export function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  const model = cpus()[0]?.model.trim() ?? "unknown";
  return `Node ${process.version}, ${cpus().length} × ${model}, ${memory} GiB, ${process.platform} ${release()}`;
}

/** Runs `body` with a short temporary folder and clean-ups that also run on Ctrl-C; a pm2 daemon must not stay. */
export async function withFolder(
  body: (folder: string, defer: (cleanup: () => Promise<void>) => void) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync("/tmp/pb-");
  const cleanups: (() => Promise<void>)[] = [];
  const clean = async (): Promise<void> => {
    for (let cleanup = cleanups.pop(); cleanup; cleanup = cleanups.pop())
      await cleanup().catch(console.error);
    rmSync(folder, { recursive: true, force: true });
  };
  const onSignal = (): void => void clean().then(() => process.exit(1));
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.once(signal, onSignal);
  try {
    await body(folder, (cleanup) => void cleanups.push(cleanup));
  } finally {
    await clean();
    // Or the next folder's clean-up would be cut off by this one's, which has nothing to do.
    for (const signal of signals) process.off(signal, onSignal);
  }
}
