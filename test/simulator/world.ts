import { surgeOf } from "../../core/config/reload-pace.ts";
import type { ResolvedPool } from "../../core/contract/config.ts";
import type { RestartQuestion } from "../../core/contract/decisions.ts";
import type { ProcessEnd } from "../../core/contract/runtime.ts";
import { judgeFrame, phaseOf } from "../../core/protocol/frame-order.ts";
import type { Frame } from "../../core/protocol/frames.ts";
import { goodbyeOf } from "../../core/protocol/goodbye.ts";
import { restartRefusal, scaleRefusal } from "../../core/reducer/commands.ts";
import { reduce, seatOf } from "../../core/reducer/reduce.ts";
import type { Effect, Fact, KernelEvent, WorkerEvent } from "../../core/reducer/state/events.ts";
import { initialState } from "../../core/reducer/state/initial-state.ts";
import type { KernelState, ReloadPlan } from "../../core/reducer/state/state.ts";
import type { Occupied } from "../../core/shell/exit-decision.ts";
import { askedPace, uniteWishes } from "../../core/shell/reload-request.ts";
import { drawBehaviour, good, spoil } from "./behaviour.ts";
import type { Behaviour } from "./behaviour.ts";
import { Heap } from "./heap.ts";
import type { Item } from "./heap.ts";
import type { History, Op } from "./history.ts";
import { configOf } from "./history.ts";
import { createJudge } from "./judge.ts";
import type { Judge } from "./judge.ts";
import { FakeProcess } from "./process.ts";
import type { Host, Word } from "./process.ts";
import { hash, Random } from "./random.ts";
import { LOOK_MS, UNNOTICED_MS } from "./spec.ts";
import { staleEvent } from "./stale.ts";

type ReloadOp = Extract<Op, { do: "reload" }>;

/** From this epoch on every worker behaves, so that a pool that stays up must come to rest. In one history of four it is late. */
const GOOD_FROM_EPOCH = 5;
const LATE_GOOD_FROM_EPOCH = 11;

/** What watches a run. Everything is optional work for the one who watches; it throws what it finds wrong. */
export interface Watcher {
  /** `after` and `effects` are what the reducer made of it. */
  step(
    world: World,
    event: KernelEvent,
    before: KernelState,
    after: KernelState,
    effects: readonly Effect[],
  ): void;
  /** Right before an effect is carried out. */
  effect(world: World, effect: Effect): void;
  /** After all effects of a step. */
  settled(world: World, event: KernelEvent, before: KernelState): void;
}

/** The supervisor's side in virtual time: carries effects out the way `core/shell/effects.ts` and `core/shell/workers.ts` do. */
export class World implements Host {
  now = 0;
  steps = 0;
  state: KernelState;
  readonly history: History;
  readonly config: ResolvedPool;
  /** The workers whose exit the supervisor has not heard, by slot. */
  readonly live: FakeProcess[][];
  /** The armed timer of each seat. */
  readonly timers: (Item | null)[];
  closedAt: number | null = null;
  /** The worker that the current event is about, if it is there. */
  subject: FakeProcess | undefined;
  /** What the policies were asked about the exit that comes next. */
  asked: RestartQuestion | undefined;
  /** What came together, or came at all, of what is rare. */
  readonly met: Set<string> = new Set();
  /** Time that the supervisor was frozen, and how often. */
  frozenMs = 0;
  freezes = 0;
  readonly #heap = new Heap();
  readonly #watcher: Watcher;
  readonly #judge: Judge;
  readonly #queue: KernelEvent[] = [];
  readonly #late: Item[] = [];
  readonly #lastWord: (readonly [FakeProcess, Word] | null)[];
  #dispatching = false;
  #order = 0;
  #pids = 1000;
  #frozenUntil = 0;
  #frozenAt = 0;
  /** When the supervisor last looked at the clock because something came. */
  #lookedAt = 0;
  /** The times that it noticed it was away. */
  readonly #aways: { readonly from: number; readonly to: number }[] = [];
  #opsLeft: number;
  #generation = 1;
  #waiting: ReloadOp[] = [];
  /** What the reload that begins with the current event is to serve. */
  served: readonly ReloadOp[] = [];
  readonly #random: Random;
  readonly #goodFrom: number;

  constructor(history: History, watcher: Watcher) {
    this.history = history;
    this.config = configOf(history);
    this.state = initialState(this.config);
    this.#watcher = watcher;
    this.#judge = createJudge(this.config, (question) => (this.asked = question));
    this.#random = new Random(hash(history.seed, 1));
    this.#goodFrom = hash(history.seed, 2) % 4 === 0 ? LATE_GOOD_FROM_EPOCH : GOOD_FROM_EPOCH;
    this.live = Array.from({ length: this.state.slots.length / 2 }, () => []);
    // The last is the pool's own.
    this.timers = Array.from({ length: this.state.slots.length + 1 }, () => null);
    this.#lastWord = this.live.map(() => null);
    this.#opsLeft = history.ops.length;
    this.#push(0, true, () => this.dispatch({ type: "start" }));
    for (const op of history.ops) this.#plan(op, op.at);
  }

  /** Whether every op has come. */
  get isQuiet(): boolean {
    return this.#opsLeft === 0 && this.#frozenUntil <= this.now && this.#waiting.length === 0;
  }

  /** Runs the next thing. `false` when nothing is left to happen. */
  turn(): boolean {
    const item = this.#heap.pop();
    if (!item) return false;
    if (item.cancelled) return true;
    if (item.at > this.now) this.now = item.at;
    if (item.supervisor && this.now < this.#frozenUntil) this.#late.push(item);
    else item.run();
    return true;
  }

  later(at: number, run: () => void): void {
    this.#push(at, false, run);
  }

  deliver(process: FakeProcess, word: Word, at: number): void {
    this.#push(at, true, () => this.hear(process, word));
  }

  /** Feeds the reducer one event, and what comes of it, as the kernel's own `dispatch`. */
  dispatch(event: KernelEvent): void {
    this.#lookedAt = this.now;
    this.#queue.push(event);
    if (this.#dispatching) return;
    this.#dispatching = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#step(next);
    this.#dispatching = false;
    this.#startReload();
  }

  /** What a sink hears. */
  hear(process: FakeProcess, word: Word): void {
    const { slot, epoch } = process;
    this.#lastWord[slot] = [process, word];
    switch (word.type) {
      case "spawned":
        return this.dispatch({ type: "spawned", slot, epoch, pid: word.pid });
      case "frame":
        return process.cut ? undefined : this.#receive(process, word.frame);
      case "violation":
        return this.dispatch({ type: "violation", slot, epoch, violation: word.violation });
      case "disconnected":
        return this.dispatch({ type: "disconnected", slot, epoch });
      case "exited":
        this.#exited(process, word.end);
    }
  }

  /** For how much of the time since `from` the supervisor knows that it was away. */
  awaySince(from: number): number {
    return this.#aways.reduce((sum, away) => sum + Math.max(0, away.to - Math.max(from, away.from)), 0);
  }

  processOf(slot: number, epoch: number): FakeProcess | undefined {
    return this.live[slot]!.find((process) => process.epoch === epoch);
  }

  #step(event: KernelEvent): void {
    const before = this.state;
    this.subject = "epoch" in event ? this.processOf(event.slot, event.epoch) : undefined;
    if (event.type === "exited" && this.subject) {
      const { slot } = this.subject;
      this.live[slot] = this.live[slot]!.filter((process) => process !== this.subject);
    }
    if (before.pool.reload) this.#meet(event, before.pool.reload.hard);
    else if (before.pool.replacements.length > 0) this.#meet(event, false);
    const { state, effects } = reduce(before, event, this.now);
    this.state = state;
    this.steps++;
    for (const effect of effects) if (effect.type === "fact") this.#notice(effect);
    this.#watcher.step(this, event, before, state, effects);
    for (const effect of effects) {
      this.#watcher.effect(this, effect);
      this.#carryOut(effect);
    }
    this.#watcher.settled(this, event, before);
  }

  #notice({ name, payload }: Fact): void {
    if (name === "slot:degraded") this.met.add("a degraded slot");
    else if (name === "slot:recovered" && payload.reason.startsWith("ready")) this.met.add("a slot recovers");
    else if (name === "pool:critical" && payload.exitCode === 75) this.met.add("a pool gives up");
  }

  #meet(event: KernelEvent, hard: boolean): void {
    const isCrash = event.type === "exited" && event.report.intent === undefined;
    if (isCrash || event.type === "scale" || event.type === "restart" || event.type === "stop") {
      this.met.add(`${isCrash ? "crash" : event.type} in a ${hard ? "hard" : "soft"} reload`);
    }
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case "spawn":
        return this.#spawn(effect.slot, effect.epoch, effect.generation);
      case "send": {
        const process = this.processOf(effect.slot, effect.epoch);
        if (process && !this.#abandon(process)) process.send(effect.frame);
        return;
      }
      case "signal": {
        const process = this.processOf(effect.slot, effect.epoch);
        if (process && !this.#abandon(process)) process.signal(effect.signal);
        return;
      }
      case "disconnect":
        return this.processOf(effect.slot, effect.epoch)?.disconnect();
      case "arm":
        this.#disarm(effect.seat);
        this.timers[effect.seat] = this.#push(effect.at, true, () => this.#fire(effect.seat), true);
        return;
      case "disarm":
        return this.#disarm(effect.seat);
      case "closed":
        this.closedAt = this.now;
        for (let seat = 0; seat < this.timers.length; seat++) this.#disarm(seat);
    }
  }

  #spawn(slot: number, epoch: number, generation: number): void {
    const random = new Random(hash(this.history.seed, slot, epoch));
    const behaviour: Behaviour =
      epoch >= this.#goodFrom ? good(random) : drawBehaviour(random, this.history.trouble);
    const isBad = generation > 1 && this.history.trouble > hash(this.history.seed, -generation) / 2 ** 32;
    if (isBad && epoch < 2 * this.#goodFrom) spoil(behaviour, random);
    Object.assign(behaviour, this.history.behave?.(slot, epoch));
    const { heartbeat } = this.config.groups[this.state.slots.get(slot).group]!.timeouts;
    const at = { slot, epoch, pid: this.#pids++ };
    this.live[slot]!.push(new FakeProcess(this, at, behaviour, random, Math.floor(heartbeat / 3)));
  }

  /** Ends a worker that has no process yet; whether it was one. */
  #abandon(process: FakeProcess): boolean {
    if (!process.asking) return false;
    process.asking = false;
    this.#exited(process, {
      code: null,
      signal: null,
      spawnError: "asked to end before it was spawned",
      stderrTail: "",
    });
    return true;
  }

  #receive(process: FakeProcess, frame: Frame): void {
    const seat = this.#seatOf(process);
    if (!seat || seat.worker.violation) return;
    const at = { slot: process.slot, epoch: process.epoch };
    const violation = judgeFrame(phaseOf(seat.worker), frame);
    if (violation) return this.dispatch({ type: "violation", ...at, violation });
    if (frame.type === "goodbye") {
      return this.dispatch({
        type: "goodbye",
        ...at,
        kind: goodbyeOf(frame)!,
        reason: undefined,
        drains: frame.drains === true,
      });
    }
    if (frame.type === "drainRequest") return this.dispatch({ type: "drainAsked", ...at });
    this.dispatch({ type: frame.type as "hello" | "ready" | "heartbeat", ...at });
  }

  #exited(process: FakeProcess, end: ProcessEnd): void {
    const seat = this.#seatOf(process);
    if (!seat) return;
    const worker = { slot: process.slot, epoch: process.epoch };
    const { state, now } = this;
    this.asked = undefined;
    this.dispatch(this.#judge({ state, seat, worker, end, now, wallNow: 0, chance: this.#random.next() }));
  }

  #seatOf(process: FakeProcess): Occupied | undefined {
    const seat = seatOf(this.state, process);
    return seat === undefined ? undefined : (this.state.slots.get(seat) as Occupied);
  }

  #fire(seat: number): void {
    this.timers[seat] = null;
    this.dispatch({ type: "due", seat });
  }

  #disarm(seat: number): void {
    const timer = this.timers[seat];
    if (timer) timer.cancelled = true;
    this.timers[seat] = null;
  }

  #push(at: number, supervisor: boolean, run: () => void, timer = false, first = false): Item {
    const order = first ? this.#order++ - 1e9 : this.#order++;
    const item = { at: Math.max(at, this.now), order, supervisor, timer, cancelled: false, run };
    this.#heap.push(item);
    return item;
  }

  #plan(op: Op, at: number): void {
    const world = op.do === "signal" || op.do === "freeze" || op.do === "pause";
    this.#push(at, !world, () => {
      if (op.snap) this.#snap(op);
      else this.#perform(op);
    });
  }

  /** Moves an op to the next deadline. */
  #snap(op: Op): void {
    let next: Item | null = null;
    for (const timer of this.timers) if (timer && (!next || timer.at < next.at)) next = timer;
    this.#push(next?.at ?? this.now, true, () => this.#perform(op), false, op.snap === "before");
  }

  #perform(op: Op): void {
    this.#opsLeft--;
    const { pool } = this.state;
    const isUp = pool.state === "running" || pool.state === "restarting";
    switch (op.do) {
      case "scale": {
        const refusal = scaleRefusal(this.state, this.state.groups.get(op.group), op.count);
        if (refusal === undefined && isUp)
          this.dispatch({ type: "scale", group: op.group, count: op.count, by: "op" });
        return;
      }
      case "restart":
        if (restartRefusal(this.state, op.slot) === undefined && isUp)
          this.dispatch({ type: "restart", slot: op.slot });
        return;
      case "replace":
        return this.#replace(op);
      case "stop":
        return this.dispatch({ type: "stop", now: op.now, reason: "asked to stop", exitCode: 0 });
      case "stopGroup":
        if (!isUp) return;
        if (pool.reload) this.met.add("a group is stopped in a reload");
        return this.dispatch({
          type: "stopGroup",
          group: op.group,
          now: op.now,
          reason: "asked to stop",
        });
      case "reload":
        if ([...this.state.groups].some(({ stopped }) => stopped))
          this.met.add("a stopped group is reloaded");
        if (this.state.pool.reload) this.met.add("reload in a reload");
        if (this.state.pool.replacements.length > 0) this.met.add("reload in a replacement");
        this.#waiting.push(op);
        return this.#startReload();
      case "signal":
        return this.live[op.slot]!.at(-1)?.signal(op.signal);
      case "pause":
        return this.live[op.slot]!.at(-1)?.pause(op.ms);
      case "freeze":
        return this.#freeze(op.ms);
      case "stale": {
        const gone = Math.min(...this.live[op.slot]!.map((process) => process.epoch), Infinity) - 1;
        const event = staleEvent(this.state, op.slot, Math.max(0, gone), op.kind);
        if (gone !== Infinity && event) this.dispatch(event as WorkerEvent);
        return;
      }
      case "again": {
        const last = this.#lastWord[op.slot];
        if (!last) return;
        const [process, word] = last;
        if (word.type === "frame" ? word.frame.type === "heartbeat" : word.type !== "spawned")
          this.hear(process, word);
      }
    }
  }

  /** As `core/shell/reload-queue.ts`. */
  #replace({ slot, minReadyMs }: Extract<Op, { do: "replace" }>): void {
    const { pool, slots, groups } = this.state;
    if (pool.reload) this.met.add("replace in a reload");
    const { state, group } = slots.get(slot);
    const isFree = pool.state === "running" && !pool.reload && this.#waiting.length === 0;
    if (!isFree || state !== "ready") return;
    if (pool.replacements.some(({ plans }) => plans[0]!.group === group)) return;
    if (pool.replacements.length > 0) this.met.add("two replacements at once");
    const { generation, timeouts } = groups.get(group);
    const plan = { group, timeouts, surge: 1, minReadyMs, trialMs: 0 };
    this.dispatch({ type: "reload", generation, hard: false, plans: [plan], only: slot });
  }

  /** One reload at a time, and all that wait become one: as `core/shell/reload-queue.ts`. */
  #startReload(): void {
    const { pool } = this.state;
    if (this.#waiting.length === 0 || pool.reload || pool.replacements.length > 0) return;
    if (pool.state === "restarting") return;
    const ops = this.#waiting;
    this.#waiting = [];
    if (pool.state !== "running") return;
    if (ops.length > 1) this.met.add("reloads become one");
    const wishes = ops.map(({ hard, group, surge, minReadyMs }) => ({
      hard,
      groups: this.config.groups.flatMap(({ index }) => (group === null || group === index ? index : [])),
      pace: { minReadyMs, ...(surge === null ? {} : { surge: { count: surge } }) },
    }));
    const { groups, hard } = uniteWishes(wishes);
    const plans: ReloadPlan[] = groups.map((group) => {
      const { desired } = this.state.groups.get(group);
      const { surge = surgeOf(desired, {}), minReadyMs = 0 } = askedPace(wishes, group, desired);
      const { timeouts } = this.config.groups[group]!;
      return { group, surge, minReadyMs, trialMs: minReadyMs / 2, timeouts };
    });
    this.served = ops;
    this.dispatch({ type: "reload", generation: ++this.#generation, hard, plans });
  }

  /** As `core/shell/suspend-detector.ts`, where somebody looks at the clock now and then. */
  #back(): void {
    const from = Math.max(this.#lookedAt, this.#frozenAt - this.#random.int(0, LOOK_MS));
    const ms = this.now - from;
    if (ms <= UNNOTICED_MS || this.closedAt !== null || this.state.pool.state === "init") return;
    this.#aways.push({ from, to: this.now });
    this.dispatch({ type: "away", ms });
  }

  /** What comes meanwhile waits. Then it is read, and only then the timers come: the contract of `Clock.at`. */
  #freeze(ms: number): void {
    const until = this.now + ms;
    this.frozenMs += ms;
    this.freezes++;
    if (until <= this.#frozenUntil) return;
    if (this.#frozenUntil <= this.now) this.#frozenAt = this.now;
    this.#frozenUntil = until;
    this.#push(until, false, () => {
      if (this.#frozenUntil > this.now) return;
      this.#back();
      const late = this.#late.splice(0);
      for (const item of late) if (!item.timer && !item.cancelled) item.run();
      for (const item of late) if (item.timer && !item.cancelled) item.run();
    });
  }
}
