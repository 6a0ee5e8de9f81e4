import type { Rule } from "./check.ts";
import { checkObject } from "./check.ts";
import type { Duration } from "./duration.ts";
import { parseDuration } from "./duration.ts";
import type { GroupType } from "./config.ts";
import { PoolError } from "./errors.ts";
import { duration, oneOf, whole } from "./rules.ts";

/** How a group runs jobs for others, and how it is called. */
export interface JobsConfig {
  /**
   * The number of jobs that one worker runs at the same time.
   *
   * @default 32
   */
  maxConcurrent?: number;
  /**
   * What the running jobs of one worker may weigh together.
   *
   * @default `maxConcurrent`
   */
  capacity?: number;
  /**
   * The longest time that a job may run.
   *
   * @default none
   */
  timeLimit?: Duration;
  /**
   * How long generators run before everything else in the worker has its turn.
   *
   * @default '5ms'
   */
  slice?: Duration;
  /**
   * How a caller picks a worker.
   *
   * @default 'leastJobs'
   */
  pick?: PickStrategy;
  /**
   * The size limit of one input, result or item, in bytes.
   *
   * @default 16 MiB
   */
  maxBytes?: number;
  /**
   * The number of jobs that may wait in one caller.
   *
   * @default 10,000
   */
  maxQueued?: number;
  /**
   * The bytes of the inputs that may wait in one caller.
   *
   * @default 64 MiB
   */
  maxQueuedBytes?: number;
  /**
   * How long an aborted job may go on.
   *
   * @default '5s'
   */
  abortGrace?: Duration;
  /**
   * What follows when an aborted job goes on for longer than `abortGrace`: nothing (`leave`), or its worker restarts.
   *
   * @default 'leave'
   */
  onIgnoredAbort?: "leave" | "restart";
}

/** The same with every default filled in. Times are milliseconds. */
export interface ResolvedJobs {
  readonly maxConcurrent: number;
  readonly capacity: number;
  readonly timeLimit: number | undefined;
  readonly slice: number;
  readonly pick: PickStrategy;
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

/** The name of a strategy by which a caller picks a worker. */
export type PickStrategy = (typeof PICK_STRATEGIES)[number];

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
