/**
 * The numbers and tables of the design, written down a second time: the invariants must not ask the kernel what
 * is right. `test/simulator` imports types of `core`, and values of it only where it plays the shell.
 */
export const WINDOW_MS = 60_000;
export const SLOT_BUDGET = 5;
export const HEALTHY_MS = 60_000;
export const AT_ONCE_MS = 10_000;
export const SPAWN_GAP_MS = 250;
export const UNCOUNTED_GAP_MS = 1_000;
/** Starts of one group at the same time. */
export const CONCURRENT_STARTS = 8;
/** Starts of the pool that are younger than this, at most so many. */
export const FRESH_MS = 1_000;
export const FRESH_STARTS = 8;
/** The supervisor may be away for so long without noticing it: what workers have to spare. */
export const UNNOTICED_MS = 2_000;
/** Between two looks at the clock. */
export const LOOK_MS = 1_000;
/** The time after which silence is told, and what is left of the time for a heartbeat then. */
export function silenceOf(heartbeat: number): { told: number; left: number } {
  const told = Math.round((heartbeat * 5) / 6);
  return { told, left: heartbeat - told };
}
export const CHANNEL_MS = 1_000;
export const LEAVE_MS = 2_000;
export const KILL_MS = 5_000;
export const EXIT_ALL_FAILED = 75;

/** The longest wait, with the jitter that makes it least. */
export const LONGEST_MS = 30_000;
export const LONGEST_LEAST_MS = 24_000;

/** The wait after so many early ends in a row, without jitter. */
export function earlyPace(ends: number): number {
  return ends > 1 ? Math.min(30_000, 1000 * 2 ** (ends - 1)) : 0;
}

/** The wait before restart `streak`, without jitter. */
export function pace(streak: number): number {
  return Math.min(30_000, 250 * 2 ** streak);
}

export const RANK: Readonly<Record<string, number>> = { restart: 0, bounce: 1, reload: 2, scale: 3, stop: 4 };

export const HAS_PROCESS: ReadonlySet<string> = new Set([
  "starting",
  "ready",
  "draining",
  "stopping",
  "killing",
]);

/** Where a seat may go from each state. */
export const NEXT: Readonly<Record<string, readonly string[]>> = {
  idle: ["starting", "backoff"],
  starting: ["ready", "draining", "stopping", "killing", "idle", "backoff", "permanent", "failed"],
  ready: ["draining", "stopping", "killing", "idle", "backoff", "permanent", "failed"],
  draining: ["stopping", "killing", "idle", "backoff", "permanent", "failed"],
  stopping: ["killing", "idle", "backoff", "permanent", "failed"],
  killing: ["idle", "backoff", "permanent", "failed"],
  backoff: ["idle"],
  permanent: [],
  failed: ["idle"],
};

/** Only the exit of its own process leads out of a process state into one without. */
export const POOL_NEXT: Readonly<Record<string, readonly string[]>> = {
  init: ["running"],
  running: ["restarting", "shutdown"],
  restarting: ["running", "shutdown"],
  shutdown: ["terminated"],
  terminated: [],
};
