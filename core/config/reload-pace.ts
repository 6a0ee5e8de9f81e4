import { parseDuration } from "../contract/duration.ts";
import type { ReloadPace } from "../contract/reload.ts";
import { checkValue } from "./check.ts";
import { durationFromZero, rule } from "./rules.ts";

/** How long a new worker must have been ready, unless the pace is set. Milliseconds. */
export const MIN_READY_MS = 1_000;
/** Waves that a soft reload of a group takes, at most, unless its pace is set. */
const MOST_WAVES = 8;

const SURGE = rule(
  "a whole number from 1, or a share such as '25%'",
  (value) => parseSurge(value) !== undefined,
);

/** A {@link ReloadPace}, checked. */
export interface CheckedPace {
  /** A number of workers, or a share of the group's. */
  readonly surge?: { readonly count: number } | { readonly percent: number };
  readonly minReadyMs?: number;
}

/** @throws PoolError `E_CONFIG`, one line that begins with `where`. */
export function checkPace(where: string, { surge, minReady }: ReloadPace): CheckedPace {
  if (minReady !== undefined) checkValue(`${where}({ minReady })`, minReady, durationFromZero);
  if (surge !== undefined) checkValue(`${where}({ surge })`, surge, SURGE);
  return {
    ...(surge !== undefined && { surge: parseSurge(surge) }),
    ...(minReady !== undefined && { minReadyMs: parseDuration(minReady) }),
  };
}

/** New workers at the same time, in a group of `workers`. */
export function surgeOf(workers: number, { surge = { percent: 100 / MOST_WAVES } }: CheckedPace): number {
  return "count" in surge ? surge.count : Math.max(1, Math.ceil((workers * surge.percent) / 100));
}

/** The pace that several who ask for one reload get: the more careful of what they ask for. */
export function unitePaces(workers: number, one: CheckedPace, other: CheckedPace): CheckedPace {
  const surges = [one, other].filter(({ surge }) => surge);
  const waits = [one, other].flatMap(({ minReadyMs }) => minReadyMs ?? []);
  return {
    ...(surges.length > 0 && { surge: { count: Math.min(...surges.map((each) => surgeOf(workers, each))) } }),
    ...(waits.length > 0 && { minReadyMs: Math.max(...waits) }),
  };
}

function parseSurge(value: unknown): CheckedPace["surge"] {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return { count: value as number };
  const [, digits = ""] = /^(\d{1,3})%$/.exec(typeof value === "string" ? value : "") ?? [];
  const percent = Number(digits);
  return percent >= 1 && percent <= 100 ? { percent } : undefined;
}
