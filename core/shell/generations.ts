import { resolveConfig } from "../config/resolve.ts";
import type { PoolConfig, ResolvedGroup, ResolvedPool } from "../contract/config.ts";
import { PoolError } from "../contract/errors.ts";
import type { Runtime } from "../contract/runtime.ts";

/** A group of one generation, with the environment that its workers start with. */
export interface PinnedGroup extends ResolvedGroup {
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * What each generation of workers is started from. A generation is pinned when it is made: its entries and
 * folders by real path, so that a deploy that swaps a symbolic link changes the next one and never this one, and
 * its environment by value, so that what the next config writes to the environment does not reach this one.
 */
export interface Generations {
  /** The newest number. */
  readonly latest: number;
  /** Pins the first generation once more, when its workers are about to start: plugins may have set variables. */
  begin(): void;
  /** A group as a generation has it. */
  group(generation: number, index: number): PinnedGroup;
  /**
   * Makes the next generation. Throws a `PoolError` when it cannot be one: the config is wrong, an entry is not
   * there, or something differs that only a restart of the pool can change.
   */
  next(config: PoolConfig): number;
  /** Forgets what nobody is started from any more. */
  prune(inUse: ReadonlySet<number>): void;
}

/** What a new generation may not change. */
const FIXED_IN_POOL = [
  "name",
  "strategy",
  "onViolation",
  "giveUp",
] as const satisfies readonly (keyof ResolvedPool)[];
const FIXED = [
  "type",
  "runtime",
  "min",
  "max",
  "listen",
  "calls",
  "jobs",
  "user",
] as const satisfies readonly (keyof ResolvedGroup)[];

/** `runtimes` are those in use, `runtimeNames` all that a config may name, the default first. */
export function createGenerations(
  first: ResolvedPool,
  runtimes: ReadonlyMap<string, Runtime>,
  runtimeNames: readonly string[],
): Generations {
  const known = new Map<number, readonly PinnedGroup[]>([[1, first.groups.map(pin)]]);
  let latest = 1;

  function pin(group: ResolvedGroup): PinnedGroup {
    const runtime = runtimes.get(group.runtime)!;
    const environment = runtime.environment(group.env, group.user);
    return { ...group, entry: runtime.realPath(group.entry), cwd: runtime.realPath(group.cwd), environment };
  }

  return {
    get latest() {
      return latest;
    },
    begin: () => void known.set(1, first.groups.map(pin)),
    group: (generation, index) => known.get(generation)![index]!,
    next(config) {
      const resolved = resolveConfig(config, runtimeNames);
      const { groups } = resolved;
      refuseChanges(first, resolved);
      for (const group of groups) checkNeeds(group, runtimes);
      known.set(++latest, groups.map(pin));
      return latest;
    },
    prune(inUse) {
      for (const generation of known.keys()) {
        if (!inUse.has(generation)) known.delete(generation);
      }
    },
  };
}

/** @throws PoolError `E_ENTRY` or `E_RUNTIME` when the group's runtime cannot run its workers as they shall be. */
export function checkNeeds(group: ResolvedGroup, runtimes: ReadonlyMap<string, Runtime>): void {
  const refusal = runtimes.get(group.runtime)!.refuse?.(group);
  if (!refusal) return;
  const { key, reason } = refusal;
  throw new PoolError(key === "entry" ? "E_ENTRY" : "E_RUNTIME", `groups.${group.name}.${key}: ${reason}`);
}

function refuseChanges(old: ResolvedPool, next: ResolvedPool): void {
  for (const key of FIXED_IN_POOL) {
    if (next[key] === old[key]) continue;
    const change = `${key}: ${JSON.stringify(next[key])} instead of ${JSON.stringify(old[key])}`;
    throw new PoolError("E_CONFIG", `${change}; a reload keeps it, restart the pool to change it`);
  }
  const { groups: before } = old;
  const { groups: after } = next;
  const names = (groups: readonly ResolvedGroup[]): string => groups.map(({ name }) => name).join(", ");
  if (names(before) !== names(after)) {
    const change = `groups: ${names(after)} instead of ${names(before)}`;
    throw new PoolError("E_CONFIG", `${change}; a reload keeps the groups, restart the pool to change them`);
  }
  for (const [index, group] of after.entries()) {
    for (const key of FIXED) {
      if (JSON.stringify(group[key]) === JSON.stringify(before[index]![key])) continue;
      const shown = key === "min" || key === "max" ? "workers" : key;
      throw new PoolError(
        "E_CONFIG",
        `groups.${group.name}.${shown}: a reload keeps it; restart the pool to change it`,
      );
    }
  }
}
