import type { KernelEvent } from "../../../core/events.ts";
import type { HookPayload } from "../../../core/hooks.ts";
import type { KernelState, Slot } from "../../../core/state.ts";
import { broken } from "../broken.ts";
import type { FakeProcess } from "../process.ts";
import {
  AT_ONCE_MS,
  HEALTHY_MS,
  pace,
  poolLimit,
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
  /** The wait, where it does not depend on chance. */
  readonly exactly: number | null;
  readonly isUntouched: boolean;
  /** What is left of the shortest time between two starts. */
  readonly gap: number;
  readonly streak: number;
}

/** The budget of a slot, kept a second time. */
export class SlotBook {
  counted: number[] = [];
  streak = 0;
  /** No start before this, as decided at the last exit; `-Infinity` after somebody asked for a start. */
  notBefore: number = -Infinity;

  clear(): void {
    this.counted = [];
    this.streak = 0;
  }
}

/** I8, I9: what becomes of a slot is what the design says, and the budgets are kept. */
export class Exits {
  readonly books: SlotBook[];
  /** Seconds and counts of the exits that the pool bears. */
  #pool: [second: number, counts: number][] = [];
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
    }
  }

  /** Before the effects: enters the exit into the books, and says what must come of it. */
  expect(world: World, event: Exited, before: KernelState, process: FakeProcess): void {
    const main = before.slots.get(event.slot);
    if (main.epoch !== process.epoch || !main.worker) return;
    const book = this.books[event.slot]!;
    const { verdict, answer } = event;
    const counts = verdict.class === "requested" ? 0 : verdict.counts;
    const { notes } = process;
    const { now } = world;
    if (now - notes.readyAt >= HEALTHY_MS) book.streak = 0;
    book.counted = book.counted.filter((at) => now - at < WINDOW_MS);
    if (verdict.class !== "requested") checkQuestion(world, before, main, book, event);
    const action = this.#actionOf(before, main, event, counts);
    let exactly: number | null = null;
    if (action === "restart") {
      const asked = verdict.class === "requested" ? 0 : answer.delayMs;
      if (counts === 0) exactly = Math.max(asked ?? 0, notes.spawnAt + UNCOUNTED_GAP_MS - now, 0);
      else if (asked !== undefined) exactly = Math.max(asked, notes.spawnAt + SPAWN_GAP_MS - now, 0);
    }
    const isUntouched =
      book.counted.length === 0 && notes.readyAt >= 0 && event.report.uptimeMs >= AT_ONCE_MS;
    const gap = Math.max(0, notes.spawnAt + SPAWN_GAP_MS - now);
    this.#expected = { action, exactly, isUntouched, gap, streak: book.streak };
    if (counts > 0) {
      for (let count = 0; count < counts; count++) book.counted.push(now);
      book.streak++;
    }
    const isUp = before.pool.state === "running" || before.pool.state === "restarting";
    if (action === "shutdown") {
      if (isUp) this.mustEnd = answer.exitCode ?? 1;
    } else if (isUp && action !== "fail" && counts > 0) {
      const second = Math.floor(now / 1000);
      this.#pool = this.#pool.filter(([at]) => second - at < WINDOW_MS / 1000);
      this.#pool.push([second, counts]);
      const spent = this.#pool.reduce((sum, [, count]) => sum + count, 0);
      if (spent > poolLimit(before.pool.counts.wanted)) this.mustEnd = 1;
    }
  }

  #actionOf({ pool }: KernelState, slot: Slot, { verdict, answer, report }: Exited, counts: number): string {
    const isUp = pool.state === "running" || pool.state === "restarting";
    if (verdict.class === "requested") {
      if (report.intent === undefined) broken("I8", "requested, and nobody asked");
      return slot.wanted && isUp ? "restart" : "idle";
    }
    if (!isUp && answer.action !== "shutdown") return "idle";
    if (answer.action !== "restart") return answer.action;
    if (!slot.wanted) return "idle";
    const spent = this.books[slot.index]!.counted.length + counts;
    return counts > 0 && !answer.ownBudget && spent > SLOT_BUDGET ? "fail" : "restart";
  }

  /** After the effects. */
  check(world: World, event: KernelEvent, before: KernelState, process: FakeProcess | undefined): void {
    if (event.type !== "exited" || !process) {
      if (this.#facts !== "") broken("I2", "an exit was told that did not happen");
      return;
    }
    if (this.#facts !== "ecd") broken("I2", `told ${this.#facts} of one exit`);
    const decided = this.#decided!;
    if (decided.epoch !== process.epoch) broken("I2", "the exit of another epoch was told");
    const expected = this.#expected;
    this.#expected = null;
    if (!expected) {
      if (decided.action !== "idle") broken("surge", `a surge seat is to ${decided.action}`);
      return;
    }
    const { action, exactly } = expected;
    if (decided.action !== action)
      broken("I9", `decided ${decided.action} (${decided.reason}), expected ${action}`);
    const after = world.state.slots.get(event.slot);
    const book = this.books[event.slot]!;
    if (action === "restart") {
      book.notBefore = world.now + decided.delayMs;
      this.#checkDelay(expected, decided.delayMs);
    }
    if (exactly !== null && Math.abs(decided.delayMs - exactly) > 1e-6)
      broken("I9", `waits ${decided.delayMs}, expected ${exactly}`);
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

  #checkDelay({ exactly, isUntouched, gap, streak }: Expected, delayMs: number): void {
    if (exactly !== null) return;
    const wait = isUntouched ? 0 : pace(streak);
    const low = Math.max(gap, wait * 0.8 - 1);
    const high = Math.max(gap, Math.min(30_000, wait * 1.2 + 1));
    if (delayMs < low || delayMs > high)
      broken("I9", `waits ${delayMs} ms, expected ${low} to ${high} (streak ${streak})`);
  }
}

/** What the policies were told of the slot and of its group. */
function checkQuestion(
  { asked, now }: World,
  before: KernelState,
  slot: Slot,
  book: SlotBook,
  event: Exited,
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
    "group.bootFailures": bootFailures,
    "group.wanted": group.counts.wanted,
  };
  const told = {
    ...asked,
    "group.bootFailures": asked.group.bootFailures,
    "group.wanted": asked.group.wanted,
  };
  for (const [name, value] of Object.entries(expected)) {
    const said = told[name as keyof typeof expected];
    if (said !== value) broken("asked", `${name} of ${slot.id} is ${said} and should be ${value}`);
  }
}
