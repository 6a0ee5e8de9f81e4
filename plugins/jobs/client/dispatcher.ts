import type { Clock } from "../../../core/contract/clock.ts";
import { isJobErrorCode, JobError } from "../../../core/contract/job-errors.ts";
import { workerKey } from "../../../core/contract/slots.ts";
import type { GroupTerms, PeerDirectory, PeersUpdate } from "../wire/peer.ts";
import { DEFAULT_TERMS } from "../wire/peer.ts";
import { RUN_HEAD_BYTES } from "../wire/wire.ts";
import { Assigner } from "./assign.ts";
import { Call } from "./call.ts";
import type { CallRequest } from "./call.ts";
import type { JobDriver, Submitted } from "./driver.ts";
import type { Connect } from "./link.ts";
import type { Picker } from "./pick.ts";
import { Ends } from "./settlement.ts";
import type { Target } from "./target.ts";
import { Targets } from "./targets.ts";
import { Times } from "./timeouts.ts";
import { Waiting } from "./waiting.ts";
import { Losses } from "./worker-losses.ts";

/** Between two looks at what waits and runs for too long, and at who could be asked again. Milliseconds. */
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
  readonly #ends: Ends;
  readonly #times: Times;
  readonly #targets: Targets;
  readonly #assigner: Assigner;
  readonly #losses: Losses;
  readonly #waiting = new Waiting();
  #terms: GroupTerms = DEFAULT_TERMS;
  #isInformed = false;
  #state: "unknown" | "open" | "stopping" | "dead" | "away" | "closed" = "unknown";
  #refusal: JobError | undefined;
  #ids = 0;
  #askedAt = -Infinity;
  #cancelSweep: (() => void) | undefined;
  #isPumping = false;

  constructor(ports: DispatcherPorts) {
    this.#ports = ports;
    const { clock, connect, group, pick } = ports;
    this.#ends = new Ends(group);
    this.#times = new Times(clock, this.#ends, (call, error) => this.#abort(call, error));
    this.#targets = new Targets({
      clock,
      connect,
      limit: () => this.#terms.maxBytes,
      room: () => this.#pump(),
      begun: (call) => this.#begun(call),
      settled: (call, kind, value) => this.#settled(call, kind, value),
      told: (call, kind, value) => this.#told(call, kind, value),
      interrupted: (call, target, value) => this.#interrupted(call, target, value),
      returned: (call) => this.#returned(call),
      lost: (calls, target) => {
        for (const call of calls) {
          if (call.phase === "settled") call.disarm?.();
          else this.#losses.lost(call, target);
        }
        this.#pump();
      },
    });
    this.#assigner = new Assigner({
      clock,
      waiting: this.#waiting,
      targets: this.#targets,
      pick: (able, call) => pick(able, call, this.#terms.pick),
    });
    this.#losses = new Losses({
      clock,
      what: (call) => this.#ends.what(call),
      again: (call) => this.#again(call),
      fail: (call, error) => this.#ends.fail(call, error),
      settle: (call, value) => this.#ends.settle(call, "failed", value),
      suspects: () => [...this.#waiting.suspects, ...this.#targets.sent()],
      cleared: (call) => {
        this.#waiting.delete(call);
        this.#waiting.add(call);
      },
    });
  }

  /** Bytes of one value; any before the supervisor has said it, and then those over it are refused. */
  get maxBytes(): number {
    return this.#isInformed ? this.#terms.maxBytes : Infinity;
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
    if (refusal) this.#ends.fail(call, refusal);
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
    if (terms) this.#agree(terms);
    if (refusal) {
      const code = isJobErrorCode(refusal.code) ? refusal.code : "CALL_FORBIDDEN";
      this.#refusal = new JobError(code, refusal.message);
      return this.#failWaiting(() => this.#refusal);
    }
    if (state || this.#state === "unknown") this.#state = state ?? "open";
    if (state === "away") {
      // The next one may have another config.
      this.#refusal = undefined;
      this.#losses.forget();
      this.#targets.orphan();
    }
    this.#targets.update(update);
    if (verdict) this.#losses.judge(workerKey(verdict), verdict.innocent);
    this.#pump();
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#cancelSweep?.();
    const closed = (call: Call): JobError =>
      this.#ends.error(call, "POOL_STOPPING", "the connection was closed");
    this.#failWaiting(closed);
    for (const call of this.#targets.sent()) this.#ends.fail(call, closed(call));
    this.#targets.close();
  }

  /** What came before the terms may be more than they allow, and would cost the connection. */
  #agree(terms: GroupTerms): void {
    this.#terms = terms;
    this.#isInformed = true;
    this.#failWaiting((call) => {
      const bytes = call.size - RUN_HEAD_BYTES;
      if (bytes <= terms.maxBytes) return undefined;
      const why = `an input of ${bytes} bytes, the limit is ${terms.maxBytes}`;
      return this.#ends.error(call, "VALUE_TOO_LARGE", why);
    });
  }

  #refuse(call: Call): JobError | undefined {
    if (this.#refusal) return this.#refusal;
    if (this.#state === "closed") return this.#ends.error(call, "POOL_STOPPING", "the connection was closed");
    const { bytes } = this.#waiting;
    const size = this.#waiting.size + this.#losses.held;
    if (size >= this.#terms.maxQueued)
      return this.#ends.error(call, "QUEUE_FULL", `${size} jobs wait already`);
    if (size > 0 && bytes + call.size > this.#terms.maxQueuedBytes)
      return this.#ends.error(call, "QUEUE_FULL", `inputs of ${bytes} bytes wait already`);
    return undefined;
  }

  /** Lets a call wait for a worker to begin it, from now on. */
  #again(call: Call): void {
    this.#times.waits(call);
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
    for (let unknown = this.#assigner.send(); unknown; unknown = this.#assigner.send()) {
      this.#waiting.delete(unknown);
      const why = "the group's workers have no such job";
      this.#ends.fail(unknown, this.#ends.error(unknown, "UNKNOWN_JOB", why));
    }
    this.#isPumping = false;
    if (this.#waiting.size > 0) this.#starve();
  }

  /** Jobs wait and nobody can take them. */
  #starve(): void {
    if (this.#state === "unknown" || this.#targets.has("connecting")) return;
    const { group, directory, clock } = this.#ports;
    const isUp = this.#targets.has("open");
    if (this.#state === "dead" && !isUp)
      return this.#failWaiting((call) =>
        this.#ends.error(call, "NO_WORKER", "no worker of the group starts again"),
      );
    if (this.#state === "stopping" && !isUp) return this.#failStopping();
    if (this.#state !== "away" && clock.now() - this.#askedAt >= ASK_MS) {
      this.#askedAt = clock.now();
      directory.needWorker(group, this.#waiting.size, clock.now() - this.#waiting.since());
    }
    if (this.#waiting.impatient === 0) return;
    this.#failWaiting((call) =>
      call.waits ? undefined : this.#ends.error(call, "NO_WORKER", "no worker is free"),
    );
  }

  #begun(call: Call): void {
    if (call.begun) return;
    call.begun = true;
    this.#times.runs(call);
    call.sink.begun?.();
  }

  #settled(call: Call, kind: "result" | "failed", value: () => unknown): void {
    if (call.phase === "settled") call.disarm?.();
    else this.#ends.settle(call, kind, value);
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
    // The time of its run has begun where its place was taken before the worker stopped.
    if (call.begun) this.#again(call);
    else this.#wait(call);
  }

  #interrupted(call: Call, target: Target, value: () => unknown): void {
    if (call.phase === "settled") call.disarm?.();
    else this.#losses.interrupted(call, target, value);
    this.#pump();
  }

  #abort(call: Call, error: JobError): void {
    if (call.phase === "settled") return;
    const target = call.phase === "sent" ? this.#targets.of(call) : undefined;
    if (!target && !this.#losses.release(call)) this.#waiting.delete(call);
    this.#ends.fail(call, error);
    if (!target) return;
    // It keeps its place until the worker has ended it.
    target.link?.abort(call.id);
    const { clock, directory, group } = this.#ports;
    call.disarm = clock.at(clock.now() + this.#terms.abortGrace, () => {
      if (target.sent.get(call.id) === call) directory.stuck(group, target.peer);
    });
  }

  #sweep(): void {
    const { clock } = this.#ports;
    this.#times.sweep(this.#waiting.values(), this.#targets.sent());
    this.#cancelSweep = undefined;
    this.#pump();
    const { waiting, sent } = this.load;
    if (waiting + sent > 0) this.#cancelSweep ??= clock.at(clock.now() + SWEEP_MS, () => this.#sweep());
  }

  #failWaiting(error: (call: Call) => JobError | undefined): void {
    for (const call of this.#waiting.values()) {
      const failed = error(call);
      if (!failed) continue;
      this.#waiting.delete(call);
      this.#ends.fail(call, failed);
    }
  }

  #failStopping(): void {
    this.#failWaiting((call) => this.#ends.error(call, "POOL_STOPPING", "the pool stops"));
  }
}
