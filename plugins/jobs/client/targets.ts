import type { Clock } from "../../../core/contract/clock.ts";
import { workerKey } from "../../../core/contract/slots.ts";
import type { Peer, PeersUpdate } from "../wire/peer.ts";
import type { Call } from "./call.ts";
import type { Connect, LinkHandlers } from "./link.ts";
import { newTarget, release } from "./target.ts";
import type { Target } from "./target.ts";

/** Waits before a connection that failed is tried again, doubling. Milliseconds. */
const RECONNECT_MS = 50;
const RECONNECT_MAX_MS = 2_000;

/** What {@link Targets} needs of the dispatcher around it. */
export interface TargetsPorts {
  readonly clock: Clock;
  readonly connect: Connect;
  /** Bytes of one frame. */
  limit(): number;
  /** Somebody may have room now. */
  room(): void;
  begun(call: Call): void;
  settled(call: Call, kind: "result" | "failed", value: () => unknown): void;
  told(call: Call, kind: "item" | "progress", value: () => unknown): void;
  /** It failed after its worker was told to stop. */
  interrupted(call: Call, target: Target, value: () => unknown): void;
  returned(call: Call): void;
  /** The worker ended, and had these. The target is as it was then. */
  lost(calls: Call[], target: Target): void;
}

/** The workers of one group, and a connection to each that is ready. */
export class Targets implements Iterable<Target> {
  readonly #ports: TargetsPorts;
  readonly #targets = new Map<string, Target>();
  #isClosed = false;
  /** Supervisors that have gone. */
  #supervisors = 0;

  constructor(ports: TargetsPorts) {
    this.#ports = ports;
  }

  [Symbol.iterator](): Iterator<Target> {
    return this.#targets.values();
  }

  /** Whether any of them is so. */
  has(state: Target["state"]): boolean {
    for (const target of this.#targets.values()) if (target.state === state) return true;
    return false;
  }

  /** The target that has a call. */
  of(call: Call): Target | undefined {
    for (const target of this.#targets.values()) if (target.sent.get(call.id) === call) return target;
    return undefined;
  }

  /** Every call that is at a worker, also what the caller has given up. */
  sent(): Call[] {
    return [...this.#targets.values()].flatMap(({ sent }) => [...sent.values()]);
  }

  update({ whole, up = [], down = [] }: PeersUpdate): void {
    if (whole) {
      const listed = new Set(up.map(workerKey));
      for (const target of this.#targets.values()) if (!listed.has(target.key)) this.#down(target);
    }
    for (const peer of down) {
      const target = this.#targets.get(workerKey(peer));
      if (target) this.#down(target);
    }
    for (const peer of up) this.#up(peer);
  }

  /** The supervisor has gone: they take nothing new, and another supervisor counts its workers from the first again. */
  orphan(): void {
    for (const target of [...this.#targets.values()]) {
      this.#targets.delete(target.key);
      target.key = `${target.key} of supervisor ${this.#supervisors}`;
      target.isOrphan = true;
      this.#targets.set(target.key, target);
      this.#down(target);
    }
    this.#supervisors++;
  }

  close(): void {
    this.#isClosed = true;
    for (const { link } of this.#targets.values()) link?.close();
  }

  #up(peer: Peer): void {
    const key = workerKey(peer);
    if (this.#targets.has(key)) return;
    const target = newTarget(key, peer);
    this.#targets.set(key, target);
    this.#connect(target);
  }

  #down(target: Target): void {
    target.listed = false;
    if (target.state === "open" || target.state === "draining") this.#leave(target);
    else if (target.state === "connecting") target.link?.close();
    else this.#targets.delete(target.key);
  }

  /** It takes nothing new. The connection ends when it has nothing of ours, and that end says that we know. */
  #leave(target: Target): void {
    target.state = "draining";
    if (target.sent.size === 0) target.link?.close();
  }

  #connect(target: Target): void {
    target.state = "connecting";
    target.link = this.#ports.connect(target.peer, this.#ports.limit(), this.#handlers(target));
  }

  #handlers(target: Target): LinkHandlers {
    const ports = this.#ports;
    const withCall = (id: number, then: (call: Call) => void): void => {
      const call = target.sent.get(id);
      if (call && call.phase !== "settled") then(call);
    };
    return {
      welcome({ names, window, windowBytes, capacity }) {
        if (target.state !== "connecting") return;
        Object.assign(target, { window, windowBytes, capacity, failedConnects: 0 });
        target.names = new Map(names.map((name, index) => [name, index]));
        target.state = "open";
        ports.room();
      },
      window(jobs) {
        target.window = jobs;
        ports.room();
      },
      draining: () => this.#leave(target),
      begun: (id) => withCall(id, (call) => ports.begun(call)),
      item: (id, value) => withCall(id, (call) => ports.told(call, "item", value)),
      progress: (id, value) => withCall(id, (call) => ports.told(call, "progress", value)),
      settled: (id, kind, value) => {
        const call = release(target, id);
        if (target.state === "draining") this.#leave(target);
        if (call) ports.settled(call, kind, value);
      },
      interrupted: (id, value) => {
        const call = release(target, id);
        // Whoever stops takes nothing.
        this.#leave(target);
        if (call) ports.interrupted(call, target, value);
      },
      returned: (id) => {
        const call = release(target, id);
        // Whoever gives back takes nothing, or the two would play ball.
        this.#leave(target);
        if (call) ports.returned(call);
      },
      closed: () => this.#closed(target),
    };
  }

  #closed(target: Target): void {
    const before = target.state;
    target.state = "closed";
    target.link = undefined;
    const lost = [...target.sent.values()];
    target.sent.clear();
    if (!target.listed || this.#isClosed) this.#targets.delete(target.key);
    else if (before !== "draining") this.#reconnect(target, before === "connecting");
    this.#ports.lost(lost, target);
    Object.assign(target, { bytes: 0, weight: 0, alone: false });
  }

  /** Listed and gone: its end will be told soon, or it was too busy to accept. */
  #reconnect(target: Target, isEarly: boolean): void {
    if (isEarly) target.failedConnects++;
    const { clock } = this.#ports;
    const wait = Math.min(RECONNECT_MAX_MS, RECONNECT_MS * 2 ** target.failedConnects);
    clock.at(clock.now() + wait, () => {
      const isStill = this.#targets.get(target.key) === target && target.state === "closed";
      if (isStill && !this.#isClosed) this.#connect(target);
    });
  }
}
