import type { GroupTerms } from "../../../plugins/jobs/wire/peer.ts";
import { Random } from "../random.ts";

/** One call, and what becomes of its job at a worker that is let alone. Milliseconds. */
export interface PlannedCall {
  readonly at: number;
  readonly caller: number;
  readonly retries: number;
  readonly keyed: boolean;
  readonly timeout: number | undefined;
  readonly queueTimeout: number | undefined;
  readonly waits: boolean;
  readonly affinity: string | undefined;
  readonly priority: number;
  readonly bytes: number;
  /** How long after its submission the caller gives it up. */
  readonly abortAfter: number | undefined;
  readonly runMs: number;
  /** `poison` ends its worker; `items` is a stream. */
  readonly does: "result" | "failed" | "poison" | "items";
  readonly heedsAbort: boolean;
}

/** Something that happens to the workers. */
export interface PlannedOp {
  readonly at: number;
  readonly do: "kill" | "crash" | "drain" | "scale" | "hangUp" | "away" | "dead" | "stop" | "close";
  /** A number that chooses a slot, a caller or a count. */
  readonly which: number;
}

/** One history of calls, all of it drawn from a seed. */
export interface Plan {
  readonly seed: number;
  readonly min: number;
  readonly max: number;
  /** The scaling strategy. */
  readonly scales: "byRequest" | "byUtilisation";
  /** Whether each caller is a worker of the pool. */
  readonly callers: readonly boolean[];
  /** Jobs that a worker runs at once, and bytes that it takes of one caller. */
  readonly concurrency: number;
  readonly windowBytes: number;
  readonly terms: GroupTerms;
  readonly calls: readonly PlannedCall[];
  readonly ops: readonly PlannedOp[];
}

/** From then on nothing is done to the workers any more. */
export const CALM_AFTER_MS = 8_000;

/** Draws a history. */
export function drawPlan(seed: number): Plan {
  const random = new Random(seed);
  const max = random.int(1, 5);
  const callers = Array.from({ length: random.int(1, 3) }, () => random.chance(0.5));
  const terms: GroupTerms = {
    maxBytes: 10_000,
    maxQueued: random.pick([20, 200]),
    maxQueuedBytes: random.pick([5_000, 1_000_000]),
    pick: random.pick(["leastJobs", "roundRobin", "random", "firstAvailable", "mostCapacity"]),
    abortGrace: 500,
  };
  const poisonous = random.chance(0.2) ? 0.02 : 0;
  const call = (): PlannedCall => ({
    at: Math.floor(random.next() ** 2 * CALM_AFTER_MS),
    caller: random.int(0, callers.length - 1),
    retries: random.chance(0.4) ? random.int(1, 8) : 0,
    keyed: random.chance(0.2),
    timeout: random.chance(0.2) ? random.int(1, 300) : undefined,
    queueTimeout: random.chance(0.2) ? random.int(1, 2_000) : undefined,
    waits: random.chance(0.95),
    affinity: random.chance(0.2) ? `k${random.int(1, 3)}` : undefined,
    priority: random.chance(0.3) ? random.int(0, 5) : 0,
    bytes: random.chance(0.1) ? random.int(100, 9_000) : random.int(10, 60),
    abortAfter: random.chance(0.1) ? random.int(0, 500) : undefined,
    runMs: random.chance(0.1) ? random.int(100, 800) : random.int(0, 20),
    does: random.chance(poisonous)
      ? "poison"
      : random.pick(["result", "result", "result", "failed", "items"]),
    heedsAbort: random.chance(0.8),
  });
  const kinds: readonly PlannedOp["do"][] = ["kill", "kill", "drain", "drain", "scale", "crash", "hangUp"];
  const ops: PlannedOp[] = Array.from({ length: random.int(0, 15) }, () => ({
    at: random.int(0, CALM_AFTER_MS),
    do: random.pick(kinds),
    which: random.int(0, 1_000),
  }));
  if (random.chance(0.15))
    ops.push({ at: random.int(0, CALM_AFTER_MS - 4_500), do: "away", which: random.int(0, 1_000) });
  for (const [end, chance] of [
    ["stop", 0.15],
    ["close", 0.1],
    ["dead", 0.05],
  ] as const) {
    if (random.chance(chance))
      ops.push({ at: random.int(0, CALM_AFTER_MS), do: end, which: random.int(0, 9) });
  }
  const calls = Array.from({ length: random.int(1, 150) }, call);
  return {
    seed,
    min: random.int(0, max),
    max,
    scales: random.pick(["byRequest", "byUtilisation"]),
    callers,
    concurrency: random.int(1, 6),
    windowBytes: 2 * terms.maxBytes,
    terms,
    calls,
    ops,
  };
}
