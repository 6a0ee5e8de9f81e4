import { isUp } from "../contract/states.ts";
import { due } from "./deadlines.ts";
import { recover } from "./degraded.ts";
import { reload } from "./reload/reload.ts";
import { force, movePool, shutdown } from "./shutdown.ts";
import { requestStart } from "./start-queue.ts";
import type { Draft } from "./state/draft.ts";
import type { Command } from "./state/events.ts";
import type { Group, KernelState, Slot } from "./state/state.ts";
import { isOver } from "./state/state.ts";
import { setStopped, stopGroup } from "./stop-group.ts";
import { disarm, end, move } from "./transitions.ts";

type ScaleCommand = Extract<Command, { type: "scale" }>;

/** Carries out what somebody asked for, or what time brought. */
export function commands(draft: Draft, command: Command): void {
  switch (command.type) {
    case "start":
      return start(draft);
    case "stop":
      shutdown(draft, { ...command, critical: command.exitCode !== 0 });
      if (command.now) force(draft);
      return;
    case "stopGroup":
      if (isUp(draft.pool.state)) stopGroup(draft, command);
      return;
    case "scale":
      return scale(draft, command);
    case "restart":
      return restart(draft, command.slot);
    case "reload":
      return reload(draft, command);
    case "due":
      return due(draft, command.seat);
    case "away":
      draft.pool.awayMs += command.ms;
      draft.fact("pool:away", { pool: draft.pool.name, ms: command.ms });
  }
}

function start(draft: Draft): void {
  if (draft.pool.state !== "init") return;
  movePool(draft, "running");
  for (let index = 0; index < draft.groupCount; index++) {
    const group = draft.group(index);
    for (let slot = group.first; slot < group.first + group.desired; slot++) {
      draft.change(slot, { wanted: true, generation: group.generation });
    }
  }
  for (let index = 0; index < draft.slotCount; index++) {
    if (draft.slot(index).wanted) requestStart(draft, index);
  }
}

/** Why a group cannot have `count` workers, or `undefined` when it can. */
export function scaleRefusal(state: KernelState, group: Group, count: number): string | undefined {
  if (!Number.isInteger(count)) return `${count} is not a whole number of workers`;
  if (count < group.min || count > group.max) {
    const fixed = group.min === group.max;
    const noun = group.max === 1 ? "worker" : "workers";
    const range = fixed ? `is fixed at ${group.max} ${noun}` : `takes ${group.min} to ${group.max} ${noun}`;
    return `group ${group.name} ${range}, not ${count}; set workers: { min, max } in its config`;
  }
  let able = 0;
  for (let index = group.first; index < group.first + group.max; index++) {
    const { state: now } = state.slots.get(index);
    if (now !== "permanent" && now !== "failed") able++;
  }
  if (count <= able) return undefined;
  return `group ${group.name} has ${able} slots that can start, not ${count}: the others ended for good or failed`;
}

/**
 * Up takes the lowest free slots, those whose last worker still ends after the others; down frees those that were named,
 * and then the highest, as the reference does.
 */
function scale(draft: Draft, { group: groupIndex, count, by, first = [] }: ScaleCommand): void {
  setStopped(draft, groupIndex, false);
  const group = draft.editGroup(groupIndex);
  const from = group.desired;
  if (!group.isCalled) draft.pool.dormant += Number(count === 0) - Number(from === 0);
  group.desired = count;
  draft.fact("group:scaled", { group: group.name, from, to: count, by });

  let missing = count - group.counts.up;
  for (const index of missing > 0 ? freeSlots(draft, group) : []) {
    if (missing <= 0) break;
    draft.change(index, { wanted: true, ended: false, generation: group.generation });
    requestStart(draft, index);
    missing--;
  }
  const last = group.first + group.max - 1;
  const highest = Array.from({ length: missing < 0 ? group.max : 0 }, (_, index) => last - index);
  for (const index of [...first.filter((each) => highest.includes(each)), ...highest]) {
    if (missing >= 0) break;
    const slot = draft.slot(index);
    if (!slot.wanted || slot.ended || slot.state === "permanent" || slot.state === "failed") continue;
    draft.change(index, { wanted: false });
    end(draft, index, "scale", "drain");
    end(draft, slot.twin, "scale", "drain");
    recover(draft, index, "scaled down");
    missing++;
  }
}

/** The slots of a group that can be taken, in the order in which they are. */
function freeSlots(draft: Draft, group: Group): number[] {
  const free = [...draft.slotsOf(group)].filter(
    ({ wanted, ended, state }) => (!wanted || ended) && state !== "permanent" && state !== "failed",
  );
  const isEnding = ({ worker, twin }: Slot): boolean => worker !== null || draft.slot(twin).worker !== null;
  return [...free.filter((slot) => !isEnding(slot)), ...free.filter(isEnding)].map(({ index }) => index);
}

/** Why a slot's worker cannot be restarted, or `undefined` when it can. */
export function restartRefusal(state: KernelState, index: number): string | undefined {
  const slot = state.slots.get(index);
  if (slot.state === "permanent") return `${slot.id} ended for good; it starts again with the pool`;
  if (!slot.wanted) return `${slot.id} is not running; scale its group up to start it`;
  const group = state.groups.get(slot.group);
  if (!isOver(slot) || group.counts.up < group.desired) return undefined;
  return `${slot.id} was replaced: group ${group.name} has the workers that it should have; scale it up`;
}

function restart(draft: Draft, index: number): void {
  const slot = draft.slot(index);
  if (slot.state === "permanent") return;
  setStopped(draft, slot.group, false);
  if (slot.worker) {
    draft.change(index, { ended: false });
    return end(draft, index, "restart", "drain");
  }
  // An operator's start is a fresh one: the budget that was spent is forgiven.
  if (slot.state === "failed" || slot.degraded) draft.change(index, { counted: [], streak: 0 });
  draft.change(index, { earlyEnds: 0 });
  recover(draft, index, "restarted on request");
  disarm(draft, index);
  move(draft, index, "cancel", "restart");
  draft.change(index, { ended: false });
  requestStart(draft, index);
}
