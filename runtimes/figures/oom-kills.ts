import { memoryGroups, readCount } from "./memory-groups.ts";
import type { MemoryGroup } from "./memory-groups.ts";

/** How often the counters are read while a worker runs. Milliseconds. */
const LOOK_MS = 500;
/** A process that the kernel kills frees its memory before its end is seen: it belongs to a kill this long ago. Milliseconds. */
const DYING_MS = 3_000;

/** Says whether the kernel's memory controller has just killed a process. */
export interface OomWatch {
  /**
   * How many processes it killed in the moments before this call, that no other call has taken for its own: 1 or 0;
   * `undefined` where there is no counter. To be called once, when a worker has been killed. Never throws.
   */
  take(): number | undefined;
  /** To be called once, when the worker's end does not ask for it. */
  close(): void;
}

/** One control group that workers are in: its counter, and the kills that no exit has been told by. */
interface Counted {
  readonly group: MemoryGroup;
  watchers: number;
  count: number;
  /** When each was seen. */
  kills: number[];
}

const counted = new Map<string, Counted>();
let timer: ReturnType<typeof setInterval> | undefined;

/**
 * Watches the control group of a process from its start to its end, with cgroup v1 and v2. The nearest group with a
 * counter says it: the kernel counts a kill where the victim was, whichever group above had reached its limit.
 */
export function watchOom(pid: number): OomWatch {
  const [group] = memoryGroups(pid);
  const found = group && enter(group);
  let isOpen = found !== undefined;
  const close = (): void => {
    if (isOpen) leave(found!);
    isOpen = false;
  };
  return {
    take() {
      if (!isOpen) return undefined;
      look(found!);
      const mine = found!.kills.shift() === undefined ? 0 : 1;
      close();
      return mine;
    },
    close,
  };
}

function enter(group: MemoryGroup): Counted | undefined {
  const known = counted.get(group.folder);
  if (known) {
    known.watchers++;
    return known;
  }
  const count = countOf(group);
  if (count === undefined) return undefined;
  const made: Counted = { group, watchers: 1, count, kills: [] };
  counted.set(group.folder, made);
  timer ??= setInterval(() => counted.forEach(look), LOOK_MS).unref();
  return made;
}

function leave(from: Counted): void {
  if (--from.watchers > 0) return;
  counted.delete(from.group.folder);
  if (counted.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}

function look(at: Counted): void {
  const now = performance.now();
  const count = countOf(at.group) ?? at.count;
  at.kills = at.kills.filter((seenAt) => now - seenAt < DYING_MS);
  for (let more = Math.min(100, count - at.count); more > 0; more--) at.kills.push(now);
  at.count = count;
}

function countOf(group: MemoryGroup): number | undefined {
  return readCount(group, group.version === 1 ? "memory.oom_control" : "memory.events", "oom_kill");
}
