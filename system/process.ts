import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** A process that cannot be mistaken for a later one of the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words; empty where that cannot be known. */
  readonly startTime: string;
}

/** This process. */
export async function identifySelf(): Promise<ProcessIdentity> {
  return { pid: process.pid, startTime: (await startTimeOf(process.pid)) ?? "" };
}

/** Whether exactly this process still runs: pids are used again, pid and start time together are not. */
export async function isAlive({ pid, startTime }: ProcessIdentity): Promise<boolean> {
  const now = await startTimeOf(pid);
  if (now === undefined) return false;
  return now === "" || startTime === "" || now === startTime;
}

/** `undefined` when there is no such process (a zombie is none), `""` when its start cannot be known. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (process.platform === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    // The second field is the command in parentheses and may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields.length >= 20) return isZombie(fields[0]!) ? undefined : fields[19];
  } else if (process.platform !== "win32") {
    const started = await startTimeByPs(pid);
    if (started !== undefined) return isZombie(started) ? undefined : started.replace(/^\S+\s+/, "");
  }
  try {
    process.kill(pid, 0);
    return "";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? "" : undefined;
  }
}

async function startTimeByPs(pid: number): Promise<string | undefined> {
  try {
    const env = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
    const { stdout } = await promisify(execFile)("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { env });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

function isZombie(state: string): boolean {
  return state.startsWith("Z") || state.startsWith("X");
}
