/** Returns the id of a slot: `web#0` is the first one of group web. */
export function slotId(group: string, index: number): string {
  return `${group}#${index}`;
}

/** Returns the ids of all slots that a group can have. */
export function slotIds({ name, max }: { readonly name: string; readonly max: number }): string[] {
  return Array.from({ length: max }, (_, index) => slotId(name, index));
}

/** Returns a text that is different for each worker of a pool, to be the key of a map. */
export function workerKey({
  slot,
  epoch,
}: {
  readonly slot: string | number;
  readonly epoch: number;
}): string {
  return `${slot}:${epoch}`;
}
