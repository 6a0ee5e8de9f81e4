import { readFileSync } from "node:fs";

/** Where Linux tells of control groups. */
export interface Places {
  readonly mount: string;
  /** The file that says which ones a process is in. */
  readonly own: string;
}

const PLACES: Places = { mount: "/sys/fs/cgroup", own: "/proc/self/cgroup" };

/** Bytes that this process and its workers may have; `undefined` without a limit that is known. Never throws. */
export function memoryLimit(places: Places = PLACES): number | undefined {
  const limits = [
    ...upward(places, "", "memory.max").map(Number),
    ...upward(places, "memory", "memory.limit_in_bytes").map(Number),
  ];
  // Of version 1 no limit is a number of pages that no machine has.
  return least(limits.filter((bytes) => bytes > 0 && bytes < 2 ** 60));
}

/** Processors' worth of time that they may have: 1.5, say; `undefined` without a limit that is known. Never throws. */
export function cpuLimit(places: Places = PLACES): number | undefined {
  const first = upward(places, "cpu", "cpu.cfs_quota_us").map(Number);
  const periods = upward(places, "cpu", "cpu.cfs_period_us").map(Number);
  const limits = [
    ...upward(places, "", "cpu.max").map((text) => Number(text.split(" ")[0]) / Number(text.split(" ")[1])),
    ...first.map((quota, index) => quota / periods[index]!),
  ];
  return least(limits.filter((share) => share > 0));
}

/** A file of the own control group and of each above it: every one of them limits. */
function upward({ mount, own: file }: Places, controller: string, name: string): string[] {
  const own = read(file)
    ?.split("\n")
    .map((line) => line.split(":"))
    .find(([, names = ""]) => names.split(",").includes(controller));
  if (!own) return [];
  const folders: string[] = [];
  // In a container the path may be the host's, of which only the root is mounted.
  for (let path = own.slice(2).join(":"); ; path = path.slice(0, path.lastIndexOf("/"))) {
    folders.push([mount, controller, path.replace(/^\/|\/$/g, "")].filter((part) => part !== "").join("/"));
    if (path === "" || path === "/") break;
  }
  return folders.flatMap((folder) => read(`${folder}/${name}`)?.trim() ?? []);
}

function least(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : Math.min(...numbers);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
