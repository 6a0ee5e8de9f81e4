import { refuse } from "../../core/config/check.ts";
import type { RestartAnswer, RestartQuestion } from "../../core/contract/decisions.ts";
import type { Duration } from "../../core/contract/duration.ts";
import { formatDuration, parseDuration } from "../../core/contract/duration.ts";
import { definePlugin } from "../../core/contract/plugin.ts";
import type { Plugin } from "../../core/contract/plugin.ts";

/** How many counted exits are allowed, and within which time. */
export interface IntensityLimit {
  /** Counted exits within the window; one more is too many. */
  max: number;
  /**
   * The sliding window.
   *
   * @default '60s'
   */
  window?: Duration;
}

/** A limit of one group, and what follows when it is passed. */
export interface GroupIntensity extends IntensityLimit {
  /**
   * `stop`: every slot of the group fails, its workers drain. `restart`: all workers of the group are replaced.
   * `shutdown`: the pool ends with exit code 1.
   */
  action: "stop" | "restart" | "shutdown";
}

/** What {@link intensity} takes. */
export interface IntensityOptions {
  /** By the name of a group; `*` is every other group, each with a count of its own. */
  groups?: Readonly<Record<string, GroupIntensity>>;
  /** All groups together: the pool ends with exit code 1. */
  pool?: IntensityLimit;
}

/** Before every other answer, so that no exit is missed. */
const STAGE = -1000;
const ACTIONS: readonly unknown[] = ["stop", "restart", "shutdown"];

/**
 * Escalates when too many exits count within a time, as the supervisors of OTP do with their restart intensity
 * (erlang.org/doc/system/sup_princ). Without this plugin a group that fails ends nobody else.
 *
 * @throws PoolError `E_CONFIG` for an option that is not accepted, and for a group that the pool does not have.
 */
export const intensity: (options: IntensityOptions) => Plugin = definePlugin(
  ({ groups = {}, pool: whole }: IntensityOptions) => ({
    name: "intensity",
    setup({ config, decisions }) {
      const known = config.groups.map(({ name }) => name);
      const unknown = Object.keys(groups).find((name) => name !== "*" && !known.includes(name));
      if (unknown !== undefined)
        refuse(`intensity({ groups.${unknown} })`, unknown, `the name of a group (${known.join(", ")}) or *`);
      const limits = new Map(
        known.flatMap((name) => {
          const key = Object.hasOwn(groups, name) ? name : "*";
          const limit = Object.hasOwn(groups, key) ? groups[key]! : undefined;
          if (limit && !ACTIONS.includes(limit.action))
            refuse(`intensity({ groups.${key}.action })`, limit.action, "'stop', 'restart' or 'shutdown'");
          return limit ? [[name, { limit, isPassed: counter(`groups.${key}`, limit) }] as const] : [];
        }),
      );
      const isPassed = whole && counter("pool", whole);
      const restarting = new WeakSet<RestartQuestion>();

      function answer(question: RestartQuestion): RestartAnswer | undefined {
        const { now, verdict, group } = question;
        if (verdict.counts === 0) return undefined;
        const ofGroup = limits.get(group.name);
        const [groupReason, poolReason] = [
          ofGroup?.isPassed(now, verdict.counts),
          isPassed?.(now, verdict.counts),
        ];
        if (poolReason !== undefined)
          return { action: "shutdown", exitCode: 1, reason: `the pool has had ${poolReason}` };
        if (!ofGroup || groupReason === undefined) return undefined;
        const reason = `group ${group.name} has had ${groupReason}`;
        if (ofGroup.limit.action === "shutdown") return { action: "shutdown", exitCode: 1, reason };
        if (ofGroup.limit.action === "stop") return { action: "fail", scope: "group", reason };
        restarting.add(question);
        return undefined;
      }

      decisions.restart.tap({ name: "intensity", stage: STAGE }, answer);
      decisions.bounce.tap("intensity", (names, question) =>
        restarting.has(question) && !names.includes(question.group.name)
          ? [...names, question.group.name]
          : names,
      );
    },
  }),
);

/** Counts exits within a window. Says how many there were when they are too many, and begins anew. */
function counter(
  key: string,
  { max, window = "60s" }: IntensityLimit,
): (now: number, counts: number) => string | undefined {
  if (!Number.isInteger(max) || max < 0) refuse(`intensity({ ${key}.max })`, max, "a whole number from 0");
  const ms = parseDuration(window);
  if (ms === undefined || ms === 0)
    refuse(`intensity({ ${key}.window })`, window, "milliseconds or text such as '30s'");
  let times: number[] = [];
  return (now, counts) => {
    times = [...times.filter((at) => now - at < ms!), ...Array<number>(counts).fill(now)];
    if (times.length <= max) return undefined;
    const spent = `${times.length} counted exits in ${formatDuration(ms!)}, ${max} allowed`;
    times = [];
    return spent;
  };
}
