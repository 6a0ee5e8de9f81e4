import { PoolError } from "../contract/errors.ts";
import type { Group, KernelState } from "../reducer/state/state.ts";

/**
 * Finds a group by its name.
 *
 * @throws PoolError `E_UNKNOWN_GROUP`, with the names that there are.
 */
export function findGroup({ groups }: Pick<KernelState, "groups">, name: string): Group {
  const all = [...groups];
  const found = all.find((group) => group.name === name);
  if (found) return found;
  const known = all.map((group) => group.name).join(", ");
  throw new PoolError("E_UNKNOWN_GROUP", `no group is called ${JSON.stringify(name)}; there are ${known}`);
}
