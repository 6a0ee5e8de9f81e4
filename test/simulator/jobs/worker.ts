import type { LinkHandlers } from "../../../plugins/jobs/client/link.ts";
import { FLAG } from "../../../plugins/jobs/wire/wire.ts";
import type { Random } from "../random.ts";
import type { PlannedCall } from "./plan.ts";
import type { VirtualTime } from "./time.ts";

/** A job at a worker. */
interface Held {
  readonly id: number;
  readonly flags: number;
  readonly planned: PlannedCall;
  readonly attempt: number;
  readonly session: Session;
  isRunning: boolean;
  cancel: (() => void) | undefined;
}

/** A worker's end of a connection. */
export interface Session {
  run(id: number, attempt: number, flags: number, planned: PlannedCall): void;
  abort(id: number): void;
  /** The caller has hung up. */
  left(): void;
  /** Says something to the caller, later; nothing once the worker is dead. */
  readonly tell: (say: (handlers: LinkHandlers) => void) => void;
  /** Goes on when everything that was said is with the system, so that nothing can cut it off. */
  flush(): void;
}

/** What a made-up worker needs of its world. */
export interface WorkerWorld {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly concurrency: number;
  readonly windowBytes: number;
  /** A job begins; what it did is counted. */
  began(planned: PlannedCall, attempt: number): void;
  /** A job has ended its worker. */
  poisoned(planned: PlannedCall): void;
  /** It has nothing left to do, and drains. */
  drained(): void;
}

/** A job worker as callers see one: it keeps the rules of the wire, takes its time, and may end at any moment. */
export class SimWorker {
  readonly #world: WorkerWorld;
  readonly #sessions = new Set<Session>();
  #held: Held[] = [];
  isDraining = false;
  isDead = false;

  constructor(world: WorkerWorld) {
    this.#world = world;
  }

  /** Jobs that run or wait here. */
  get load(): number {
    return this.#held.length;
  }

  /** The calls that run or wait here. */
  get held(): readonly PlannedCall[] {
    return this.#held.map(({ planned }) => planned);
  }

  welcome(tell: Session["tell"], flush: () => void): Session {
    const { random, concurrency, windowBytes } = this.#world;
    const session: Session = {
      tell,
      flush,
      run: (...run) => this.#take(session, ...run),
      abort: (id) => this.#abort(session, id),
      left: () => this.#left(session),
    };
    this.#sessions.add(session);
    const window = random.int(2, 8);
    if (this.isDraining) tell((to) => to.draining());
    tell((to) => to.welcome({ names: ["other", "job"], window, windowBytes, capacity: concurrency }));
    return session;
  }

  drain(): void {
    if (this.isDraining) return;
    this.isDraining = true;
    for (const { tell } of this.#sessions) tell((to) => to.draining());
    for (const { session, id } of this.#held.filter(({ isRunning }) => !isRunning))
      session.tell((to) => to.returned(id));
    this.#held = this.#held.filter(({ isRunning }) => isRunning);
    this.#rest();
  }

  /** Told to end before its jobs have: the ones that heed it fail, and it says that this was why. */
  stop(): void {
    this.drain();
    for (const held of this.#held.filter(({ planned }) => planned.heedsAbort)) {
      held.cancel?.();
      const { id, planned } = held;
      const code = planned.does === "failed" ? "JOB_FAILED" : "WORKER_LOST";
      held.cancel = this.#world.time.after(this.#world.random.int(0, 5), () =>
        this.#end(held, (to) => to.interrupted(id, () => ({ code, message: "told to stop" }))),
      );
    }
  }

  die(): void {
    this.isDead = true;
    for (const { cancel } of this.#held) cancel?.();
    this.#held = [];
  }

  #take(session: Session, id: number, attempt: number, flags: number, planned: PlannedCall): void {
    if (this.isDraining) return session.tell((to) => to.returned(id));
    this.#held.push({ id, flags, attempt, planned, session, isRunning: false, cancel: undefined });
    this.#beginMore();
  }

  #beginMore(): void {
    const { random, concurrency } = this.#world;
    if (this.isDead || this.isDraining) return;
    for (const held of this.#held) {
      const running = this.#held.filter(({ isRunning }) => isRunning);
      const isAlone = running.some(({ flags }) => flags & FLAG.alone);
      if (running.length >= concurrency || isAlone) break;
      if (held.isRunning || (held.flags & FLAG.alone && running.length > 0)) continue;
      this.#begin(held);
    }
    if (!random.chance(0.1)) return;
    const window = random.int(2, 20);
    for (const { tell } of this.#sessions) tell((to) => to.window(window));
  }

  #begin(held: Held): void {
    const { time, random, began, poisoned } = this.#world;
    const { id, flags, planned, attempt, session } = held;
    held.isRunning = true;
    if (flags & FLAG.tell) {
      session.tell((to) => to.begun(id));
      session.flush();
    }
    began(planned, attempt);
    const { does } = planned;
    if (does === "items") session.tell((to) => to.item(id, () => attempt));
    held.cancel = time.after(planned.runMs, () => {
      if (does === "poison") return poisoned(planned);
      this.#end(held, (to) => {
        if (does === "failed")
          to.settled(id, "failed", () => ({ code: "JOB_FAILED", message: "as planned" }));
        else to.settled(id, "result", () => planned);
      });
    });
    if (random.chance(0.05)) session.tell((to) => to.progress(id, () => undefined));
  }

  #abort(session: Session, id: number): void {
    const { time, random } = this.#world;
    const held = this.#held.find((each) => each.session === session && each.id === id);
    if (!held || (held.isRunning && !held.planned.heedsAbort)) return;
    const failed = (to: LinkHandlers): void =>
      to.settled(id, "failed", () => ({ code: "ABORTED", message: "given up" }));
    if (!held.isRunning) return this.#end(held, failed);
    held.cancel?.();
    held.cancel = time.after(random.int(0, 5), () => this.#end(held, failed));
  }

  #left(session: Session): void {
    this.#sessions.delete(session);
    for (const held of this.#held.filter((each) => each.session === session)) {
      held.cancel?.();
      this.#held.splice(this.#held.indexOf(held), 1);
    }
    this.#beginMore();
    this.#rest();
  }

  #end(held: Held, say: (to: LinkHandlers) => void): void {
    const at = this.#held.indexOf(held);
    if (at < 0 || this.isDead) return;
    this.#held.splice(at, 1);
    held.session.tell(say);
    this.#beginMore();
    this.#rest();
  }

  #rest(): void {
    // Callers hang up when they have heard; one that does not is not waited for.
    if (this.isDraining && this.#held.length === 0 && !this.isDead)
      this.#world.time.after(this.#sessions.size === 0 ? 0 : 1_000, () => this.#world.drained());
  }
}
