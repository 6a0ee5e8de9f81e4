import type { GroupType } from "../contract/config.ts";
import { parseDuration } from "../contract/duration.ts";
import { PoolError } from "../contract/errors.ts";
import type { JobsConfig, ResolvedJobs } from "../contract/jobs.ts";
import { CALLABLE, PICK_STRATEGIES } from "../contract/jobs.ts";
import type { Rule } from "./check.ts";
import { checkObject } from "./check.ts";
import { duration, oneOf, whole } from "./rules.ts";

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
