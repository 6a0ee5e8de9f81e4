import type { ResolvedPool } from "../../contract/config.ts";
import { slotId } from "../../contract/slots.ts";
import { NO_COUNTS } from "./counts.ts";
import { EMPTY_QUEUE } from "./queue.ts";
import type { Group, KernelState, Slot } from "./state.ts";
import { vectorOf } from "./vector.ts";

/** The state before anything was started: every slot of every group up to its maximum is there, idle. */
export function initialState(config: ResolvedPool): KernelState {
  const groups: Group[] = [];
  const slots: Slot[] = [];
  const called = new Set(config.groups.flatMap(({ calls }) => calls));
  for (const group of config.groups) {
    groups.push({
      index: group.index,
      name: group.name,
      first: slots.length,
      min: group.min,
      max: group.max,
      isCalled: called.has(group.name),
      serves: group.listen.length > 0 || group.type === "job" || called.has(group.name),
      queue: EMPTY_QUEUE,
      timeouts: group.timeouts,
      desired: group.min,
      generation: 1,
      everReady: false,
      stopped: false,
      halting: "no",
      counts: { ...NO_COUNTS },
    });
    for (let index = 0; index < group.max; index++) {
      slots.push(idleSlot(slots.length, slotId(group.name, index), group.index));
    }
  }
  const mains = slots.length;
  for (const { id, group, index } of slots.slice()) {
    slots.push({ ...idleSlot(mains + index, id, group), seat: "surge", twin: index });
    slots[index] = { ...slots[index]!, twin: mains + index };
  }
  return {
    pool: {
      name: config.name,
      state: "init",
      ordered: config.strategy !== "one-for-one",
      generation: 1,
      counts: { ...NO_COUNTS },
      booted: false,
      dormant: groups.filter((group) => group.desired === 0 && !group.isCalled).length,
      halting: 0,
      awayMs: 0,
      tickets: 0,
      turn: 0,
      fresh: [],
      giveUpMs: config.giveUp,
      stuck: null,
      wakeAt: null,
      reload: null,
      replacements: [],
      lastReload: null,
      end: null,
    },
    groups: vectorOf(groups),
    slots: vectorOf(slots),
  };
}

function idleSlot(index: number, id: string, group: number): Slot {
  return {
    index,
    id,
    group,
    seat: "main",
    twin: index,
    state: "idle",
    wanted: false,
    ended: false,
    ticket: null,
    bootFailed: false,
    epoch: 0,
    generation: 0,
    restarts: 0,
    deadline: null,
    worker: null,
    startedAt: -Infinity,
    counted: [],
    streak: 0,
    degraded: false,
    earlyEnds: 0,
    lastExit: null,
  };
}
