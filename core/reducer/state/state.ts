import type { Timeouts } from "../../contract/config.ts";
import type {
  Evidence,
  Intent,
  KillCause,
  LastExit,
  ReportedError,
  StartStage,
} from "../../contract/exit.ts";
import type { DeadlineKind, PoolState, SlotState } from "../../contract/states.ts";
import type { Violation } from "../../protocol/frame-order.ts";
import type { GoodbyeKind } from "../../protocol/goodbye.ts";
import type { Queue } from "./queue.ts";
import type { Vector } from "./vector.ts";

/** Number of slots of a group, or of the pool, that have a property. Updated with each change of a slot, never recounted. */
export interface Counts {
  /** have a process */
  live: number;
  starting: number;
  ready: number;
  /** start by themselves: waiting in backoff, in the queue or for their group's turn */
  pending: number;
  /** wait in the queue of their group, whose turn has come */
  queued: number;
  /** should have a worker */
  wanted: number;
  /** are wanted and can have a worker */
  up: number;
  /** are up, not ready yet, and not degraded: these are waited for */
  unready: number;
  /** never start by themselves again */
  over: number;
  failed: number;
  /** are up, and their budget is spent */
  degraded: number;
  bootFailed: number;
  /** have their surge seat in use */
  surging: number;
}

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
  /** Whether every wanted slot was ready once: only before that does a group that cannot start end the pool. */
  booted: boolean;
  /** Groups that nobody wants a worker of and no other group calls: they may be woken from outside, so they keep the pool open. */
  dormant: number;
  /** Groups whose workers all end now, to start again or for good. */
  halting: number;
  /** For how long the supervisor itself has been away in all: stopped, suspended or blocked. Milliseconds. */
  awayMs: number;
  tickets: number;
  /** The group that is next to start a worker: each in its turn. */
  turn: number;
  /** The starts of late that are not done yet, oldest first. */
  fresh: readonly Start[];
  /** How long no slot may be ready before the pool gives up, in milliseconds; `false`: for ever. */
  readonly giveUpMs: number | false;
  /** Since when no wanted slot has been ready; `null` while one is, or nothing has gone wrong. */
  stuck: Since | null;
  /** When the pool's own timer comes. */
  wakeAt: number | null;
  /** The reload under way. */
  reload: ReloadRecord | null;
  /** The replacements of single workers under way, one in a group at most; none while there is a reload. */
  replacements: readonly ReloadRecord[];
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
  /** The one slot whose worker is replaced by another of the same generation; `null` where groups are reloaded. */
  readonly only: number | null;
  /** The slot where the wave goes on to look for the next one to replace. */
  readonly next: number;
  /** Why it goes back to the generation before; `null` while it goes forward. */
  readonly failure: string | null;
  /** By the indexes of groups. */
  readonly tallies: Readonly<Record<number, ReloadTally>>;
  /** Slots that did not come up in the generation before either: they stay as they are. */
  readonly given: readonly number[];
}

/** What a reload has done in one group. */
export interface ReloadTally {
  readonly replaced: number;
  /** Old workers that did not end by themselves in their time. */
  readonly forced: number;
}

/** How one group is reloaded. */
export interface ReloadPlan {
  readonly group: number;
  /** New workers beside the old ones, at most. */
  readonly surge: number;
  /** How long a new worker must have been ready, in milliseconds. */
  readonly minReadyMs: number;
  /** How long it then serves beside its predecessor before that leaves, in milliseconds. */
  readonly trialMs: number;
  /** What the new generation has. */
  readonly timeouts: Timeouts;
}

/** How a reload ended. */
export interface ReloadOutcome {
  readonly generation: number;
  readonly hard: boolean;
  readonly rolledBack: boolean;
  readonly reason: string | null;
  /** By the indexes of its groups. */
  readonly groups: Readonly<Record<number, ReloadTally & { readonly failed: number }>>;
}

/** A point in time, with how long the supervisor had been away by then. Milliseconds. */
export interface Since {
  readonly at: number;
  readonly awayMs: number;
}

/** A worker that was started. */
export interface Start {
  readonly seat: number;
  readonly at: number;
}

/** A place in the queue of slots that wait to be started. */
export interface Ticket {
  readonly slot: number;
  readonly number: number;
}

export interface Group {
  readonly index: number;
  readonly name: string;
  /** Its slots are `first` to `first + max - 1`. */
  readonly first: number;
  readonly min: number;
  readonly max: number;
  /** Whether another group lists it in `calls`. */
  readonly isCalled: boolean;
  /** Whether anybody waits for its workers to be ready: it listens, or runs jobs. */
  readonly serves: boolean;
  /** Its slots that wait to be started. */
  queue: Queue<Ticket>;
  /** Of its generation. */
  timeouts: Timeouts;
  desired: number;
  /** The version that its workers start from. */
  generation: number;
  everReady: boolean;
  /** Stopped on request: no worker starts until somebody starts it again. */
  stopped: boolean;
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
  /** Ended in order, or its worker ends because the group was stopped: not started again until somebody asks. */
  ended: boolean;
  /** Its place in the start queue; -1 while its group's turn has not come. */
  ticket: number | null;
  /** Its first worker ended before it was ready. */
  bootFailed: boolean;
  epoch: number;
  /** The version that its worker was, or will be, started from. */
  generation: number;
  restarts: number;
  deadline: Deadline | null;
  worker: WorkerRecord | null;
  /** When its last worker was started; no worker starts sooner than a set time after it. */
  startedAt: number;
  /** Times of the counted exits within the window. */
  counted: readonly number[];
  streak: number;
  /** Its budget is spent: it restarts at the longest wait, until a worker has been ready for a minute. */
  degraded: boolean;
  /** Ends in a row that did not count and came soon after the start. */
  earlyEnds: number;
  lastExit: LastExit | null;
}

/** What a slot waits for, and until when. */
export interface Deadline {
  readonly kind: DeadlineKind;
  readonly at: number;
  /** How long the supervisor had been away when `at` was set: what has come to it since does not count as silence. */
  readonly awayMs: number;
}

/** What is known about the current worker of a slot. */
export interface WorkerRecord {
  pid: number | undefined;
  spawnedAt: number;
  hello: boolean;
  ready: boolean;
  readyAt: number;
  /** Whether it has given a sign of life since it was asked for one, before it takes over. */
  heard: boolean;
  /** While it drains: when it last gave a sign of life, and how long the supervisor had been away by then. */
  lastWord: { readonly at: number; readonly awayMs: number } | null;
  goodbye: GoodbyeKind | undefined;
  goodbyeReason: string | undefined;
  /** What failed before it was ready. */
  failedStage: StartStage | undefined;
  error: ReportedError | undefined;
  sentSignals: readonly string[];
  intent: Intent | undefined;
  cause: KillCause | undefined;
  violation: Violation | undefined;
  /** What was found out about it while it was silent. */
  evidence: Evidence | undefined;
}

/** Whether a slot never starts by itself again. */
export function isOver({ state, ended }: Slot): boolean {
  return state === "permanent" || state === "failed" || ended;
}
