import type { Effect, KernelEvent } from "../../core/reducer/state/events.ts";
import type { KernelState } from "../../core/reducer/state/state.ts";
import { Broken, broken } from "./broken.ts";
import type { History } from "./history.ts";
import { Invariants } from "./invariants.ts";
import { Trace } from "./trace.ts";
import { World } from "./world.ts";
import type { Watcher } from "./world.ts";

/**
 * Virtual milliseconds after the last op by which a pool that goes on must have come to rest. A degraded slot may
 * misbehave up to epoch 22, with waits of up to 36 s and starts of up to 44 s.
 */
const REST_WITHIN_MS = 2_400_000;

/** How a history went. */
export interface Outcome {
  readonly steps: number;
  readonly virtualMs: number;
  readonly world: World;
  /** What broke, if anything did. */
  readonly fault: Error | undefined;
  /** What happened, a line each, when it was asked for. */
  readonly trace: readonly string[];
}

/** What is done beside checking the invariants; it takes time. */
export interface RunOptions {
  readonly trace?: boolean;
  /** Freezes every state, and looks whether one that was left behind changes. */
  readonly pure?: boolean;
  /** Somebody else who watches. */
  readonly watcher?: Watcher;
}

/** Plays a history to its end: until the pool has ended, or is at rest. Never throws. */
export function play(history: History, { trace = false, pure = false, watcher }: RunOptions = {}): Outcome {
  const seats = 2 * history.groups.reduce((sum, group) => sum + group.max, 0);
  const invariants = new Invariants(seats);
  const lines = new Trace();
  const watchers: Watcher[] = [invariants];
  if (watcher) watchers.unshift(watcher);
  if (trace) watchers.unshift(lines);
  if (pure) watchers.unshift(purity);
  const world = new World(history, watchers.length === 1 ? invariants : all(watchers));
  let fault: Error | undefined;
  try {
    run(world, invariants);
  } catch (error) {
    fault = error instanceof Error ? error : new Error(String(error));
    if (!(fault instanceof Broken)) fault.message = `threw: ${fault.message}`;
  }
  return { steps: world.steps, virtualMs: world.now, world, fault, trace: lines.lines };
}

function run(world: World, invariants: Invariants): void {
  let steps = -1;
  let quietAt: number | undefined;
  for (;;) {
    const isMore = world.turn();
    if (!isMore || (world.isQuiet && world.steps !== steps)) {
      steps = world.steps;
      quietAt ??= world.now;
      if (world.closedAt !== null) return invariants.ends.close(world);
      if (isAtRest(world)) return;
      if (!isMore || world.now - quietAt > REST_WITHIN_MS) broken("liveness", unrest(world));
    }
  }
}

/** Nothing more will happen: every slot that should have a worker has one that behaves. */
function isAtRest({ state, live, now }: World): boolean {
  const { state: poolState, reload, replacements, halting, wakeAt } = state.pool;
  if (poolState !== "running" || reload || replacements.length > 0 || halting > 0) return false;
  if (wakeAt !== null) return false;
  const { up, ready, live: alive, degraded } = state.pool.counts;
  // It heals by itself.
  if (degraded > 0) return false;
  if (ready !== up || alive !== up) return false;
  for (const processes of live) {
    for (const { alive, connected, hung, parted, pausedUntil, doomed, behaviour } of processes) {
      if (doomed && behaviour.termMs !== Infinity) return false;
      if (!alive || !connected || hung || parted || behaviour.own || pausedUntil > now) return false;
    }
  }
  return true;
}

function unrest({ state, now }: World): string {
  const seats = [...state.slots].filter(({ wanted, worker }) => wanted || worker);
  const shown = seats.map(
    (slot) => `${slot.id} ${slot.seat} ${slot.state} ${slot.deadline?.kind ?? ""} ticket ${slot.ticket}`,
  );
  return `not at rest at ${now}: pool ${state.pool.state}, ${shown.join("; ")}`;
}

function all(watchers: readonly Watcher[]): Watcher {
  return {
    step(...args) {
      for (const watcher of watchers) watcher.step(...args);
    },
    effect(...args) {
      for (const watcher of watchers) watcher.effect(...args);
    },
    settled(...args) {
      for (const watcher of watchers) watcher.settled(...args);
    },
  };
}

const purity: Watcher = {
  step(
    _world: World,
    event: KernelEvent,
    before: KernelState,
    after: KernelState,
    effects: readonly Effect[],
  ) {
    deepFreeze(event);
    for (const state of [before, after]) {
      deepFreeze(state.pool);
      for (const slot of state.slots) deepFreeze(slot);
      for (const group of state.groups) deepFreeze(group);
    }
    deepFreeze(effects);
  },
  effect() {},
  settled() {},
};

function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
}
