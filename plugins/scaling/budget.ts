import { readFileSync } from "node:fs";
import { freemem, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { refuse } from "../../core/config/check.ts";
import { toMebibytes } from "../../system/mebibytes.ts";

/** What all workers of a pool may have together. */
export interface BudgetOptions {
  /** Workers of all groups. */
  workers?: number;
  /** Memory of the cgroup, or of the machine where it has no limit: bytes, or text such as `'80%'`. */
  memory?: number | string;
}

/** A {@link BudgetOptions}, checked. */
export interface Budget {
  readonly workers: number;
  /** Bytes, or a part of what there is. */
  readonly memory: { readonly bytes: number } | { readonly part: number } | undefined;
}

/** What is known about memory, in bytes. */
export interface Memory {
  readonly used: number;
  readonly limit: number;
}

/** @throws PoolError `E_CONFIG` */
export function checkBudget({ workers = Infinity, memory }: BudgetOptions): Budget {
  if (workers !== Infinity && !(Number.isInteger(workers) && workers >= 1))
    refuse("scaling({}, { budget }).workers", workers, "a whole number from 1");
  if (memory === undefined) return { workers, memory: undefined };
  if (typeof memory === "number") {
    if (memory > 0) return { workers, memory: { bytes: memory } };
    refuse("scaling({}, { budget }).memory", memory, "bytes, or text such as '80%'");
  }
  const [, percent = ""] = /^(\d{1,3})%$/.exec(memory) ?? [];
  const part = Number(percent) / 100;
  if (percent === "" || part <= 0 || part > 1)
    refuse("scaling({}, { budget }).memory", memory, "bytes, or text such as '80%'");
  return { workers, memory: { part } };
}

/** Why a pool that has `now` workers cannot have `more`, each of about `each` bytes; `undefined` when it can. */
export function overBudget(
  budget: Budget,
  now: number,
  more: number,
  each: number,
  memory: () => Memory,
): string | undefined {
  if (now + more > budget.workers) return `the pool's budget is ${budget.workers} workers, and it has ${now}`;
  if (!budget.memory) return undefined;
  const { used, limit } = memory();
  const allowed = "bytes" in budget.memory ? budget.memory.bytes : budget.memory.part * limit;
  if (used + more * each <= allowed) return undefined;
  return `the pool's budget is ${toMebibytes(allowed)} of memory, ${toMebibytes(used)} are used, and a worker takes about ${toMebibytes(each)}`;
}

/**
 * The memory of this process's control group (v1 or v2), or of one above it: the one that is nearest to its limit. Without
 * any limit that of the machine. What the kernel keeps of files and can let go of is not counted. Never throws.
 */
export function readMemory(): Memory {
  const machine = { used: totalmem() - freemem(), limit: totalmem() };
  if (process.platform !== "linux") return machine;
  try {
    const rows = readFileSync("/proc/self/cgroup", "utf8").split("\n");
    const first = rows.find((row) => /^\d+:([^:]*,)?memory(,[^:]*)?:/.test(row));
    const own = first ?? rows.find((row) => row.startsWith("0::"))!;
    const root = first ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup";
    const levels: Memory[] = [];
    // In a container the upper part of the path may be the host's, and not be there.
    for (let at = join(root, own.split(":").slice(2).join(":")); at.startsWith(root); at = dirname(at)) {
      const level = readLevel(at, first !== undefined);
      if (level && level.limit < machine.limit) levels.push(level);
    }
    return levels.toSorted((one, other) => other.used / other.limit - one.used / one.limit)[0] ?? machine;
  } catch {
    return machine;
  }
}

function readLevel(folder: string, isFirst: boolean): Memory | undefined {
  const [max, now] = isFirst
    ? ["memory.limit_in_bytes", "memory.usage_in_bytes"]
    : ["memory.max", "memory.current"];
  try {
    const read = (file: string): string => readFileSync(join(folder, file), "utf8");
    const [limit, all] = [Number(read(max)), Number(read(now))];
    const kept = /^(?:total_)?(?:in)?active_file (\d+)$/gm;
    const files = [...read("memory.stat").matchAll(kept)]
      .filter(([line]) => line.startsWith("total_") === isFirst)
      .reduce((sum, [, bytes]) => sum + Number(bytes), 0);
    const used = Math.max(0, all - files);
    return Number.isFinite(limit) && Number.isFinite(used) ? { used, limit } : undefined;
  } catch {
    return undefined;
  }
}
