import { resolveJobs } from "../../core/config/jobs.ts";
import type { GroupStrategy, ResolvedPool, Timeouts, ViolationPolicy } from "../../core/contract/config.ts";
import type { RestartPolicy } from "../../core/contract/decisions.ts";
import { always, limited, never, onFailure, windowLimited } from "../../plugins/restart/policies.ts";
import type { Behaviour } from "./behaviour.ts";
import { Random } from "./random.ts";

/** What somebody, or the world, does to the pool at a virtual time in milliseconds. */
export type Op = {
  readonly at: number;
  /** Move it to the time of the next deadline, and right before or after it. */
  readonly snap?: "before" | "after" | undefined;
} & (
  | { readonly do: "scale"; readonly group: number; readonly count: number }
  | { readonly do: "restart"; readonly slot: number }
  | { readonly do: "replace"; readonly slot: number; readonly minReadyMs: number }
  | { readonly do: "stop"; readonly now: boolean }
  | { readonly do: "stopGroup"; readonly group: number; readonly now: boolean }
  | {
      readonly do: "reload";
      readonly hard: boolean;
      /** All groups when it is `null`. */
      readonly group: number | null;
      /** What follows from the size of each group when it is `null`. */
      readonly surge: number | null;
      readonly minReadyMs: number;
    }
  | { readonly do: "signal"; readonly slot: number; readonly signal: string }
  | { readonly do: "freeze"; readonly ms: number }
  | { readonly do: "pause"; readonly slot: number; readonly ms: number }
  | { readonly do: "stale"; readonly slot: number; readonly kind: StaleKind }
  | { readonly do: "again"; readonly slot: number }
);

export const STALE_KINDS = [
  "spawned",
  "hello",
  "ready",
  "heartbeat",
  "error",
  "goodbye",
  "violation",
  "disconnected",
  "exited",
] as const;
export type StaleKind = (typeof STALE_KINDS)[number];

/** A group as the history names it. */
export interface GroupPlan {
  readonly min: number;
  readonly max: number;
  /** Another group lists it in `calls`; never the first one. */
  readonly isCalled?: boolean;
  readonly policy: keyof typeof POLICIES;
  readonly timeouts: Timeouts;
}

/** Everything that a run follows from. */
export interface History {
  readonly seed: number;
  readonly groups: readonly GroupPlan[];
  readonly strategy: GroupStrategy;
  readonly onViolation: ViolationPolicy;
  /** Milliseconds, or `false`. */
  readonly giveUp: number | false;
  /** How likely a worker misbehaves. */
  readonly trouble: number;
  readonly ops: readonly Op[];
  /** For scripted scenarios: what differs from a worker that behaves. */
  readonly behave?: (slot: number, epoch: number) => Partial<Behaviour>;
}

/** The policies of a group, made afresh for each run: some of them count. */
export const POLICIES: Readonly<Record<string, () => RestartPolicy | undefined>> = {
  default: () => undefined,
  always,
  never,
  onFailure,
  limited: () => limited({ max: 3, interval: 500, step: 1000, healthy: 5000 }),
  giveGroupUp: () => (question) =>
    question.streak > 0 ? { action: "fail", scope: "group", reason: "twice in a row" } : undefined,
  windowLimited: () => windowLimited({ max: 2, window: "20s", interval: 300 }),
};

/** The history of a seed. */
export function drawHistory(seed: number): History {
  const random = new Random(seed);
  const herd = random.chance(0.03);
  const count = herd ? random.int(1, 2) : random.pick([1, 1, 2, 2, 3]);
  let room = herd ? 26 : 6;
  const groups: GroupPlan[] = [];
  for (let index = 0; index < count; index++) {
    const max = random.int(1, Math.max(1, Math.min(herd ? 13 : 4, room - (count - index - 1))));
    room -= max;
    const min = random.pick([max, max, Math.min(1, max), 0, random.int(0, max)]);
    groups.push({
      min,
      max,
      isCalled: index > 0 && random.chance(0.3),
      policy: random.pick(["default", "default", "default", ...Object.keys(POLICIES)]),
      timeouts: {
        hello: random.pick([1000, 4000, 10_000]),
        ready: random.pick([1000, 5000, 30_000]),
        heartbeat: random.pick([4000, 9000, 30_000]),
        linger: 5_000,
        drain: random.pick([1000, 5000, 30_000]),
        stop: random.pick([1000, 4000, 10_000]),
      },
    });
  }
  return {
    seed,
    groups,
    strategy: random.pick(["one-for-one", "one-for-one", "one-for-all", "rest-for-one"]),
    onViolation: random.pick(["escalate", "escalate", "restart", "shutdown"]),
    giveUp: random.pick([false, 5_000, 20_000, 60_000, 300_000]),
    trouble: random.pick([0.05, 0.15, 0.4, 0.8]),
    ops: drawOps(random, groups),
  };
}

function drawOps(random: Random, groups: readonly GroupPlan[]): Op[] {
  const slots = groups.reduce((sum, group) => sum + group.max, 0);
  const ops: Op[] = [];
  let at = 0;
  for (let left = random.pick([0, 1, 2, 3, 4, 6, 9]); left > 0; left--) {
    at += random.pick([0, 1, random.int(0, 50), random.int(0, 1500), random.int(0, 9000)]);
    const snap = random.pick([undefined, undefined, undefined, "before", "after"] as const);
    ops.push({ ...drawOp(random, groups, slots), at, snap });
  }
  if (random.chance(0.35)) ops.push({ at: at + random.int(0, 9000), do: "stop", now: random.chance(0.2) });
  return ops;
}

function drawOp(random: Random, groups: readonly GroupPlan[], slots: number): Op {
  const at = 0;
  const slot = random.int(0, slots - 1);
  const dice = random.int(0, 22);
  if (dice < 6) {
    const group = random.int(0, groups.length - 1);
    const { min, max } = groups[group]!;
    return { at, do: "scale", group, count: random.int(min, max) };
  }
  if (dice < 8) return { at, do: "restart", slot };
  if (dice < 10) {
    const group = random.chance(0.6) ? null : random.int(0, groups.length - 1);
    const minReadyMs = random.pick([0, 1000, 1000, 5000]);
    return {
      at,
      do: "reload",
      hard: random.chance(0.3),
      group,
      surge: random.pick([1, 2, null]),
      minReadyMs,
    };
  }
  if (dice < 13)
    return { at, do: "signal", slot, signal: random.pick(["SIGKILL", "SIGKILL", "SIGSEGV", "SIGTERM"]) };
  if (dice < 15) return { at, do: "freeze", ms: random.pick([300, 900, 1500, 12_000, 40_000]) };
  if (dice < 16) return { at, do: "pause", slot, ms: random.pick([500, 3000, 40_000]) };
  if (dice < 18) return { at, do: "stale", slot, kind: random.pick(STALE_KINDS) };
  if (dice < 19) return { at, do: "again", slot };
  if (dice < 20) return { at, do: "replace", slot, minReadyMs: random.pick([0, 1000]) };
  if (dice < 22)
    return { at, do: "stopGroup", group: random.int(0, groups.length - 1), now: random.chance(0.2) };
  return { at, do: "stop", now: random.chance(0.3) };
}

/** The config of a history, as `resolveConfig` would make it. */
export function configOf(history: History): ResolvedPool {
  return {
    name: "sim",
    root: "/",
    strategy: history.strategy,
    onViolation: history.onViolation,
    giveUp: history.giveUp,
    plugins: [],
    groups: history.groups.map(({ min, max, policy, timeouts }, index) => ({
      name: `g${index}`,
      index,
      type: "service",
      entry: "/entry.ts",
      runtime: "fake",
      min,
      max,
      listen: [],
      calls: index === 0 ? history.groups.flatMap((group, at) => (group.isCalled ? [`g${at}`] : [])) : [],
      jobs: resolveJobs(""),
      args: [],
      env: {},
      cwd: "/",
      execArgv: [],
      permissions: "all",
      user: undefined,
      restart: POLICIES[policy]!(),
      timeouts,
    })),
  };
}

/** The history in words, a line each. */
export function describe(history: History): string[] {
  const lines = [
    `seed ${history.seed}, ${history.strategy}, onViolation ${history.onViolation}, giveUp ${history.giveUp}, trouble ${history.trouble}`,
  ];
  for (const [index, { min, max, policy, timeouts, isCalled }] of history.groups.entries()) {
    const called = isCalled ? ", called by g0" : "";
    lines.push(`group g${index}: ${min} to ${max}${called}, policy ${policy}, ${JSON.stringify(timeouts)}`);
  }
  for (const { at, snap, do: what, ...rest } of history.ops) {
    lines.push(`op at ${at} ms${snap ? `, ${snap} the next deadline` : ""}: ${what} ${JSON.stringify(rest)}`);
  }
  return lines;
}
