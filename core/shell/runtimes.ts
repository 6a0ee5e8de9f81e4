import { namedUser } from "../config/users.ts";
import type { ResolvedGroup } from "../contract/config.ts";
import { PoolError } from "../contract/errors.ts";
import type { Runtime } from "../contract/runtime.ts";

/** Returns the runtimes that the groups of a pool use, by name. */
export function usedRuntimes(
  all: readonly Runtime[],
  groups: readonly ResolvedGroup[],
): ReadonlyMap<string, Runtime> {
  const used = all.filter(({ name }) => groups.some(({ runtime }) => runtime === name));
  return new Map(used.map((runtime) => [runtime.name, runtime]));
}

/**
 * Prepares the runtime of a group.
 *
 * @throws PoolError of the runtime, with the group that asks for it.
 */
export async function prepareRuntime(group: string, runtime: Runtime): Promise<void> {
  try {
    await runtime.prepare?.();
  } catch (error) {
    if (!(error instanceof PoolError)) throw error;
    throw new PoolError(error.code, `groups.${group}.runtime: ${error.message}`, { cause: error });
  }
}

/** Opens a runtime for the user as which its groups run. */
export async function openRuntime(runtime: Runtime, groups: readonly ResolvedGroup[]): Promise<void> {
  await runtime.open(namedUser(groups.filter((group) => group.runtime === runtime.name)));
}
