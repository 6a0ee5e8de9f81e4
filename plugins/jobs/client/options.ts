import type { Duration } from "../../../core/contract/duration.ts";
import { parseDuration } from "../../../core/contract/duration.ts";
import { JobError } from "../../../core/contract/job-errors.ts";

/** The highest priority. */
export const MAX_PRIORITY = 100;
/** The heaviest job. */
export const MAX_WEIGHT = 65_535;

/** How one call goes. */
export interface RunOptions {
  /**
   * From 0 to 100. A level more counts as much as having waited a second longer.
   *
   * @default 0
   */
  priority?: number;
  /**
   * What it takes of the worker's `capacity` while it runs.
   *
   * @default 1
   */
  weight?: number;
  /**
   * The longest time that it may run, roughly kept.
   *
   * @default '10m'
   */
  timeout?: Duration;
  /**
   * The longest time that it may wait for a worker to begin it, roughly kept.
   *
   * @default '1m'
   */
  queueTimeout?: Duration;
  /**
   * How often it is begun again when its worker ends with it: the job MUST bear to run twice.
   *
   * @default 0
   */
  retries?: number;
  /** Says that running it twice does no harm; the job sees it and can tell a repetition by it. */
  idempotencyKey?: string;
  /** Gives the call up. */
  signal?: AbortSignal;
  /** Calls with the same key go to the same worker, as far as it has room. */
  affinity?: string;
  /**
   * `false` rejects with `NO_WORKER` where no worker is free at once.
   *
   * @default true
   */
  wait?: boolean;
  /** Hears what the job says with `job.progress(value)`. */
  onProgress?: (value: unknown) => void;
}

/** The options of a call, checked. Times are milliseconds. */
export interface CheckedOptions extends Omit<RunOptions, "timeout" | "queueTimeout"> {
  readonly timeout: number | undefined;
  readonly queueTimeout: number | undefined;
}

const rules: Readonly<Record<keyof RunOptions, readonly [accepts: string, is: (value: never) => boolean]>> = {
  priority: [`a whole number from 0 to ${MAX_PRIORITY}`, (value: number) => isWhole(value, 0, MAX_PRIORITY)],
  weight: [`a whole number from 1 to ${MAX_WEIGHT}`, (value: number) => isWhole(value, 1, MAX_WEIGHT)],
  timeout: ["milliseconds or text such as '30s'", isTime],
  queueTimeout: ["milliseconds or text such as '30s'", isTime],
  retries: ["a whole number from 0 to 1000", (value: number) => isWhole(value, 0, 1_000)],
  idempotencyKey: ["text of 1 to 200 characters", isKey],
  signal: ["an AbortSignal", (value: AbortSignal) => value instanceof AbortSignal],
  affinity: ["text of 1 to 200 characters", isKey],
  wait: ["true or false", (value: unknown) => typeof value === "boolean"],
  onProgress: ["a function", (value: unknown) => typeof value === "function"],
};

/** Most calls have none. */
const NONE: CheckedOptions = { timeout: undefined, queueTimeout: undefined };

/** @throws JobError `BAD_OPTION`, one line that names the option, the value and what is accepted. */
export function checkOptions(options: RunOptions): CheckedOptions {
  let isGiven = false;
  for (const key in options) {
    const value = options[key as keyof RunOptions];
    if (value === undefined) continue;
    isGiven = true;
    const rule = Object.hasOwn(rules, key) ? rules[key as keyof RunOptions] : undefined;
    if (!rule)
      throw new JobError("BAD_OPTION", `${key}: unknown option; there are ${Object.keys(rules).join(", ")}`);
    if (!rule[1](value as never))
      throw new JobError("BAD_OPTION", `${key}: ${show(value)} is not ${rule[0]}`);
  }
  if (!isGiven) return NONE;
  return {
    ...options,
    timeout: parseDuration(options.timeout),
    queueTimeout: parseDuration(options.queueTimeout),
  };
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function isTime(value: unknown): boolean {
  const ms = parseDuration(value);
  return ms !== undefined && ms > 0 && ms < 2 ** 31;
}

function isKey(value: unknown): boolean {
  return typeof value === "string" && value.length > 0 && value.length <= 200;
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : String(value).slice(0, 60);
}
