import { PoolError } from "../contract/errors.ts";
import type { KernelState } from "../reducer/state/state.ts";

/** Names of slots that an error lists, at most. */
const MAX_LISTED = 8;

/** Returns the index of the main seat of the slot with an id. Throws `E_UNKNOWN_SLOT`, with ids that there are. */
export type FindSlot = (id: string) => number;

/** Makes a {@link FindSlot} for the slots of a pool, which never change. */
export function createFindSlot({ slots }: Pick<KernelState, "slots">): FindSlot {
  const mains = [...slots].filter(({ seat }) => seat === "main");
  const indexes = new Map(mains.map(({ id, index }) => [id, index]));
  return (id) => {
    const index = indexes.get(id);
    if (index !== undefined) return index;
    const known = [...indexes.keys()].slice(0, MAX_LISTED).join(", ");
    throw new PoolError("E_UNKNOWN_SLOT", `no slot is called ${JSON.stringify(id)}; there are ${known}`);
  };
}
