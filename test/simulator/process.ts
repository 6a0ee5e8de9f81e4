import type { ProcessEnd } from "../../core/contract/runtime.ts";
import type { Violation } from "../../core/protocol/frame-order.ts";
import type { Frame } from "../../core/protocol/frames.ts";
import type { GoodbyeKind } from "../../core/protocol/goodbye.ts";
import type { Behaviour, OwnEnd } from "./behaviour.ts";
import { Notes } from "./notes.ts";
import type { Random } from "./random.ts";

/** What the supervisor hears of a process; `WorkerSink` as data. */
export type Word =
  | { readonly type: "spawned"; readonly pid: number }
  | { readonly type: "frame"; readonly frame: Frame }
  | { readonly type: "violation"; readonly violation: Violation }
  | { readonly type: "disconnected" }
  | { readonly type: "exited"; readonly end: ProcessEnd };

/** The world around a process. */
export interface Host {
  readonly now: number;
  /** Something of the process's own, that no freeze of the supervisor holds up. */
  later(at: number, run: () => void): void;
  deliver(process: FakeProcess, word: Word, at: number): void;
}

const HEARTBEAT: Frame = { type: "heartbeat" };
const HELLO: Frame = { type: "hello" };
const READY: Frame = { type: "ready" };
const ASK: Frame = { type: "drainRequest" };

/** One incarnation. Its words reach the supervisor in order, its exit last and once: the contract of `Runtime`. */
export class FakeProcess {
  readonly slot: number;
  readonly epoch: number;
  readonly pid: number;
  /** No process yet: its options are still asked for. */
  asking = true;
  alive = false;
  connected = false;
  hung = false;
  /** The supervisor has asked it to end. */
  told = false;
  parted = false;
  ready = false;
  /** The supervisor dropped the connection: words on the way are lost. */
  cut = false;
  /** When it last spoke, and the time before that. */
  said: number = -Infinity;
  saidBefore: number = -Infinity;
  pausedUntil = 0;
  /** A signal is on its way. */
  doomed = false;
  /** What the supervisor has been told of it, for the invariants. */
  readonly notes: Notes;
  readonly behaviour: Behaviour;
  readonly #host: Host;
  readonly #random: Random;
  readonly #heartbeatMs: number;
  #arrival = 0;
  #inbox = 0;

  constructor(
    host: Host,
    at: { slot: number; epoch: number; pid: number },
    behaviour: Behaviour,
    random: Random,
    heartbeatMs: number,
  ) {
    this.slot = at.slot;
    this.epoch = at.epoch;
    this.pid = at.pid;
    this.behaviour = behaviour;
    this.#host = host;
    this.#random = random;
    this.#heartbeatMs = heartbeatMs;
    this.notes = new Notes(host.now);
    host.later(host.now + behaviour.askMs, () => this.#begin());
  }

  /** A frame of the supervisor. */
  send(frame: Frame): void {
    if (!this.connected) return;
    if (frame.type === "drain" || frame.type === "stop") this.#hear(() => void (this.told = true));
    if (frame.type === "drain") this.#hear(() => this.#part(this.behaviour.drainMs));
    if (frame.type === "ping") this.#hear(() => this.parted || !this.connected || this.#say(HEARTBEAT));
    if (frame.type === "stop") this.#hear(() => this.#part(this.behaviour.stopMs));
  }

  /** A signal, of the supervisor or of somebody else. */
  signal(signal: string): void {
    const { termMs, killMs, silent } = this.behaviour;
    if (!this.alive) return;
    this.doomed = true;
    if (signal === "SIGKILL") {
      this.#host.later(this.#host.now + killMs, () => this.#die(null, "SIGKILL", ""));
    } else if (signal === "SIGTERM" && this.connected && !silent) {
      // Ready, and asked by nobody else: it wants to finish what it has.
      this.#hear(() => (this.ready && !this.told && !this.parted ? this.#say(ASK) : this.#part(termMs)));
    } else if (signal !== "SIGTERM" || termMs !== Infinity) {
      this.#hear(() => this.#act(signal === "SIGTERM" ? termMs : 0, () => this.#die(null, signal, "")));
    }
  }

  disconnect(): void {
    this.cut = true;
    this.connected = false;
    if (this.#random.chance(0.5)) this.#deliver({ type: "disconnected" });
  }

  pause(ms: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.#host.now + ms);
  }

  #begin(): void {
    if (!this.asking) return;
    this.asking = false;
    const { spawnFails, helloMs } = this.behaviour;
    if (spawnFails) {
      const end = { code: null, signal: null, spawnError: "spawn ENOENT", stderrTail: "" };
      return this.#deliver({ type: "exited", end });
    }
    this.alive = true;
    this.#deliver({ type: "spawned", pid: this.pid });
    this.#plan("spawn");
    this.#act(helloMs, () => this.#greet());
  }

  #greet(): void {
    if (this.parted) return;
    this.connected = true;
    this.#say(HELLO);
    this.#plan("hello");
    this.#beat();
    this.#act(this.behaviour.readyMs, () => {
      if (this.parted || !this.connected) return;
      this.ready = true;
      this.#say(READY);
      this.#plan("ready");
    });
  }

  #beat(): void {
    this.#act(this.#heartbeatMs, () => {
      if (this.parted || !this.connected) return;
      this.#say(HEARTBEAT);
      this.#beat();
    });
  }

  #plan(after: Behaviour["ownAfter"]): void {
    const { own, ownAfter, ownMs } = this.behaviour;
    if (own && ownAfter === after) this.#act(ownMs, () => this.#end(own));
  }

  #end(own: OwnEnd): void {
    switch (own.type) {
      case "exit":
        return this.#die(own.code, own.signal, own.stderr);
      case "goodbye":
        if (this.parted || !this.connected) return;
        this.#goodbye(own.kind, own.exitMs, own.code, own.drains);
        if (own.chatty) this.#say(HEARTBEAT);
        return;
      case "hang":
        this.hung = true;
        return;
      case "violation":
        if (!this.connected) return;
        if (own.kind === "secondHello") return this.#say(HELLO);
        return this.#deliver({ type: "violation", violation: { kind: own.kind, detail: own.kind } });
      case "disconnect":
        if (!this.connected) return;
        this.connected = false;
        this.#deliver({ type: "disconnected" });
    }
  }

  /** Ends as it was asked to, after `ms`. */
  #part(ms: number): void {
    this.#act(ms, () => {
      const { silent, partMs, partCode } = this.behaviour;
      if (this.parted) return;
      if (silent || !this.connected) this.#die(partCode, null, "");
      else this.#goodbye("drained", partMs, partCode, false);
    });
  }

  #goodbye(kind: GoodbyeKind, exitMs: number, code: number, drains: boolean): void {
    this.#say({ type: "goodbye", kind, drains });
    this.parted = true;
    this.#act(exitMs, () => this.#die(code, null, ""));
  }

  #die(code: number | null, signal: string | null, stderrTail: string): void {
    if (!this.alive) return;
    this.alive = false;
    if (this.connected && this.#random.chance(0.8)) this.#deliver({ type: "disconnected" });
    this.connected = false;
    if (this.#random.chance(0.2))
      this.#arrival = Math.max(this.#arrival, this.#host.now + this.#random.int(0, 500));
    this.#deliver({ type: "exited", end: { code, signal, stderrTail, oomKills: 0 } });
  }

  #say(frame: Frame): void {
    this.saidBefore = this.said;
    this.said = this.#host.now;
    this.#deliver({ type: "frame", frame });
  }

  #deliver(word: Word): void {
    this.#arrival = Math.max(this.#arrival, this.#host.now + this.#random.int(0, this.behaviour.latency));
    this.#host.deliver(this, word, this.#arrival);
  }

  #hear(run: () => void): void {
    this.#inbox = Math.max(this.#inbox, this.#host.now + this.#random.int(0, this.behaviour.latency));
    this.#act(this.#inbox - this.#host.now, run);
  }

  /** Something that it does itself, unless it has ended or hangs by then; later when it is paused. */
  #act(ms: number, run: () => void): void {
    if (ms === Infinity) return;
    const act = (): void => {
      if (!this.alive || this.hung) return;
      if (this.pausedUntil > this.#host.now) return this.#host.later(this.pausedUntil, act);
      run();
    };
    this.#host.later(this.#host.now + ms, act);
  }
}
