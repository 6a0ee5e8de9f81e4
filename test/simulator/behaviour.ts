import type { GoodbyeKind } from "../../core/protocol/goodbye.ts";
import { GOODBYE_EXIT_CODES } from "../../core/protocol/goodbye.ts";
import type { Random } from "./random.ts";

/** The end that a worker makes of itself. */
export type OwnEnd =
  | {
      readonly type: "exit";
      readonly code: number | null;
      readonly signal: string | null;
      readonly stderr: string;
    }
  | {
      readonly type: "goodbye";
      readonly kind: GoodbyeKind;
      /** From the goodbye to the exit; `Infinity` never exits. */
      readonly exitMs: number;
      readonly code: number;
      /** Says one thing more, which is a violation. */
      readonly chatty: boolean;
      /** Still answers what it has accepted. */
      readonly drains: boolean;
    }
  | { readonly type: "hang" }
  | { readonly type: "violation"; readonly kind: "malformed" | "protocolMismatch" | "secondHello" }
  | { readonly type: "disconnect" };

/** What one process does and how it answers. Milliseconds; `Infinity` is never. */
export interface Behaviour {
  /** Until its options are known and there is a process. */
  askMs: number;
  spawnFails: boolean;
  helloMs: number;
  /** From hello to ready. */
  readyMs: number;
  own: OwnEnd | null;
  /** When `own` comes: after the spawn, the hello, or the ready. */
  ownAfter: "spawn" | "hello" | "ready";
  ownMs: number;
  /** From the drain message to the goodbye. */
  drainMs: number;
  /** From the stop message to the goodbye. */
  stopMs: number;
  /** Ends without a goodbye when it is asked to. */
  silent: boolean;
  /** From the goodbye that it was asked for to the exit, and its code. */
  partMs: number;
  partCode: number;
  /** From SIGTERM to its end. */
  termMs: number;
  /** From SIGKILL to its end. */
  killMs: number;
  /** The longest time that a word of it is on the way. */
  latency: number;
}

/** A worker that does as it should, in good time. */
export function good(random: Random): Behaviour {
  return {
    askMs: random.chance(0.8) ? 0 : random.int(1, 60),
    spawnFails: false,
    helloMs: random.int(1, 250),
    readyMs: random.int(1, 300),
    own: null,
    ownAfter: "ready",
    ownMs: 0,
    drainMs: random.int(0, 400),
    stopMs: random.int(0, 200),
    silent: random.chance(0.3),
    partMs: random.int(0, 100),
    partCode: 0,
    termMs: random.int(0, 80),
    killMs: random.int(0, 30),
    latency: random.chance(0.9) ? 4 : 150,
  };
}

const OOM = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory";
const UPTIMES = [5, 40, 300, 1500, 6000, 10_500, 14_000];
const KINDS = Object.keys(GOODBYE_EXIT_CODES) as GoodbyeKind[];

/** A worker that behaves with probability `1 - trouble`, and else in one of many bad ways. */
export function drawBehaviour(random: Random, trouble: number): Behaviour {
  const behaviour = good(random);
  if (random.chance(trouble)) misdeeds[random.int(0, misdeeds.length - 1)]!(behaviour, random);
  if (random.chance(trouble / 2)) manners[random.int(0, manners.length - 1)]!(behaviour, random);
  return behaviour;
}

/** A worker of a generation that does not work: it never comes up, or not for long. */
export function spoil(behaviour: Behaviour, random: Random): void {
  if (random.chance(0.2)) behaviour.readyMs = Infinity;
  else own(behaviour, random, crash(random), random.pick(["spawn", "hello", "ready"]));
}

type Change = (behaviour: Behaviour, random: Random) => void;

function own(
  behaviour: Behaviour,
  random: Random,
  end: OwnEnd,
  after: Behaviour["ownAfter"] = "ready",
): void {
  behaviour.own = end;
  behaviour.ownAfter = after;
  behaviour.ownMs =
    after === "ready" ? random.pick(random.chance(0.05) ? [61_000, 75_000] : UPTIMES) : random.int(0, 200);
}

function crash(random: Random): OwnEnd {
  const [code, signal, stderr] = random.pick<[number | null, string | null, string]>([
    [1, null, ""],
    [1, null, "TypeError: nope"],
    [70, null, "RangeError: Maximum call stack size exceeded"],
    [null, "SIGSEGV", ""],
    [null, "SIGKILL", ""],
    [null, "SIGABRT", OOM],
    [134, null, OOM],
    [0, null, ""],
  ]);
  return { type: "exit", code, signal, stderr };
}

function goodbye(random: Random, kinds: readonly GoodbyeKind[]): OwnEnd {
  const kind = random.pick(kinds);
  return {
    type: "goodbye",
    kind,
    exitMs: random.pick([0, 20, 300, 1500, Infinity]),
    code: random.chance(0.85) ? GOODBYE_EXIT_CODES[kind] : 3,
    chatty: random.chance(0.1),
    drains: random.chance(0.3),
  };
}

/** What ends a worker, or should. Listed as often as they shall come. */
const misdeeds: readonly Change[] = [
  (behaviour) => (behaviour.spawnFails = true),
  (behaviour, random) => own(behaviour, random, crash(random), "spawn"),
  (behaviour, random) => own(behaviour, random, crash(random), "hello"),
  (behaviour, random) =>
    own(behaviour, random, goodbye(random, ["startFailed", "fatal", "restart"]), "hello"),
  (behaviour) => (behaviour.helloMs = Infinity),
  (behaviour) => (behaviour.readyMs = Infinity),
  ...Array<Change>(5).fill((behaviour, random) => own(behaviour, random, crash(random))),
  ...Array<Change>(4).fill((behaviour, random) => own(behaviour, random, goodbye(random, KINDS))),
  (behaviour, random) => own(behaviour, random, goodbye(random, ["permanent", "done"])),
  (behaviour, random) => own(behaviour, random, { type: "hang" }),
  (behaviour, random) => own(behaviour, random, { type: "hang" }, "hello"),
  (behaviour, random) =>
    own(
      behaviour,
      random,
      { type: "violation", kind: random.pick(["malformed", "malformed", "protocolMismatch", "secondHello"]) },
      random.pick(["hello", "ready"]),
    ),
  (behaviour, random) =>
    own(behaviour, random, { type: "disconnect" }, random.pick(["hello", "ready", "ready"])),
];

/** How badly a worker takes being asked to end. */
const manners: readonly Change[] = [
  (behaviour) => (behaviour.drainMs = Infinity),
  (behaviour) => (behaviour.drainMs = behaviour.stopMs = Infinity),
  (behaviour) => (behaviour.drainMs = behaviour.stopMs = behaviour.termMs = Infinity),
  (behaviour) => (behaviour.drainMs = behaviour.stopMs = behaviour.termMs = Infinity),
  (behaviour, random) => (behaviour.drainMs = random.int(900, 7000)),
  (behaviour) => (behaviour.partMs = Infinity),
  (behaviour) => (behaviour.partCode = 9),
  (behaviour) => {
    behaviour.drainMs = behaviour.stopMs = behaviour.termMs = Infinity;
    behaviour.killMs = 12_000;
  },
];
