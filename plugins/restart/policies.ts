import { checkValue } from "../../core/config/check.ts";
import { durationFromZero, whole as wholeFrom } from "../../core/config/rules.ts";
import type { RestartAnswer, RestartPolicy, RestartQuestion } from "../../core/contract/decisions.ts";
import type { Duration } from "../../core/contract/duration.ts";
import { formatDuration, parseDuration } from "../../core/contract/duration.ts";

/** Classes whose meaning a restart policy does not change: the built-in answer holds. */
const SETTLED: ReadonlySet<string> = new Set(["fatal", "permanent", "selfRestart"]);
/** An end in order is no failure. */
const isFailure = ({ verdict }: RestartQuestion): boolean => verdict.class !== "ordered";

/** Restarts every worker that ended, at the kernel's pace. The default. */
export function always(): RestartPolicy {
  return function always(question) {
    if (SETTLED.has(question.verdict.class)) return undefined;
    return { action: "restart", reason: "always restarted" };
  };
}

/** Restarts no worker: one that ended in order is idle, one that failed has failed. */
export function never(): RestartPolicy {
  return function never(question) {
    if (SETTLED.has(question.verdict.class)) return undefined;
    return { action: isFailure(question) ? "fail" : "idle", reason: "never restarted" };
  };
}

/** Restarts a worker that failed; one that ended in order is idle. */
export function onFailure(): RestartPolicy {
  return function onFailure(question) {
    if (SETTLED.has(question.verdict.class)) return undefined;
    if (!isFailure(question)) return { action: "idle", reason: "ended in order" };
    return { action: "restart", reason: "restarted on failure" };
  };
}

/** What {@link limited} takes. */
export interface LimitedOptions {
  /** Restarts of one slot before it fails. Default 3. */
  max?: number;
  /** The wait before the first restart. Default 1 s. */
  interval?: Duration;
  /** What each further restart waits longer. Default 10 s. */
  step?: Duration;
  /** The longest wait. Default 120 s. */
  threshold?: Duration;
  /** Uptime after which the count starts afresh. Default 60 s. */
  healthy?: Duration;
}

/**
 * Restarts a slot at most `max` times, each time after a longer wait; then the slot fails. Every slot has its
 * own count, and a worker that stayed up for `healthy` clears it.
 *
 * @throws PoolError `E_CONFIG` for an option that is not accepted.
 */
export function limited(options: LimitedOptions = {}): RestartPolicy {
  const max = whole("limited({ max })", options.max ?? 3);
  const interval = time("limited({ interval })", options.interval ?? "1s");
  const step = time("limited({ step })", options.step ?? "10s");
  const threshold = time("limited({ threshold })", options.threshold ?? "120s");
  const healthy = time("limited({ healthy })", options.healthy ?? "60s");
  const restarts = new Map<string, number>();

  return function limited(question) {
    if (SETTLED.has(question.verdict.class)) return undefined;
    const { slot, uptimeMs, ready } = question.report;
    const done = ready && uptimeMs >= healthy ? 0 : (restarts.get(slot) ?? 0);
    if (done >= max) {
      restarts.delete(slot);
      return { action: "fail", reason: `restarted ${max} times, which is the limit` };
    }
    restarts.set(slot, done + 1);
    const delayMs = Math.min(threshold, interval + done * step);
    return { action: "restart", delayMs, ownBudget: true, reason: `restart ${done + 1} of ${max}` };
  };
}

/** What {@link windowLimited} takes. */
export interface WindowLimitedOptions {
  /** Failures of one slot within the window; one more fails the slot. Default 3. */
  max?: number;
  /** The sliding window. Default 60 s. */
  window?: Duration;
  /** The wait before a restart. Default 0: the kernel's pace. */
  interval?: Duration;
}

/**
 * Restarts a slot unless it failed more than `max` times within a sliding window. Ends in order are restarted
 * and not counted. Every slot has its own window, on the monotonic clock.
 *
 * @throws PoolError `E_CONFIG` for an option that is not accepted.
 */
export function windowLimited(options: WindowLimitedOptions = {}): RestartPolicy {
  const max = whole("windowLimited({ max })", options.max ?? 3);
  const window = time("windowLimited({ window })", options.window ?? "60s");
  const interval = time("windowLimited({ interval })", options.interval ?? 0);
  const failures = new Map<string, number[]>();

  return function windowLimited(question) {
    if (SETTLED.has(question.verdict.class)) return undefined;
    const pace: Partial<RestartAnswer> = interval > 0 ? { delayMs: interval } : {};
    if (!isFailure(question)) return { action: "restart", ...pace, reason: "ended in order, not counted" };
    const { slot } = question.report;
    const recent = (failures.get(slot) ?? []).filter((at) => question.now - at < window);
    recent.push(question.now);
    failures.set(slot, recent);
    const within = `${recent.length} of ${max} failures in ${formatDuration(window)}`;
    if (recent.length > max) {
      failures.delete(slot);
      return {
        action: "fail",
        reason: `${recent.length} failures in ${formatDuration(window)}, ${max} allowed`,
      };
    }
    return { action: "restart", ...pace, ownBudget: true, reason: within };
  };
}

function whole(key: string, value: unknown): number {
  checkValue(key, value, wholeFrom(0));
  return value as number;
}

function time(key: string, value: unknown): number {
  checkValue(key, value, durationFromZero);
  return parseDuration(value)!;
}
