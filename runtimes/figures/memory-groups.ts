import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A control group's folder, and which version of the interface it has. */
export interface MemoryGroup {
  readonly folder: string;
  readonly version: 1 | 2;
}

/**
 * The control groups whose memory controller counts a process, the process's own first, then each above it that can be
 * seen from here. None where there are none. Never throws.
 *
 * @param pid A process, or `self`.
 */
export function memoryGroups(pid: number | "self"): MemoryGroup[] {
  if (process.platform !== "linux") return [];
  try {
    const rows = readFileSync(`/proc/${pid}/cgroup`, "utf8").trim().split("\n");
    const paths = rows.map((row) => /^(\d+):([^:]*):(.*)$/.exec(row)!);
    const first = paths.find(([, , controllers]) => controllers!.split(",").includes("memory"));
    if (first) return upward("/sys/fs/cgroup/memory", first[3]!, 1, "memory.oom_control");
    const second = paths.find(([, id]) => id === "0");
    return second ? upward("/sys/fs/cgroup", second[3]!, 2, "memory.events") : [];
  } catch {
    return [];
  }
}

/** In a container the path may be one of the host's, whose upper part is not there. */
function upward(root: string, path: string, version: 1 | 2, file: string): MemoryGroup[] {
  const groups: MemoryGroup[] = [];
  for (let folder = join(root, path); folder.startsWith(root); folder = dirname(folder)) {
    if (existsSync(join(folder, file))) groups.push({ folder, version });
  }
  return groups;
}

/** The number after `name` in a file of a control group; `undefined` when it is not there. Never throws. */
export function readCount({ folder }: MemoryGroup, file: string, name: string): number | undefined {
  try {
    const [, count] =
      new RegExp(`^${name} (\\d+)$`, "m").exec(readFileSync(join(folder, file), "utf8")) ?? [];
    return count === undefined ? undefined : Number(count);
  } catch {
    return undefined;
  }
}
