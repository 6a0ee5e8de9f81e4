import type { Rule } from "./check.ts";
import { checkObject } from "./check.ts";
import type { Duration } from "./duration.ts";
import { parseDuration } from "./duration.ts";
import type { GroupType } from "./config.ts";
import { PoolError } from "./errors.ts";
import { duration, oneOf, whole } from "./rules.ts";

/** How a group runs jobs for others, and how it is called. */
export interface JobsConfig {
  /** Jobs that one worker runs at the same time; 32 when it is left out. */
  maxConcurrent?: number;
  /** What the running jobs of one worker may weigh together; `maxConcurrent` when it is left out. */
  capacity?: number;
  /** The longest that a job may run; any when it is left out. */
  timeLimit?: Duration;
  /** How long generators run before everything else in the worker has its turn; 5 ms when it is left out. */
  slice?: Duration;
  /** How a caller picks a worker; `leastJobs` when it is left out. */
  pick?: string;
  /** Bytes of one input, result or item; 16 MiB when it is left out. */
  maxBytes?: number;
  /** Jobs that may wait in one caller; 10,000 when it is left out. */
  maxQueued?: number;
  /** Bytes of the inputs that may wait in one caller; 64 MiB when it is left out. */
  maxQueuedBytes?: number;
  /** How long an aborted job may go on; 5 s when it is left out. */
  abortGrace?: Duration;
  /** What an aborted job that goes on costs: nothing, or its worker. `leave` when it is left out. */
  onIgnoredAbort?: "leave" | "restart";
}

/** The same with every default filled in. Times are milliseconds. */
export interface ResolvedJobs {
  readonly maxConcurrent: number;
  readonly capacity: number;
  readonly timeLimit: number | undefined;
  readonly slice: number;
  readonly pick: string;
  readonly maxBytes: number;
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
  readonly abortGrace: number;
  readonly onIgnoredAbort: "leave" | "restart";
}

/** The strategies by which a caller picks a worker. */
export const PICK_STRATEGIES = [
  "leastJobs",
  "roundRobin",
  "random",
  "firstAvailable",
  "mostCapacity",
  "leastDelay",
] as const;

/** Who may be called by whom: a reactor is never, it serves sockets. */
export const CALLABLE: Readonly<Record<GroupType, readonly GroupType[]>> = {
  reactor: ["job", "service"],
  service: ["job"],
  job: ["job"],
};

const rules: Readonly<Record<keyof JobsConfig, Rule>> = {
  maxConcurrent: whole(1, 10_000),
  capacity: whole(1, 65_535),
  timeLimit: duration,
  slice: duration,
  pick: oneOf(...PICK_STRATEGIES),
  maxBytes: whole(1_024, 1024 * 1024 * 1024),
  maxQueued: whole(1, 10_000_000),
  maxQueuedBytes: whole(1_024),
  abortGrace: duration,
  onIgnoredAbort: oneOf("leave", "restart"),
};

/** Checks what a group says about its jobs. Throws `E_CONFIG`. */
export function resolveJobs(path: string, given: JobsConfig = {}): ResolvedJobs {
  checkObject(path, given, rules);
  const { maxConcurrent = 32, capacity = maxConcurrent } = given;
  return Object.freeze({
    maxConcurrent,
    capacity,
    timeLimit: parseDuration(given.timeLimit),
    slice: parseDuration(given.slice) ?? 5,
    pick: given.pick ?? "leastJobs",
    maxBytes: given.maxBytes ?? 16 * 1024 * 1024,
    maxQueued: given.maxQueued ?? 10_000,
    maxQueuedBytes: given.maxQueuedBytes ?? 64 * 1024 * 1024,
    abortGrace: parseDuration(given.abortGrace) ?? 5_000,
    onIgnoredAbort: given.onIgnoredAbort ?? "leave",
  });
}

interface Caller {
  readonly name: string;
  readonly type: GroupType;
  readonly calls: readonly string[];
}

/** Every group that is called must be there and be one that can be; jobs that wait for each other would hang. */
export function checkCalls(groups: readonly Caller[]): void {
  const known = new Map(groups.map((group) => [group.name, group]));
  for (const { name, type, calls } of groups) {
    for (const [index, callee] of calls.entries()) {
      const key = `groups.${name}.calls[${index}]`;
      const other = known.get(callee);
      if (!other)
        throw wrong(key, callee, `there is no such group; there are ${[...known.keys()].join(", ")}`);
      if (callee === name) throw wrong(key, callee, "a group does not call itself");
      if (!CALLABLE[type].includes(other.type)) {
        const allowed = CALLABLE[type].map((kind) => `'${kind}'`).join(" or ");
        throw wrong(key, callee, `it is a '${other.type}', and a '${type}' calls groups of type ${allowed}`);
      }
    }
  }
  for (const { name } of groups) {
    const circle = circleFrom(name, [name], known);
    if (circle) throw wrong(`groups.${name}.calls`, circle[1]!, `a circle: ${circle.join(" → ")}`);
  }
}

function circleFrom(
  start: string,
  path: readonly string[],
  known: ReadonlyMap<string, Caller>,
): readonly string[] | undefined {
  for (const callee of known.get(path.at(-1)!)!.calls) {
    if (callee === start) return [...path, callee];
    const circle = path.includes(callee) ? undefined : circleFrom(start, [...path, callee], known);
    if (circle) return circle;
  }
  return undefined;
}

function wrong(key: string, callee: string, why: string): PoolError {
  return new PoolError("E_CONFIG", `${key}: ${JSON.stringify(callee)} cannot be called: ${why}`);
}
