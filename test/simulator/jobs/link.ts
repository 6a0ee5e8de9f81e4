import type { Call, CallInput } from "../../../plugins/jobs/client/call.ts";
import type { Link, LinkHandlers } from "../../../plugins/jobs/client/link.ts";
import { broken } from "../broken.ts";
import type { Random } from "../random.ts";
import type { PlannedCall } from "./plan.ts";
import type { VirtualTime } from "./time.ts";
import type { SimWorker, Session } from "./worker.ts";

/** A connection, as its caller knows it: what has not arrived yet does not count. */
export class SimLink implements Link {
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #handlers: LinkHandlers;
  readonly #plannedOf: (input: CallInput) => PlannedCall;
  readonly #worker: SimWorker | undefined;
  #session: Session | undefined;
  /** What is on its way to the caller, in order, and when it arrives. */
  #inbox: { at: number; isWritten: boolean; say: (handlers: LinkHandlers) => void }[] = [];
  #lastDown = 0;
  #lastUp = 0;
  #isClosed = false;
  #window = 0;
  #isWelcome = false;
  #takesNothing = false;
  readonly #unsettled = new Map<number, number>();
  readonly #windowBytes: number;

  constructor(
    world: { readonly time: VirtualTime; readonly random: Random; readonly windowBytes: number },
    worker: SimWorker | undefined,
    handlers: LinkHandlers,
    plannedOf: (input: CallInput) => PlannedCall,
  ) {
    this.#time = world.time;
    this.#random = world.random;
    this.#windowBytes = world.windowBytes;
    this.#handlers = handlers;
    this.#plannedOf = plannedOf;
    this.#worker = worker;
    this.#up(() => {
      if (!worker || worker.isDead) return this.#close();
      this.#session = worker.welcome(
        (say) => this.#down(say),
        () => {
          for (const entry of this.#inbox) entry.isWritten = true;
        },
      );
    });
  }

  /** The supervisor has told the caller that this worker takes nothing any more. */
  refuse(): void {
    this.#takesNothing = true;
  }

  /** The worker has ended. What it had written arrives, or some of it: a write in between may cut it off. */
  cut(isClean: boolean): void {
    const sure = this.#inbox.filter(({ isWritten }) => isWritten).length;
    const written = isClean ? this.#inbox.length : this.#random.int(sure, this.#inbox.length);
    this.#inbox = this.#inbox.slice(0, written);
    const at = Math.max(this.#time.now(), this.#inbox.at(-1)?.at ?? 0);
    this.#time.at(at + this.#random.int(0, 3), () => this.#close());
  }

  /** The connection breaks, and the worker goes on. */
  snap(): void {
    if (this.#isClosed) return;
    this.cut(false);
    this.#session?.left();
    this.#session = undefined;
  }

  run(call: Call, flags: number, index: number): void {
    const { id, input, size, name } = call;
    if (!this.#isWelcome || this.#isClosed) broken("I16", `job ${id} goes to a worker that is not there`);
    if (this.#takesNothing) broken("I16", `job ${id} goes to a worker that is not ready any more`);
    if (name !== "job" || index !== 1) broken("I16", `job ${id} is called ${name} (${index})`);
    if (this.#unsettled.size >= this.#window)
      broken("I16", `job ${id} is more than the window of ${this.#window}`);
    const bytes = [...this.#unsettled.values()].reduce((sum, each) => sum + each, 0);
    if (bytes > 0 && bytes + size > this.#windowBytes) broken("I16", `${bytes + size} bytes are sent`);
    if (this.#unsettled.has(id)) broken("I15", `job ${id} is sent twice`);
    this.#unsettled.set(id, size);
    const planned = this.#plannedOf(input);
    const { attempt } = call;
    this.#up(() => this.#session?.run(id, attempt, flags, planned));
  }

  abort(id: number): void {
    this.#up(() => this.#session?.abort(id));
  }

  pull(): void {}

  close(): void {
    // As with a socket: what has arrived and was not read is not read any more.
    this.#inbox = [];
    this.#up(() => this.#session?.left());
    this.#time.after(0, () => this.#close());
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#inbox = [];
    this.#handlers.closed();
  }

  #up(run: () => void): void {
    this.#lastUp = Math.max(this.#lastUp, this.#time.now() + this.#random.int(0, 3));
    this.#time.at(this.#lastUp, () => {
      if (this.#worker?.isDead !== true) run();
      else if (!this.#session) this.#close();
    });
  }

  #down(say: (handlers: LinkHandlers) => void): void {
    const at = (this.#lastDown = Math.max(this.#lastDown, this.#time.now() + this.#random.int(0, 3)));
    const entry = { at, say, isWritten: false };
    this.#inbox.push(entry);
    this.#time.at(at, () => {
      if (this.#isClosed || this.#inbox[0] !== entry) return;
      this.#inbox.shift();
      say(this.#watched);
    });
  }

  /** Notes what the caller has heard, before it acts on it. */
  readonly #watched: LinkHandlers = {
    welcome: (welcome) => {
      this.#isWelcome = true;
      this.#window = welcome.window;
      this.#handlers.welcome(welcome);
    },
    window: (jobs) => {
      this.#window = jobs;
      this.#handlers.window(jobs);
    },
    draining: () => {
      this.#takesNothing = true;
      this.#handlers.draining();
    },
    begun: (id) => this.#handlers.begun(id),
    settled: (id, kind, value) => {
      this.#unsettled.delete(id);
      this.#handlers.settled(id, kind, value);
    },
    interrupted: (id, value) => {
      this.#takesNothing = true;
      this.#unsettled.delete(id);
      this.#handlers.interrupted(id, value);
    },
    item: (id, value) => this.#handlers.item(id, value),
    progress: (id, value) => this.#handlers.progress(id, value),
    returned: (id) => {
      this.#unsettled.delete(id);
      this.#handlers.returned(id);
    },
    closed: () => {},
  };
}
