import type { Clock } from "../../../core/clock.ts";
import { Call } from "./call.ts";
import type { CallRequest } from "./call.ts";
import type { JobDriver, Submitted } from "./driver.ts";
import type { JobErrorCode } from "../../../core/job-errors.ts";
import { isJobErrorCode, JobError } from "../../../core/job-errors.ts";
import { errorOf } from "../wire/failure.ts";
import type { Connect } from "./link.ts";
import { Losses } from "./losses.ts";
import type { GroupTerms, PeerDirectory, PeersUpdate } from "../wire/peer.ts";
import { DEFAULT_TERMS, peerKey } from "../wire/peer.ts";
import type { Picker } from "./pick.ts";
import { hasRoom, take } from "./target.ts";
import type { Target } from "./target.ts";
import { Targets } from "./targets.ts";
import { isSuspect, Waiting } from "./waiting.ts";
import { FLAG } from "../wire/wire.ts";

/** How long a call waits, and may run, where it does not say. Milliseconds, looked at once a second. */
export const DEFAULT_QUEUE_MS = 60_000;
export const DEFAULT_RUN_MS = 600_000;
const SWEEP_MS = 1_000;

/** Another worker is asked for at most once in this time. Milliseconds. */
const ASK_MS = 100;

/** The world of a dispatcher. */
export interface DispatcherPorts {
  readonly group: string;
  readonly clock: Clock;
  readonly connect: Connect;
  readonly directory: Pick<PeerDirectory, "needWorker" | "stuck" | "isWorker">;
  readonly pick: Picker;
}

/** The in-memory driver: what waits is in this process, what is sent is at a worker, within its credit. */
export class Dispatcher implements JobDriver {
  readonly #ports: DispatcherPorts;
  readonly #targets: Targets;
  readonly #losses: Losses;
  readonly #waiting = new Waiting();
  #terms: GroupTerms = DEFAULT_TERMS;
  #state: "unknown" | "open" | "stopping" | "dead" | "closed" = "unknown";
  #refusal: JobError | undefined;
  /** Kept free for a call that runs alone. */
  #reserved: Target | undefined;
  #ids = 0;
  #askedAt = -Infinity;
  #cancelSweep: (() => void) | undefined;
  #isPumping = false;

  constructor(ports: DispatcherPorts) {
    this.#ports = ports;
    const { clock, connect } = ports;
    this.#targets = new Targets({
      clock,
      connect,
      limit: () => this.#terms.maxBytes,
      room: () => this.#pump(),
      begun: (call) => this.#begun(call),
      settled: (call, kind, value) => this.#settled(call, kind, value),
      told: (call, kind, value) => this.#told(call, kind, value),
      returned: (call) => this.#returned(call),
      lost: (calls, target) => {
        for (const call of calls) {
          if (call.phase === "settled") call.disarm?.();
          else this.#losses.lost(call, target);
        }
        this.#pump();
      },
    });
    this.#losses = new Losses({
      clock,
      what: (call) => this.#what(call),
      again: (call) => this.#again(call),
      fail: (call, error) => this.#fail(call, error),
      suspects: () => [...this.#waiting.suspects, ...this.#targets.sent()],
      cleared: (call) => {
        this.#waiting.delete(call);
        this.#waiting.add(call);
      },
    });
  }

  /** Bytes of one value. */
  get maxBytes(): number {
    return this.#terms.maxBytes;
  }

  /** What waits, and what is at workers. */
  get load(): { readonly waiting: number; readonly waitingBytes: number; readonly sent: number } {
    const { size, bytes } = this.#waiting;
    return { waiting: size + this.#losses.held, waitingBytes: bytes, sent: this.#targets.sent().length };
  }

  submit(request: CallRequest): Submitted {
    this.#ids = (this.#ids + 1) >>> 0;
    const call = new Call(request, this.#ids, this.#ports.clock.now());
    const refusal = this.#refuse(call);
    if (refusal) this.#fail(call, refusal);
    else this.#again(call);
    if (call.phase === "waiting") call.input.keep();
    return {
      abort: (error) => this.#abort(call, error),
      pull: (items) => this.#targets.of(call)?.link?.pull(call.id, items),
    };
  }

  /** What the supervisor says. */
  update(update: PeersUpdate): void {
    if (this.#state === "closed") return;
    const { terms, verdict, state, refusal } = update;
    if (terms) this.#terms = terms;
    if (refusal) {
      const code = isJobErrorCode(refusal.code) ? refusal.code : "CALL_FORBIDDEN";
      this.#refusal = new JobError(code, refusal.message);
      return this.#failWaiting(() => this.#refusal);
    }
    if (state || this.#state === "unknown") this.#state = state ?? "open";
    this.#targets.update(update);
    if (verdict) this.#losses.judge(peerKey(verdict), verdict.innocent);
    this.#pump();
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#cancelSweep?.();
    const closed = (call: Call): JobError => this.#error(call, "POOL_STOPPING", "the connection was closed");
    this.#failWaiting(closed);
    for (const call of this.#targets.sent()) this.#fail(call, closed(call));
    this.#targets.close();
  }

  #refuse(call: Call): JobError | undefined {
    if (this.#refusal) return this.#refusal;
    if (this.#state === "closed") return this.#error(call, "POOL_STOPPING", "the connection was closed");
    const { bytes } = this.#waiting;
    const size = this.#waiting.size + this.#losses.held;
    if (size >= this.#terms.maxQueued) return this.#error(call, "QUEUE_FULL", `${size} jobs wait already`);
    if (size > 0 && bytes + call.size > this.#terms.maxQueuedBytes)
      return this.#error(call, "QUEUE_FULL", `inputs of ${bytes} bytes wait already`);
    return undefined;
  }

  /** Lets a call wait for a worker to begin it, from now on. */
  #again(call: Call): void {
    call.waitsSince = this.#ports.clock.now();
    this.#arm(call, call.queueTimeout, "QUEUE_TIMEOUT");
    this.#wait(call);
  }

  /** Looks for a worker, which may take no time at all. */
  #wait(call: Call): void {
    const now = this.#ports.clock.now();
    this.#waiting.add(call);
    this.#cancelSweep ??= this.#ports.clock.at(now + SWEEP_MS, () => this.#sweep());
    this.#pump();
  }

  /** Sends what can be sent, and says what is missing for the rest. */
  #pump(): void {
    if (this.#isPumping || this.#waiting.size === 0) return;
    if (this.#state === "stopping" && !this.#ports.directory.isWorker) return this.#failStopping();
    this.#isPumping = true;
    this.#sendSuspects();
    for (let next = this.#waiting.peek(); next; next = this.#waiting.peek()) {
      const target = this.#choose(next);
      if (target) this.#send(next, target);
      else if (this.#isUnknown(next)) {
        this.#waiting.delete(next);
        this.#fail(next, this.#error(next, "UNKNOWN_JOB", "the group's workers have no such job"));
      } else break;
    }
    this.#isPumping = false;
    if (this.#waiting.size > 0) this.#starve();
  }

  #sendSuspects(): void {
    this.#reserved = undefined;
    for (const call of this.#waiting.suspects) {
      let least: Target | undefined;
      for (const target of this.#targets) {
        if (target.state !== "open" || target.alone || !target.names.has(call.name)) continue;
        if (!least || target.sent.size < least.sent.size) least = target;
      }
      if (least?.sent.size !== 0) {
        this.#reserved = least;
        return;
      }
      this.#send(call, least);
    }
  }

  #choose(call: Call): Target | undefined {
    const able: Target[] = [];
    for (const target of this.#targets)
      if (target !== this.#reserved && hasRoom(target, call)) able.push(target);
    return able.length === 0 ? undefined : this.#ports.pick(able, call, this.#terms.pick);
  }

  /** Whether every worker there is has said that it has no such job. */
  #isUnknown({ name }: Call): boolean {
    if (this.#targets.has("connecting") || !this.#targets.has("open")) return false;
    for (const { state, names } of this.#targets) if (state === "open" && names.has(name)) return false;
    return true;
  }

  #send(call: Call, target: Target): void {
    this.#waiting.delete(call);
    call.phase = "sent";
    call.sentAt = this.#ports.clock.now();
    call.attempt++;
    const alone = isSuspect(call);
    take(target, call);
    target.alone = alone;
    const tell = alone || call.timeout !== undefined || call.queueTimeout !== undefined;
    const flags = call.flags | (alone ? FLAG.alone : 0) | (tell ? FLAG.tell : 0);
    target.link!.run(call, flags, target.names.get(call.name)!);
  }

  /** Jobs wait and nobody can take them. */
  #starve(): void {
    if (this.#state === "unknown" || this.#targets.has("connecting")) return;
    const { group, directory, clock } = this.#ports;
    const isUp = this.#targets.has("open");
    if (this.#state === "dead" && !isUp)
      return this.#failWaiting((call) =>
        this.#error(call, "NO_WORKER", "no worker of the group starts again"),
      );
    if (this.#state === "stopping" && !isUp) return this.#failStopping();
    if (clock.now() - this.#askedAt >= ASK_MS) {
      this.#askedAt = clock.now();
      directory.needWorker(group, this.#waiting.size, clock.now() - this.#waiting.since());
    }
    if (this.#waiting.impatient === 0) return;
    this.#failWaiting((call) =>
      call.waits ? undefined : this.#error(call, "NO_WORKER", "no worker is free"),
    );
  }

  #begun(call: Call): void {
    if (call.begun) return;
    call.begun = true;
    call.disarm?.();
    this.#arm(call, call.timeout, "RUN_TIMEOUT");
    call.sink.begun?.();
  }

  #settled(call: Call, kind: "result" | "failed", value: () => unknown): void {
    if (call.phase === "settled") call.disarm?.();
    else {
      let given: unknown;
      let broken: JobError | undefined;
      try {
        given = value();
      } catch (error) {
        broken = this.#error(call, "JOB_FAILED", "its answer cannot be read", error);
      }
      if (broken) this.#fail(call, broken);
      else if (kind === "failed") this.#fail(call, errorOf(given, this.#what(call)));
      else if (this.#end(call)) call.sink.result(given);
    }
    this.#pump();
  }

  #told(call: Call, kind: "item" | "progress", value: () => unknown): void {
    if (kind === "item") call.items++;
    try {
      call.sink[kind]?.(value());
    } catch {
      // Bytes that are no value, or a listener that throws: neither is the end of the job.
    }
  }

  /** Given back by a worker that drains: as if it had never been sent, so it still waits. */
  #returned(call: Call): void {
    if (call.phase === "settled") return call.disarm?.();
    call.attempt--;
    this.#wait(call);
  }

  #abort(call: Call, error: JobError): void {
    if (call.phase === "settled") return;
    const target = call.phase === "sent" ? this.#targets.of(call) : undefined;
    if (!target && !this.#losses.release(call)) this.#waiting.delete(call);
    this.#fail(call, error);
    if (!target) return;
    // It keeps its place until the worker has ended it.
    target.link?.abort(call.id);
    const { clock, directory, group } = this.#ports;
    call.disarm = clock.at(clock.now() + this.#terms.abortGrace, () => {
      if (target.sent.get(call.id) === call) directory.stuck(group, target.peer);
    });
  }

  #arm(call: Call, ms: number | undefined, code: "QUEUE_TIMEOUT" | "RUN_TIMEOUT"): void {
    call.disarm = undefined;
    if (ms === undefined) return;
    const verb = code === "RUN_TIMEOUT" ? "ran" : "waited";
    call.disarm = this.#ports.clock.at(this.#ports.clock.now() + ms, () =>
      this.#abort(call, this.#error(call, code, `it ${verb} longer than ${ms} ms`)),
    );
  }

  #sweep(): void {
    const { clock } = this.#ports;
    const now = clock.now();
    for (const call of this.#waiting.values()) {
      if (call.queueTimeout === undefined && now - call.waitsSince > DEFAULT_QUEUE_MS)
        this.#abort(call, this.#error(call, "QUEUE_TIMEOUT", "it waited longer than a minute"));
    }
    for (const call of this.#targets.sent()) {
      if (call.timeout === undefined && now - call.sentAt > DEFAULT_RUN_MS)
        this.#abort(call, this.#error(call, "RUN_TIMEOUT", "it ran longer than ten minutes"));
    }
    this.#cancelSweep = undefined;
    this.#pump();
    const { waiting, sent } = this.load;
    if (waiting + sent > 0) this.#cancelSweep ??= clock.at(now + SWEEP_MS, () => this.#sweep());
  }

  #failWaiting(error: (call: Call) => JobError | undefined): void {
    for (const call of this.#waiting.values()) {
      const failed = error(call);
      if (!failed) continue;
      this.#waiting.delete(call);
      this.#fail(call, failed);
    }
  }

  #failStopping(): void {
    this.#failWaiting((call) => this.#error(call, "POOL_STOPPING", "the pool stops"));
  }

  #fail(call: Call, error: JobError): void {
    if (this.#end(call)) call.sink.failed(error);
  }

  /** The one end of a call; `false` when it has come before. */
  #end(call: Call): boolean {
    if (call.phase === "settled") return false;
    call.phase = "settled";
    call.disarm?.();
    call.disarm = undefined;
    return true;
  }

  #error(call: Call, code: JobErrorCode, why: string, cause?: unknown): JobError {
    return new JobError(code, `${this.#what(call)}: ${why}`, cause === undefined ? {} : { cause });
  }

  #what({ name }: Call): string {
    return `${this.#ports.group}.${name}`;
  }
}
