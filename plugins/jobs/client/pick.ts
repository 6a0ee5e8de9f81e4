import type { PICK_STRATEGIES } from "../../../core/contract/jobs.ts";
import type { Call } from "./call.ts";
import type { Target } from "./target.ts";

/** Chooses among workers that have room; there is at least one. */
export type Picker = (able: readonly Target[], call: Call, strategy: string) => Target | undefined;

/** What the scoreboard says of a worker. */
export interface WorkerLoad {
  /** Jobs of other callers that run or wait there. */
  readonly others: number;
  /** What its running jobs weigh, of all callers. */
  readonly weight: number;
  /** How late its event loop is, in milliseconds. */
  readonly delayMs: number;
  /** It is in the middle of something that does not let its event loop go round. */
  readonly isHogging: boolean;
}

/** The load of a worker, `undefined` where it is not known. */
export type LoadOf = (target: Target) => WorkerLoad | undefined;

type Strategy = (able: readonly Target[], loadOf: LoadOf, random: () => number) => Target;

/** The strategies, by the names that a group's `jobs.pick` may have. */
export const strategies: Readonly<Record<(typeof PICK_STRATEGIES)[number], Strategy>> = {
  leastJobs: (able, loadOf) => least(able, (target) => jobsOf(target, loadOf)),
  roundRobin: (able) => least(able, (target) => target.pickedAt),
  random: (able, _, random) => able[Math.floor(random() * able.length)]!,
  firstAvailable: (able) => able[0]!,
  mostCapacity: (able, loadOf) =>
    least(able, (target) => Math.max(target.weight, loadOf(target)?.weight ?? 0) - target.capacity),
  leastDelay(able, loadOf) {
    const delayOf = (target: Target): number => loadOf(target)?.delayMs ?? 0;
    const lowest = Math.min(...able.map(delayOf));
    // Within a millisecond they are the same, and fewer jobs are better.
    return least(
      able.filter((target) => delayOf(target) - lowest < 1),
      (target) => jobsOf(target, loadOf),
    );
  },
};

/**
 * Makes the picker of a process. Whatever the strategy, a worker that hogs its process is passed over while another
 * one has room, and calls of one `affinity` go to one worker: the one that its hash ranks first.
 */
export function createPicker(loadOf: LoadOf, random: () => number): Picker {
  let picks = 0;
  return (able, call, strategy) => {
    const free = able.length > 1 ? able.filter((target) => loadOf(target)?.isHogging !== true) : able;
    const candidates = free.length > 0 ? free : able;
    const { affinity } = call;
    const picked =
      affinity === undefined
        ? (strategies[strategy as keyof typeof strategies] ?? strategies.leastJobs)(
            candidates,
            loadOf,
            random,
          )
        : least(able, (target) => -rank(affinity, target.peer.slot));
    picked.pickedAt = ++picks;
    return picked;
  };
}

/** Jobs of all callers. */
function jobsOf(target: Target, loadOf: LoadOf): number {
  return target.sent.size + (loadOf(target)?.others ?? 0);
}

function least(targets: readonly Target[], valueOf: (target: Target) => number): Target {
  let best = targets[0]!;
  let lowest = Infinity;
  for (const target of targets) {
    const value = valueOf(target);
    if (value < lowest) [best, lowest] = [target, value];
  }
  return best;
}

/**
 * Where a slot stands for a key (rendezvous hashing): when a worker comes or goes, only its own keys move.
 * https://en.wikipedia.org/wiki/Rendezvous_hashing
 */
export function rank(key: string, slot: string): number {
  // FNV-1a, and a finish that spreads what differs in the last character only.
  let hash = 0x811c9dc5;
  for (const text of [key, "\0", slot]) {
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
