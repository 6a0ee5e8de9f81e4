import type { CallInput } from "../../../plugins/jobs/client/call.ts";
import type { Connect } from "../../../plugins/jobs/client/link.ts";
import type { Peer, PeersUpdate } from "../../../plugins/jobs/wire/peer.ts";
import { byRequest } from "../../../plugins/scaling/by-request.ts";
import { byUtilisation } from "../../../plugins/scaling/by-utilisation.ts";
import { createController } from "../../../plugins/scaling/controller.ts";
import type { Controller } from "../../../plugins/scaling/controller.ts";
import { emptyState } from "../../../plugins/scoreboard/wire/record.ts";
import { broken } from "../broken.ts";
import type { Random } from "../random.ts";
import type { Ledger } from "./ledger.ts";
import { SimLink } from "./link.ts";
import type { Plan, PlannedCall } from "./plan.ts";
import type { VirtualTime } from "./time.ts";
import { SimWorker } from "./worker.ts";

interface SimSlot {
  readonly id: string;
  epoch: number;
  state: "idle" | "starting" | "ready" | "draining";
  worker: SimWorker | undefined;
  links: { caller: number; link: SimLink }[];
}

const PACE = { up: 200, down: 2_000, refused: 1_000 };

/** A pool with one job group: starts, loses and drains made-up workers, tells callers, and scales by request. */
export class SimSupervisor {
  readonly #plan: Plan;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #ledger: Ledger;
  readonly #slots: SimSlot[];
  readonly #controller: Controller;
  readonly #listeners: ((update: PeersUpdate) => void)[] = [];
  readonly #toldAt: number[] = [];
  #requests: { at: number; waiting: number; waitedMs: number }[] = [];
  #isEnding = false;
  /** There is no supervisor; and the number of starts that those before this one have counted. */
  #isAway = false;
  #told = 0;
  desired: number;

  constructor(plan: Plan, time: VirtualTime, random: Random, ledger: Ledger) {
    this.#plan = plan;
    this.#time = time;
    this.#random = random;
    this.#ledger = ledger;
    this.desired = plan.min;
    this.#controller = createController([plan.scales === "byRequest" ? byRequest() : byUtilisation()], PACE);
    this.#slots = Array.from({ length: plan.max }, (_, index) => ({
      id: `w#${index}`,
      epoch: 0,
      state: "idle",
      worker: undefined,
      links: [],
    }));
    this.#reconcile();
    this.#look();
  }

  /** Ready workers. */
  get ready(): number {
    return this.#slots.filter(({ state }) => state === "ready").length;
  }

  /** Tells a caller what is so, and what changes. */
  watch(caller: number, listener: (update: PeersUpdate) => void): void {
    this.#listeners[caller] = listener;
    this.#toldAt[caller] = 0;
    const up = this.#slots.filter(({ state }) => state === "ready").map((slot) => this.#peer(slot));
    this.#tellOne(caller, { terms: this.#plan.terms, whole: true, up, state: "open" });
  }

  /** The port of a caller. */
  connect(caller: number, plannedOf: (input: CallInput) => PlannedCall): Connect {
    return (peer, _, handlers) => {
      const slot = this.#slots.find(({ id, epoch }) => id === peer.slot && String(epoch) === peer.path);
      const world = { time: this.#time, random: this.#random, windowBytes: this.#plan.windowBytes };
      const link = new SimLink(world, slot?.worker, handlers, plannedOf);
      slot?.links.push({ caller, link });
      return link;
    };
  }

  need(waiting: number, waitedMs: number): void {
    this.#requests.push({ at: this.#time.now(), waiting, waitedMs });
    this.#time.after(0, () => this.#look());
  }

  scale(count: number): void {
    this.desired = count;
    if (count < this.#plan.min || count > this.#plan.max) broken("I14", `${count} workers are wanted`);
    this.#reconcile();
  }

  kill(which: number, isCrash: boolean): void {
    const live = this.#slots.filter(({ worker }) => worker);
    if (live.length > 0) this.#lose(live[which % live.length]!, isCrash);
  }

  drain(which: number): void {
    const ready = this.#slots.filter(({ state }) => state === "ready");
    if (ready.length > 0) this.#drain(ready[which % ready.length]!);
  }

  /** A connection breaks, and both ends go on. */
  hangUp(which: number): void {
    const links = this.#slots.flatMap((slot) => (slot.worker ? slot.links : []));
    if (links.length === 0) return;
    this.#ledger.kills++;
    links[which % links.length]!.link.snap();
  }

  /** The supervisor is killed: programs see it go, and its workers end when they notice. Another one comes. */
  leave(programs: readonly boolean[]): void {
    if (this.#isAway || this.#isEnding) return;
    this.#isAway = true;
    for (const slot of this.#slots) {
      const { epoch, worker } = slot;
      if (slot.state === "starting") slot.epoch++;
      if (!worker) slot.state = "idle";
      else {
        slot.state = "draining";
        this.#time.after(this.#random.int(0, 1_500), () => {
          if (slot.epoch !== epoch || worker.isDead) return;
          this.#ledger.kills++;
          this.#gone(slot, epoch, true);
        });
      }
    }
    for (const [caller, isProgram] of programs.entries())
      if (isProgram) this.#tellOne(caller, { state: "away" });
    this.#time.after(2_000 + this.#random.int(0, 2_000), () => this.#comeBack(programs));
  }

  #comeBack(programs: readonly boolean[]): void {
    this.#isAway = false;
    this.#told = Math.max(...this.#slots.map(({ epoch }) => epoch));
    for (const slot of this.#slots) slot.epoch = this.#told;
    this.#requests = [];
    if (this.#isEnding) return;
    for (const [caller, isProgram] of programs.entries())
      if (isProgram) this.watch(caller, this.#listeners[caller]!);
    this.#reconcile();
  }

  /** No worker starts any more; what is there goes. */
  end(kind: "stop" | "dead"): void {
    if (this.#isAway) return;
    this.#isEnding = true;
    if (kind === "stop") {
      this.#ledger.isStopping = true;
      this.#tell({ state: "stopping" });
      for (const slot of this.#slots) if (slot.state === "ready") this.#drain(slot);
    } else {
      this.#ledger.isDead = true;
      for (const slot of this.#slots) if (slot.worker) this.#lose(slot, false);
      this.#tell({ state: "dead" });
    }
  }

  #look(): void {
    const now = this.#time.now();
    this.#requests = this.#requests.filter(({ at }) => now - at < 1_500);
    const { min, max } = this.#plan;
    const last = this.#requests.at(-1);
    const workers = this.#slots.flatMap(({ state, worker }) =>
      state === "ready"
        ? { ...emptyState(), jobsRunning: worker!.load, utilisation: Math.min(1, worker!.load / 4) }
        : [],
    );
    const starting = this.#slots.filter(({ state }) => state === "starting").length;
    const step = this.#controller.look({
      group: "w",
      now,
      wallNow: 0,
      min,
      max,
      desired: this.desired,
      ready: this.ready,
      starting,
      workers,
      requests: this.#requests.length,
      waiting: last?.waiting ?? 0,
      waitedMs: last?.waitedMs ?? 0,
    });
    if (!step || this.#isEnding || this.#isAway) return;
    this.#requests = [];
    this.scale(step.to);
  }

  /** Looks once a second, for as long as something is to happen. */
  tick(): void {
    this.#look();
    this.#time.after(1_000, () => this.tick());
  }

  #reconcile(): void {
    if (this.#isEnding || this.#isAway) return;
    const up = this.#slots.filter(({ state }) => state === "starting" || state === "ready");
    for (const slot of up.slice(this.desired)) if (slot.state === "ready") this.#drain(slot);
    const free = this.#slots.filter(({ state }) => state === "idle");
    for (const slot of free.slice(0, Math.max(0, this.desired - up.length))) this.#start(slot);
  }

  #start(slot: SimSlot): void {
    slot.epoch++;
    slot.state = "starting";
    const { epoch } = slot;
    this.#time.after(this.#random.int(20, 200), () => {
      if (slot.epoch !== epoch) return;
      if (this.#isEnding) return void (slot.state = "idle");
      slot.state = "ready";
      slot.links = [];
      slot.worker = new SimWorker({
        time: this.#time,
        random: this.#random,
        concurrency: this.#plan.concurrency,
        windowBytes: this.#plan.windowBytes,
        began: (planned, attempt) => this.#ledger.began(planned, attempt, this.#time.now()),
        poisoned: (planned) => {
          this.#ledger.poisoned(planned);
          this.#lose(slot, true);
        },
        drained: () => this.#gone(slot, epoch, true),
      });
      this.#tell({ up: [this.#peer(slot)] });
      this.#reconcile();
    });
  }

  #drain(slot: SimSlot): void {
    const { epoch, worker } = slot;
    slot.state = "draining";
    this.#tell({ down: [{ slot: slot.id, epoch: epoch - this.#told }] });
    this.#time.after(this.#random.int(0, 5), () => {
      if (slot.epoch === epoch) worker?.drain();
    });
    if (!this.#random.chance(0.3)) return;
    // The time of the drain is over, and then that of the stop.
    const drainMs = this.#random.int(10, 300);
    this.#time.after(drainMs, () => {
      if (slot.epoch !== epoch || !worker || worker.isDead) return;
      this.#ledger.kills++;
      worker.stop();
    });
    this.#time.after(drainMs + this.#random.int(10, 300), () => {
      if (slot.epoch === epoch && worker && !worker.isDead && worker.load > 0) this.#lose(slot, false);
    });
  }

  #lose(slot: SimSlot, isCrash: boolean): void {
    if (isCrash) this.#ledger.crashed(slot.worker!.held);
    else this.#ledger.kills++;
    this.#gone(slot, slot.epoch, !isCrash);
  }

  #gone(slot: SimSlot, epoch: number, innocent: boolean): void {
    const { worker, links, id, state } = slot;
    if (slot.epoch !== epoch || !worker || worker.isDead) return;
    const isClean = state === "draining" && innocent && worker.load === 0;
    worker.die();
    for (const { link } of links) link.cut(isClean);
    slot.worker = undefined;
    slot.state = "idle";
    // The verdict takes as long as the supervisor takes to read what the process has left.
    const wait = this.#random.chance(0.1) ? this.#random.int(100, 1_500) : this.#random.int(0, 30);
    const told = epoch - this.#told;
    this.#time.after(wait, () => {
      if (epoch - this.#told === told)
        this.#tell({ down: [{ slot: id, epoch: told }], verdict: { slot: id, epoch: told, innocent } });
    });
    this.#time.after(wait + this.#random.int(0, 300), () => this.#reconcile());
  }

  #peer({ id, epoch }: SimSlot): Peer {
    // A supervisor counts from the first; the path is another one each time.
    return { slot: id, epoch: epoch - this.#told, path: String(epoch), token: "" };
  }

  #tell(update: PeersUpdate): void {
    if (this.#isAway) return;
    for (const caller of this.#listeners.keys()) this.#tellOne(caller, update);
  }

  #tellOne(caller: number, update: PeersUpdate): void {
    const at = Math.max(this.#toldAt[caller]!, this.#time.now() + this.#random.int(0, 10));
    this.#toldAt[caller] = at;
    this.#time.at(at, () => {
      for (const { slot, epoch } of update.down ?? []) {
        const found = this.#slots.find(({ id, epoch: now }) => id === slot && now === epoch + this.#told);
        for (const { caller: whose, link } of found?.links ?? []) if (whose === caller) link.refuse();
      }
      if (update.state === "away")
        for (const { links } of this.#slots)
          for (const { caller: whose, link } of links) if (whose === caller) link.refuse();
      this.#listeners[caller]!(update);
    });
  }
}
