import * as assert from "uvu/assert";
import type { GroupStrategy, Timeouts, ViolationPolicy } from "../../core/contract/config.ts";
import type { HookName, HookPayload } from "../../core/contract/hooks.ts";
import type { Effect } from "../../core/reducer/state/events.ts";
import type { KernelState, Slot } from "../../core/reducer/state/state.ts";
import type { Behaviour } from "../simulator/behaviour.ts";
import type { GroupPlan, Op } from "../simulator/history.ts";
import { play } from "../simulator/run.ts";

/** A history written by hand. Workers behave, say hello after 10 ms and are ready after 20, unless `behave` says otherwise. */
export interface Scenario {
  readonly groups?: readonly Partial<GroupPlan>[];
  readonly strategy?: GroupStrategy;
  readonly onViolation?: ViolationPolicy;
  /** Milliseconds; never when it is left out. */
  readonly giveUp?: number | false;
  readonly ops?: readonly Op[];
  /** What a worker does differently, by the index of its slot in the pool and its epoch. */
  readonly behave?: (slot: number, epoch: number) => Partial<Behaviour> | undefined;
}

/** What came of a scenario, to be asked. */
export interface Story {
  readonly state: KernelState;
  readonly closedAt: number | null;
  readonly trace: readonly string[];
  /** The slot of an id, its main seat. */
  slot(id: string): Slot;
  /** The states that a slot went through, the first `idle` left out. */
  states(id: string): string[];
  /** When the workers of a slot were spawned. */
  spawns(id: string): number[];
  /** The classes of its exits. */
  exits(id: string): string[];
  /** `[time, signal]` of the signals to a slot's workers. */
  signals(id: string): [number, string][];
  /** The payloads of a fact. */
  facts<Name extends HookName>(name: Name): (HookPayload<Name> & { readonly at: number })[];
}

/** The timeouts of scenarios: short, and all different. */
export const TIMEOUTS: Timeouts = {
  hello: 1000,
  ready: 2000,
  heartbeat: 6000,
  drain: 3000,
  linger: 1000,
  stop: 800,
};

const CALM: Partial<Behaviour> = {
  askMs: 0,
  helloMs: 10,
  readyMs: 10,
  drainMs: 20,
  stopMs: 20,
  silent: false,
  partMs: 5,
  termMs: 5,
  killMs: 5,
  latency: 0,
};

/** An end that a worker makes of itself `ms` after ready. */
export const crash = (
  ms: number,
  code: number | null = 1,
  signal: string | null = null,
): Partial<Behaviour> => ({
  own: { type: "exit", code, signal, stderr: "" },
  ownAfter: "ready",
  ownMs: ms,
});

/** Plays a scenario, with every invariant watched; a broken one fails the test. */
export function scenario({
  groups = [{}],
  strategy = "one-for-one",
  onViolation = "escalate",
  giveUp = false,
  ops = [],
  behave,
}: Scenario): Story {
  const effects: { at: number; effect: Effect }[] = [];
  const history = {
    seed: 7,
    groups: groups.map((group) => ({ min: 1, max: 1, policy: "default", timeouts: TIMEOUTS, ...group })),
    strategy,
    onViolation,
    giveUp,
    trouble: 0,
    ops,
    behave: (slot: number, epoch: number) => ({ ...CALM, ...behave?.(slot, epoch) }),
  };
  const watcher = {
    step() {},
    effect: (world: { now: number }, effect: Effect) => void effects.push({ at: world.now, effect }),
    settled() {},
  };
  const { fault, trace, world } = play(history, { trace: true, watcher });
  assert.is(fault, undefined, fault && `${fault.message}\n${trace.join("\n")}`);
  const { state } = world;
  const indexOf = (id: string): number => [...state.slots].find((slot) => slot.id === id)!.index;
  const facts = <Name extends HookName>(name: Name): (HookPayload<Name> & { at: number })[] =>
    effects.flatMap(({ at, effect }) =>
      effect.type === "fact" && effect.name === name
        ? [{ ...(effect.payload as HookPayload<Name>), at }]
        : [],
    );
  return {
    state,
    closedAt: world.closedAt,
    trace,
    slot: (id) => state.slots.get(indexOf(id)),
    states: (id) =>
      facts("slot:state")
        .filter(({ slot, seat }) => slot === id && seat === "main")
        .map(({ to }) => to),
    spawns: (id) =>
      effects.flatMap(({ at, effect }) =>
        effect.type === "spawn" && effect.slot === indexOf(id) ? [at] : [],
      ),
    exits: (id) =>
      facts("exit:classified")
        .filter(({ slot }) => slot === id)
        .map(({ verdict }) => verdict.class),
    signals: (id) =>
      effects.flatMap(({ at, effect }) =>
        effect.type === "signal" && effect.slot === indexOf(id)
          ? [[at, effect.signal] as [number, string]]
          : [],
      ),
    facts,
  };
}
