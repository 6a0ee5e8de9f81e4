/**
 * The lifecycle, as data. The reducer moves by these tables only, and the tables and the diagram of
 * `docs/lifecycle.md` are made from them (`npm run docs:tables`).
 */

export type SlotState =
  | "idle"
  | "starting"
  | "ready"
  | "draining"
  | "stopping"
  | "killing"
  | "backoff"
  | "permanent"
  | "failed";

export type PoolState = "init" | "running" | "restarting" | "shutdown" | "terminated";

/** Why a slot leaves its state. */
export type SlotCause =
  | "start"
  | "wait"
  | "ready"
  | "goodbye"
  | "drain"
  | "stop"
  | "kill"
  | "cancel"
  | "fail"
  | "exit:idle"
  | "exit:backoff"
  | "exit:permanent"
  | "exit:failed";

/** What a state of a slot means, and what follows it. */
export interface SlotRow {
  readonly meaning: string;
  /** Whether a process (or the attempt to have one) belongs to the state. */
  readonly process: boolean;
  readonly on: Readonly<Partial<Record<SlotCause, SlotState>>>;
}

/** How the end of a process leaves any state that has one. */
const ends = {
  "exit:idle": "idle",
  "exit:backoff": "backoff",
  "exit:permanent": "permanent",
  "exit:failed": "failed",
} as const;

/** A cause that a row does not name does not move the slot. */
export const SLOT_STATES: Readonly<Record<SlotState, SlotRow>> = {
  idle: {
    meaning: "never started, scaled down, or ended",
    process: false,
    on: { start: "starting", wait: "backoff", fail: "failed" },
  },
  starting: {
    meaning: "awaits hello, then ready",
    process: true,
    on: { ready: "ready", goodbye: "draining", stop: "stopping", kill: "killing", ...ends },
  },
  ready: {
    meaning: "serving",
    process: true,
    on: { goodbye: "draining", drain: "draining", stop: "stopping", kill: "killing", ...ends },
  },
  draining: {
    meaning: "takes nothing new, finishes what it has",
    process: true,
    on: { stop: "stopping", kill: "killing", ...ends },
  },
  stopping: {
    meaning: "stop message, then SIGTERM",
    process: true,
    on: { kill: "killing", ...ends },
  },
  killing: {
    meaning: "SIGKILL to the process group",
    process: true,
    on: { ...ends },
  },
  backoff: {
    meaning: "restarts at a set time",
    process: false,
    on: { cancel: "idle" },
  },
  permanent: {
    meaning: "ended voluntarily for good",
    process: false,
    on: {},
  },
  failed: {
    meaning: "given up by its restart policy",
    process: false,
    on: { cancel: "idle" },
  },
};

/** Pool states and where each may go. */
export const POOL_STATES: Readonly<Record<PoolState, { meaning: string; next: readonly PoolState[] }>> = {
  init: { meaning: "configured, nothing started", next: ["running", "terminated"] },
  running: { meaning: "slots are kept as desired", next: ["restarting", "shutdown"] },
  restarting: { meaning: "a hard reload: all end, then all start", next: ["running", "shutdown"] },
  shutdown: { meaning: "all workers end; nothing starts", next: ["terminated"] },
  terminated: { meaning: "no process is left", next: [] },
};

/** What a slot waits for, and what comes when it waited in vain. Milliseconds; `null` is the group's own. */
export const DEADLINES = {
  hello: { ms: null, meaning: "no hello" },
  ready: { ms: null, meaning: "not ready" },
  silence: { ms: null, meaning: "no heartbeat for most of its time: told, and asked for a word" },
  heartbeat: { ms: null, meaning: "no heartbeat" },
  settle: { ms: null, meaning: "ready long enough to serve" },
  trial: { ms: null, meaning: "served long enough to take over" },
  channel: { ms: 1_000, meaning: "connection gone, process alive" },
  drain: { ms: null, meaning: "still draining" },
  leave: { ms: 2_000, meaning: "still there after its goodbye" },
  stop: { ms: null, meaning: "did not stop" },
  term: { ms: null, meaning: "did not stop after SIGTERM" },
  kill: { ms: 5_000, meaning: "still there after SIGKILL" },
  backoff: { ms: null, meaning: "time to restart" },
} as const;

/** Whether workers may start in this state of the pool. */
export function isUp(state: PoolState): boolean {
  return state === "running" || state === "restarting";
}

/**
 * Returns why a call that needs a running pool is refused, or `undefined` when it is not.
 *
 * @param isEnough whether the call accepts this state. @default `isUp(state)`
 */
export function notRunning(state: PoolState, isEnough: boolean = isUp(state)): string | undefined {
  return isEnough ? undefined : `the pool is not running (${state})`;
}

export type DeadlineKind = keyof typeof DEADLINES;
