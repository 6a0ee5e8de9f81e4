import { checkObject, isRecord } from "../../core/config/check.ts";
import type { Rule } from "../../core/config/check.ts";
import { duration, whole } from "../../core/config/rules.ts";
import type { Duration } from "../../core/contract/duration.ts";
import { formatDuration, parseDuration } from "../../core/contract/duration.ts";
import { PoolError } from "../../core/contract/errors.ts";
import { formatBytes, parseBytes } from "./bytes.ts";

/** When a worker is replaced: as soon as it has reached one of these. What is left out is no limit. */
export interface RecycleLimits {
  /** Requests that its servers have been asked. */
  requests?: number;
  /** Jobs that it has ended, well or not. */
  jobs?: number;
  /** Time since it was started. */
  age?: Duration;
  /** Memory that it has resident: bytes, or text such as `'512MiB'`. */
  memory?: number | string;
  /**
   * How far below a limit a worker's own may lie, drawn for each worker, from 0 to 0.9: those that started together
   * are not all due together. 0.1 when it is left out.
   */
  jitter?: number;
}

/** What {@link recycle} takes. */
export interface RecycleOptions extends RecycleLimits {
  /** What differs for a group, by its name; `false` leaves its workers alone. */
  groups?: Readonly<Record<string, RecycleLimits | false>>;
  /** How often the workers are looked at; 5 s when it is left out. None is replaced before 12 looks. */
  every?: Duration;
}

/** What is limited. */
export const MEASURES = ["requests", "jobs", "age", "memory"] as const;
export type Measure = (typeof MEASURES)[number];

/** Numbers by measure: counts, milliseconds, bytes. */
export type Measured = Readonly<Partial<Record<Measure, number>>>;

/** The limits of one group. */
export interface Limits {
  readonly limits: Measured;
  readonly jitter: number;
}

const rules: Readonly<Record<keyof RecycleLimits, Rule>> = {
  requests: whole(1),
  jobs: whole(1),
  age: duration,
  memory: { accepts: "bytes, or text such as '512MiB'", is: (value) => (parseBytes(value) ?? 0) > 0 },
  jitter: {
    accepts: "a number from 0 to 0.9",
    is: (value) => typeof value === "number" && value >= 0 && value <= 0.9,
  },
};

/** @throws PoolError `E_CONFIG`, one line that names the key, the value and what is accepted. */
export function checkOptions(options: RecycleOptions): void {
  checkObject("recycle", options, {
    ...rules,
    groups: { accepts: "an object with limits by the names of groups", is: isRecord },
    every: duration,
  });
  for (const [group, limits] of Object.entries(options.groups ?? {}))
    if (limits !== false) checkObject(`recycle.groups.${group}`, limits, rules);
  const all = [options, ...Object.values(options.groups ?? {})];
  const hasLimit = (given: RecycleLimits | false): boolean =>
    given !== false && MEASURES.some((measure) => given[measure] !== undefined);
  if (!all.some(hasLimit))
    throw new PoolError("E_CONFIG", `recycle: there is no limit; set one of ${MEASURES.join(", ")}`);
}

/** The limits of each group that has any, by its name. Throws `E_CONFIG` for a group that is not there. */
export function limitsOf(
  { groups = {}, every: _every, ...common }: RecycleOptions,
  known: readonly string[],
): Map<string, Limits> {
  for (const group of Object.keys(groups)) {
    if (known.includes(group)) continue;
    const names = known.join(", ");
    throw new PoolError("E_CONFIG", `recycle.groups.${group}: there is no such group; there are ${names}`);
  }
  const result = new Map<string, Limits>();
  for (const group of known) {
    const own = groups[group];
    if (own === false) continue;
    const { requests, jobs, age, memory, jitter = 0.1 } = { ...common, ...own };
    const limits = { requests, jobs, age: parseDuration(age), memory: parseBytes(memory) };
    if (MEASURES.some((measure) => limits[measure] !== undefined)) result.set(group, { limits, jitter });
  }
  return result;
}

/** A worker's own limits. `random` is a number in [0, 1). */
export function draw({ limits, jitter }: Limits, random: number): Measured {
  const drawn = MEASURES.flatMap((measure) => {
    const limit = limits[measure];
    return limit === undefined ? [] : [[measure, Math.max(1, Math.round(limit * (1 - jitter * random)))]];
  });
  return Object.fromEntries(drawn) as Measured;
}

/** A limit that was reached: how far the worker is past it (1 is there), and the reason in words. */
export interface Reached {
  readonly part: number;
  readonly reason: string;
}

/** The limit that a worker is furthest past; `undefined` when it is within all, as far as is known. */
export function reached(limits: Measured, now: Measured): Reached | undefined {
  let furthest: Reached | undefined;
  for (const measure of MEASURES) {
    const [limit, value] = [limits[measure], now[measure]];
    if (limit === undefined || value === undefined || value < limit) continue;
    const part = value / limit;
    if (furthest && furthest.part >= part) continue;
    furthest = { part, reason: `${words[measure](value)} (its limit is ${amounts[measure](limit)})` };
  }
  return furthest;
}

const plain = (value: number): string => value.toLocaleString("en");
const amounts: Readonly<Record<Measure, (value: number) => string>> = {
  requests: plain,
  jobs: plain,
  age: formatDuration,
  memory: formatBytes,
};
const words: Readonly<Record<Measure, (value: number) => string>> = {
  requests: (value) => `${plain(value)} requests`,
  jobs: (value) => `${plain(value)} jobs`,
  age: (value) => `up for ${formatDuration(value)}`,
  memory: (value) => `${formatBytes(value)} of memory`,
};
