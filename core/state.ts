import type { RollingCount } from "./budget.ts";
import { NO_COUNT } from "./budget.ts";
import type { ResolvedPool, Timeouts } from "./config.ts";
import type { Intent, KillCause, LastExit, ReportedError } from "./exit.ts";
import type { GoodbyeKind, Violation } from "./protocol.ts";
import type { Queue } from "./queue.ts";
import { EMPTY_QUEUE } from "./queue.ts";
import type { DeadlineKind, PoolState, SlotState } from "./states.ts";
import { SLOT_STATES } from "./states.ts";
import type { Vector } from "./vector.ts";
import { vectorOf } from "./vector.ts";

/** Everything that the kernel knows. Never changed in place. */
export interface KernelState {
  readonly pool: PoolRecord;
  readonly groups: Vector<Group>;
  readonly slots: Vector<Slot>;
}

export interface PoolRecord {
  readonly name: string;
  state: PoolState;
  /** Whether groups start in order and stop in reverse. */
  readonly ordered: boolean;
  generation: number;
  counts: Counts;
  /** Groups that nobody wants a worker of: they may be woken by scaling, so they keep the pool open. */
  dormant: number;
  /** Groups whose workers all end now, to start again or for good. */
  halting: number;
  queue: Queue<Ticket>;
  tickets: number;
  exits: RollingCount;
  /** The reload under way. */
  reload: ReloadRecord | null;
  /** How the last one ended. */
  lastReload: ReloadOutcome | null;
  /** Why and how the pool ends, once it does. */
  end: { readonly exitCode: number; readonly reason: string } | null;
}

/** A reload under way. */
export interface ReloadRecord {
  readonly generation: number;
  readonly hard: boolean;
  readonly plans: readonly ReloadPlan[];
  /** Why it goes back to the generation before; `null` while it goes forward. */
  readonly failure: string | null;
  readonly replaced: number;
  /** Workers that did not end by themselves in their time. */
  readonly forced: number;
  /** Slots that did not come up in the generation before either: they stay as they are. */
  readonly given: readonly number[];
}

/** How one group is reloaded. */
export interface ReloadPlan {
  readonly group: number;
  /** New workers beside the old ones, at most. */
  readonly surge: number;
  /** How long a new worker must have been ready before its predecessor leaves, in milliseconds. */
  readonly minReadyMs: number;
}

/** How a reload ended. */
export interface ReloadOutcome {
  readonly generation: number;
  readonly hard: boolean;
  readonly rolledBack: boolean;
  readonly reason: string | null;
  readonly replaced: number;
  readonly failed: number;
  readonly forced: number;
}

/** A place in the queue of slots that wait to be started. */
export interface Ticket {
  readonly slot: number;
  readonly number: number;
}

/** How many slots of a group, or of the pool, are so. Kept by differences: never counted over. */
export interface Counts {
  /** have a process */
  live: number;
  starting: number;
  ready: number;
  /** start by themselves: waiting in backoff, in the queue or for their group's turn */
  pending: number;
  /** should have a worker */
  wanted: number;
  /** are wanted and can have a worker */
  up: number;
  /** are up, and not ready yet */
  unready: number;
  /** never start by themselves again */
  over: number;
  failed: number;
  bootFailed: number;
}

export interface Group {
  readonly index: number;
  readonly name: string;
  /** Its slots are `first` to `first + max - 1`. */
  readonly first: number;
  readonly min: number;
  readonly max: number;
  readonly timeouts: Timeouts;
  desired: number;
  /** The version that its workers start from. */
  generation: number;
  everReady: boolean;
  halting: "no" | "waiting" | "told";
  counts: Counts;
}

/**
 * A seat for one worker. Every slot has two: the main one, and the surge seat where its next generation comes up
 * during a soft reload. They change roles by `swap`.
 */
export interface Slot {
  readonly index: number;
  readonly id: string;
  readonly group: number;
  readonly seat: "main" | "surge";
  /** The slot's other seat. */
  readonly twin: number;
  state: SlotState;
  wanted: boolean;
  /** Ended in order: not started again until somebody asks. */
  ended: boolean;
  /** Its place in the start queue; -1 while its group's turn has not come. */
  ticket: number | null;
  /** Its first worker ended before it was ready. */
  bootFailed: boolean;
  epoch: number;
  /** The version that its worker was, or will be, started from. */
  generation: number;
  restarts: number;
  deadline: { readonly kind: DeadlineKind; readonly at: number } | null;
  worker: WorkerRecord | null;
  /** When its last worker was started; no worker starts sooner than a set time after it. */
  startedAt: number;
  /** Times of the counted exits within the window. */
  counted: readonly number[];
  streak: number;
  lastExit: LastExit | null;
}

/** What is known about the current worker of a slot. */
export interface WorkerRecord {
  pid: number | undefined;
  spawnedAt: number;
  hello: boolean;
  ready: boolean;
  readyAt: number;
  goodbye: GoodbyeKind | undefined;
  goodbyeReason: string | undefined;
  error: ReportedError | undefined;
  sentSignals: readonly string[];
  intent: Intent | undefined;
  cause: KillCause | undefined;
  violation: Violation | undefined;
}

const NO_COUNTS: Counts = {
  live: 0,
  starting: 0,
  ready: 0,
  pending: 0,
  wanted: 0,
  up: 0,
  unready: 0,
  over: 0,
  failed: 0,
  bootFailed: 0,
};

export const COUNT_NAMES = Object.keys(NO_COUNTS) as (keyof Counts)[];

/** Whether a slot never starts by itself again. */
export function isOver({ state, ended }: Slot): boolean {
  return state === "permanent" || state === "failed" || (state === "idle" && ended);
}

/** What one slot adds to the counts of its group and of the pool. */
export function countsOf(slot: Slot): Counts {
  const { state, wanted } = slot;
  const over = isOver(slot);
  const up = wanted && !over;
  return {
    live: SLOT_STATES[state].process ? 1 : 0,
    starting: state === "starting" ? 1 : 0,
    ready: state === "ready" ? 1 : 0,
    pending: state === "backoff" || slot.ticket !== null ? 1 : 0,
    wanted: wanted ? 1 : 0,
    up: up ? 1 : 0,
    unready: up && state !== "ready" ? 1 : 0,
    over: over ? 1 : 0,
    failed: state === "failed" ? 1 : 0,
    bootFailed: slot.bootFailed ? 1 : 0,
  };
}

/** The state before anything was started: every slot of every group up to its maximum is there, idle. */
export function initialState(config: ResolvedPool): KernelState {
  const groups: Group[] = [];
  const slots: Slot[] = [];
  for (const group of config.groups) {
    groups.push({
      index: group.index,
      name: group.name,
      first: slots.length,
      min: group.min,
      max: group.max,
      timeouts: group.timeouts,
      desired: group.min,
      generation: 1,
      everReady: false,
      halting: "no",
      counts: { ...NO_COUNTS },
    });
    for (let index = 0; index < group.max; index++) {
      slots.push(idleSlot(slots.length, `${group.name}#${index}`, group.index));
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
      dormant: groups.filter((group) => group.desired === 0).length,
      halting: 0,
      queue: EMPTY_QUEUE,
      tickets: 0,
      exits: NO_COUNT,
      reload: null,
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
    lastExit: null,
  };
}
