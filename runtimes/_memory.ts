import { readFileSync } from "node:fs";

let file: string | null | undefined;

/**
 * How many processes the kernel's memory controller has killed in the supervisor's own cgroup (and so in its
 * workers'), counted since the cgroup exists; `undefined` where there is no cgroup v2 to read. Never throws.
 * Two small reads of a memory-backed file for each worker: synchronous, because the answer belongs to the exit.
 */
export function countOomKills(): number | undefined {
  if (file === undefined) file = eventsFile();
  if (file === null) return undefined;
  try {
    const line = readFileSync(file, "utf8")
      .split("\n")
      .find((entry) => entry.startsWith("oom_kill "));
    return line === undefined ? undefined : Number(line.slice("oom_kill ".length));
  } catch {
    return undefined;
  }
}

function eventsFile(): string | null {
  if (process.platform !== "linux") return null;
  try {
    const own = readFileSync("/proc/self/cgroup", "utf8")
      .split("\n")
      .find((entry) => entry.startsWith("0::"));
    return own === undefined ? null : `/sys/fs/cgroup${own.slice("0::".length)}/memory.events`;
  } catch {
    return null;
  }
}
