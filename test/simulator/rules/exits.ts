import type { HookPayload } from "../../../core/contract/hooks.ts";
import type { KernelEvent } from "../../../core/reducer/state/events.ts";
import type { KernelState, Slot } from "../../../core/reducer/state/state.ts";
import { broken } from "../broken.ts";
import type { FakeProcess } from "../process.ts";
import {
  AT_ONCE_MS,
  HEALTHY_MS,
  earlyPace,
  LONGEST_LEAST_MS,
  LONGEST_MS,
  pace,
  SLOT_BUDGET,
  SPAWN_GAP_MS,
  UNCOUNTED_GAP_MS,
  WINDOW_MS,
} from "../spec.ts";
import type { World } from "../world.ts";

type Exited = Extract<KernelEvent, { type: "exited" }>;

/** What must be decided about an exit. */
interface Expected {
  readonly action: string;
  /** Who has decided so. */
  readonly by: string;
  /** The shortest and the longest wait that it may have; the same where it does not depend on chance. */
  readonly wait: readonly [low: number, high: number];
  /** Whether a rule of the kernel sets the wait that has to be named. */
  readonly isRuled: boolean;
  /** Whether the slot becomes degraded, which is told. */
  readonly degrades: boolean;
}

const KERNEL = "poolable:kernel";

/** The budget of a slot, kept a second time. */
export class SlotBook {
  counted: number[] = [];
  streak = 0;
  /** The budget is spent, and no worker was ready for a minute since. */
  degraded = false;
  /** Uncounted ends in a row soon after the start. */
  early = 0;
  /** No start before this, as decided at the last exit; `-Infinity` after somebody asked for a start. */
  notBefore: number = -Infinity;

  clear(): void {
    this.counted = [];
    this.streak = 0;
    this.degraded = false;
    this.early = 0;
  }
}

/** I8, I9: what becomes of a slot is what the design says, the budgets are kept, and who decided is named. */
export class Exits {
  readonly books: SlotBook[];
  /** The pool has to end, with this code. */
  mustEnd: number | null = null;
  #decided: HookPayload<"restart:decided"> | null = null;
  #facts = "";
  #expected: Expected | null = null;

  constructor(slots: number) {
    this.books = Array.from({ length: slots }, () => new SlotBook());
  }

  begin(): void {
    this.#decided = null;
    this.#facts = "";
    this.mustEnd = null;
  }

  fact(name: string, payload: unknown): void {
    if (name === "worker:exited") this.#facts += "e";
    else if (name === "exit:classified") this.#facts += "c";
    else if (name === "restart:decided") {
      this.#facts += "d";
      this.#decided = payload as HookPayload<"restart:decided">;
    } else if (name === "slot:degraded") this.#facts += "D";
    else if (name === "slot:recovered") this.#facts += "R";
  }

  /** Before the effects: enters the exit into the books, and says what must come of it. */
  expect(world: World, event: Exited, before: KernelState, process: FakeProcess, booted: boolean): void {
    const main = before.slots.get(event.slot);
    if (main.epoch !== process.epoch || !main.worker) return;
    const book = this.books[event.slot]!;
    const { verdict, policy } = event;
    const answer = policy?.answer;
    if ((answer === undefined) !== (verdict.class === "requested"))
      broken("asked", `${verdict.class}, and a policy ${answer ? "was" : "was not"} asked`);
    const counts = verdict.class === "requested" ? 0 : verdict.counts;
    const { notes } = process;
    const { now } = world;
    if (now - notes.readyAt >= HEALTHY_MS) {
      book.streak = 0;
      book.degraded = false;
    }
    book.counted = book.counted.filter((at) => now - at < WINDOW_MS);
    if (verdict.class !== "requested") checkQuestion(world, before, main, book, event, booted);
    const [action, by] = actionOf(before, main, event);
    const isUntouched =
      book.counted.length === 0 && notes.readyAt >= 0 && event.report.uptimeMs >= AT_ONCE_MS;
    const streak = isUntouched ? null : book.streak;
    if (counts > 0) {
      for (let count = 0; count < counts; count++) book.counted.push(now);
      book.streak++;
    }
    if (verdict.class !== "requested") {
      const isEarlyEnd = counts === 0 && event.report.code === 0 && event.report.uptimeMs < AT_ONCE_MS;
      book.early = isEarlyEnd ? book.early + 1 : 0;
    }
    const isSpent = counts > 0 && !answer?.ownBudget && (book.degraded || book.counted.length > SLOT_BUDGET);
    const degrades = action === "restart" && isSpent && !book.degraded;
    book.degraded = action === "restart" && (isSpent || book.degraded);
    const asked = answer ? answer.delayMs : 0;
    const gap = Math.max(0, notes.spawnAt + (counts > 0 ? SPAWN_GAP_MS : UNCOUNTED_GAP_MS) - now);
    const wait = waitOf(
      isSpent,
      asked,
      gap,
      counts > 0 ? (streak === null ? 0 : pace(streak)) : earlyPace(book.early),
    );
    const isLonger = answer?.delayMs !== undefined && gap > answer.delayMs;
    const isEarly = asked === undefined && counts === 0 && book.early > 1;
    const isRuled = verdict.class !== "requested" && (isSpent || isLonger || isEarly);
    this.#expected = { action, by, wait, isRuled: isRuled && action === "restart", degrades };
    const isUp = before.pool.state === "running" || before.pool.state === "restarting";
    if (action === "shutdown" && isUp) this.mustEnd = answer?.exitCode ?? 1;
    if (action === "shutdown" && verdict.class === "startFailure") checkBoot(before, main, booted);
    checkWorkDone(before, main, event);
  }

  /** After the effects. */
  check(world: World, event: KernelEvent, before: KernelState, process: FakeProcess | undefined): void {
    if (event.type !== "exited" || !process) {
      if (/[ecdD]/.test(this.#facts)) broken("I2", "an exit was told that did not happen");
      return;
    }
    if (!/^R?ecd[DR]?$/.test(this.#facts)) broken("I2", `told ${this.#facts} of one exit`);
    const decided = this.#decided!;
    if (this.#facts.includes("D") !== (this.#expected?.degrades ?? false))
      broken("degraded", `told ${this.#facts} of an exit that degrades ${this.#expected?.degrades}`);
    if (decided.epoch !== process.epoch) broken("I2", "the exit of another epoch was told");
    const expected = this.#expected;
    this.#expected = null;
    if (!expected) {
      if (decided.action !== "idle") broken("surge", `a surge seat is to ${decided.action}`);
      return;
    }
    const { action, by, wait, isRuled } = expected;
    if (decided.action !== action)
      broken("I9", `decided ${decided.action} (${decided.reason}), expected ${action}`);
    const after = world.state.slots.get(event.slot);
    const book = this.books[event.slot]!;
    if (action === "restart") {
      book.notBefore = world.now + decided.delayMs;
      const [low, high] = wait;
      if (decided.delayMs < low - 1e-6 || decided.delayMs > high + 1e-6)
        broken("I9", `waits ${decided.delayMs} ms, expected ${low} to ${high} (streak ${book.streak})`);
    }
    if (action === "fail" && event.policy?.answer.scope === "group") checkGivenUp(world, before, after);
    if (decided.by !== by) broken("by", `decided by ${decided.by} (${decided.reason}), expected ${by}`);
    if ((decided.kernelRule !== undefined) !== isRuled)
      broken("by", `the wait is by the rule ${decided.kernelRule}, expected one: ${isRuled}`);
    const isUp = world.state.pool.state === "running" || world.state.pool.state === "restarting";
    const ends: Record<string, string> = {
      permanent: "permanent",
      fail: "failed",
      idle: "idle",
      shutdown: "idle",
    };
    if (action !== "restart" && after.state !== ends[action])
      broken("I9", `${action}, and the slot is ${after.state}`);
    if (action === "restart" && isUp && decided.delayMs > 0 && after.deadline?.at !== book.notBefore) {
      broken("I9", `restarts at ${after.deadline?.at}, decided ${book.notBefore}`);
    }
    if (action === "idle" && after.ended !== after.wanted)
      broken("I9", `ended ${after.ended}, wanted ${after.wanted}`);
    if (after.earlyEnds !== book.early)
      broken("I8", `${after.earlyEnds} early ends, should be ${book.early}`);
    if (after.streak !== book.streak) broken("I8", `streak is ${after.streak} and should be ${book.streak}`);
    if (after.counted.join() !== book.counted.join())
      broken("I8", `counted ${after.counted.join()}, not ${book.counted.join()}`);
    if (event.verdict.class === "requested" && after.bootFailed !== before.slots.get(event.slot).bootFailed) {
      broken("I8", "a requested exit is blamed for the boot");
    }
    if (event.verdict.class !== "requested" && !(process.notes.readyAt >= 0) && !after.bootFailed) {
      broken("boot", "a start failed and was not noted");
    }
  }

  /** A slot is degraded as long as its book says so; the time that heals is noticed by a timer. */
  checkDegraded(world: World, slot: Slot, cause: KernelEvent): void {
    const book = this.books[slot.index]!;
    if (!slot.degraded && book.degraded) {
      const process = world.processOf(slot.index, slot.epoch);
      const isHealthy = process !== undefined && world.now - process.notes.readyAt >= HEALTHY_MS;
      const isScaledAway = cause.type === "scale" && !slot.wanted;
      const isStopped = cause.type === "stopGroup" && cause.group === slot.group;
      if (!isHealthy && !isScaledAway && !isStopped)
        broken("degraded", `${slot.id} has recovered before its time`);
      book.degraded = false;
    }
    if (slot.degraded && !slot.wanted) broken("degraded", `${slot.id} is degraded, and nobody wants it`);
    if (slot.degraded && slot.ended) broken("degraded", `${slot.id} is degraded, and has ended`);
    if (slot.degraded !== book.degraded)
      broken("degraded", `${slot.id} is degraded ${slot.degraded}, should be ${book.degraded}`);
  }
}

function actionOf({ pool }: KernelState, slot: Slot, event: Exited): readonly [action: string, by: string] {
  const { report, policy } = event;
  const isUp = pool.state === "running" || pool.state === "restarting";
  if (policy === null) {
    if (report.intent === undefined) broken("I8", "requested, and nobody asked");
    if (slot.ended) return ["idle", KERNEL];
    if (report.intent === "fail" && slot.wanted && isUp) return ["fail", KERNEL];
    return [slot.wanted && isUp ? "restart" : "idle", KERNEL];
  }
  const { answer, by } = policy;
  if (!isUp && answer.action !== "shutdown") return ["idle", KERNEL];
  if (slot.ended && answer.action !== "shutdown" && answer.action !== "permanent") return ["idle", KERNEL];
  if (answer.action !== "restart") return [answer.action, by];
  return slot.wanted ? ["restart", by] : ["idle", KERNEL];
}

/** The wait before a restart: the longest one where the budget is spent, what was asked, or the pace with its jitter. */
function waitOf(
  isSpent: boolean,
  asked: number | undefined,
  gap: number,
  usual: number,
): readonly [number, number] {
  if (isSpent) return [Math.max(gap, asked ?? 0, LONGEST_LEAST_MS), Math.max(gap, asked ?? 0, LONGEST_MS)];
  if (asked !== undefined) return [Math.max(gap, asked), Math.max(gap, asked)];
  const low = usual === 0 ? 0 : usual * 0.8 - 1;
  const high = usual === 0 ? 0 : Math.min(LONGEST_MS, usual * 1.2 + 1);
  return [Math.max(gap, low), Math.max(gap, high)];
}

/** After a policy gave a group up: no slot of it that could have a worker is left as it was, and no other fails. */
function checkGivenUp({ state }: World, before: KernelState, { group: index }: Slot): void {
  const { first, max, name } = state.groups.get(index);
  if (state.pool.state !== "running" && state.pool.state !== "restarting") return;
  for (let slot = first; slot < first + max; slot++) {
    const main = state.slots.get(slot);
    const isOver = main.state === "permanent" || main.state === "failed" || main.ended;
    if (!main.wanted && main.state === "failed" && before.slots.get(slot).state !== "failed")
      broken("given up", `${main.id} fails, and nobody wants it`);
    if (!main.wanted || isOver) continue;
    const surge = state.slots.get(main.twin);
    if (!main.worker?.intent) broken("given up", `${main.id} of ${name} goes on`);
    // A new generation is a new chance.
    if (state.pool.reload && state.pool.reload.only === null) continue;
    if ((surge.worker && !surge.worker.intent) || surge.ticket !== null)
      broken("given up", `the surge seat of ${main.id} goes on`);
  }
}

/** A start that fails ends the pool only while it starts, and for a group that has to have workers. */
function checkBoot(before: KernelState, slot: Slot, booted: boolean): void {
  const { name, min, everReady } = before.groups.get(slot.group);
  if (booted) broken("boot", `${name} cannot start, and ends a pool that was running`);
  if (min === 0) broken("boot", `${name} starts from zero, and ends the pool`);
  if (everReady) broken("boot", `${name} was ready, and ends the pool because it cannot start`);
}

/** A program that ends with code 0 while it loads has done its work, unless somebody waits for it to be ready. */
function checkWorkDone(before: KernelState, { group, id }: Slot, { report, verdict }: Exited): void {
  const { hello, ready, goodbye, code, cause, intent, violation } = report;
  if (!hello || ready || goodbye || code !== 0 || cause || intent || violation) return;
  const expected = before.groups.get(group).isCalled ? "startFailure" : "abrupt";
  if (verdict.class !== expected) broken("work done", `${id} is ${verdict.class} and should be ${expected}`);
}

/** What the policies were told of the slot and of its group. */
function checkQuestion(
  { asked, now }: World,
  before: KernelState,
  slot: Slot,
  book: SlotBook,
  event: Exited,
  booted: boolean,
): void {
  if (!asked) broken("asked", `nobody was asked about ${slot.id}`);
  const group = before.groups.get(slot.group);
  const { ready } = event.report;
  let bootFailures = ready || slot.bootFailed ? 0 : 1;
  for (let index = group.first; index < group.first + group.max; index++) {
    if (before.slots.get(index).bootFailed) bootFailures++;
  }
  const expected = {
    now,
    counted: book.counted.length + event.verdict.counts,
    limit: SLOT_BUDGET,
    streak: book.streak,
    booting: !booted,
    "group.min": group.min,
    "group.bootFailures": bootFailures,
    "group.wanted": group.counts.wanted,
  };
  const told = {
    ...asked,
    "group.min": asked.group.min,
    "group.bootFailures": asked.group.bootFailures,
    "group.wanted": asked.group.wanted,
  };
  for (const [name, value] of Object.entries(expected)) {
    const said = told[name as keyof typeof expected];
    if (said !== value) broken("asked", `${name} of ${slot.id} is ${said} and should be ${value}`);
  }
}
