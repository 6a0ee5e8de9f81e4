import type { Clock } from "../../../core/contract/clock.ts";
import { JobError } from "../../../core/contract/job-errors.ts";
import { causeOf } from "../wire/failure.ts";
import { FLAG } from "../wire/wire.ts";
import type { Call } from "./call.ts";
import type { Target } from "./target.ts";

/** Workers that a job may have ended before it is not begun again. */
export const QUARANTINE_AFTER = 3;
/** Workers lost with a job, whoever ended them, before it is given up, where no number of retries says so. */
export const LOSSES_AT_MOST = 10;

/** How long the verdict about a lost worker is waited for, where it decides. Milliseconds. */
const VERDICT_MS = 2_000;
/** Ends of workers that are remembered. */
const REMEMBERED = 256;

/** What {@link Losses} needs of the dispatcher around it. */
export interface LossesPorts {
  readonly clock: Clock;
  /** What a call is named in an error. */
  what(call: Call): string;
  again(call: Call): void;
  fail(call: Call, error: JobError): void;
  /** It failed, as its worker has told; `value` reads how. */
  settle(call: Call, value: () => unknown): void;
  /** Calls that may be suspected of something, wherever they are. */
  suspects(): Iterable<Call>;
  /** A call that waits is not suspected any more. */
  cleared(call: Call): void;
}

/**
 * What becomes of calls whose worker has ended. One that may run twice is begun again. When it may be what ended the
 * worker it runs alone from then on, so that its neighbours are not taken for it, and after three it is quarantined.
 * A worker that was killed from outside is nobody's fault, says the supervisor; that verdict may come later.
 */
export class Losses {
  readonly #ports: LossesPorts;
  readonly #verdicts = new Map<string, boolean>();
  /** Calls whose quarantine hangs on a verdict. */
  readonly #held = new Set<Call>();

  constructor(ports: LossesPorts) {
    this.#ports = ports;
  }

  /** How many calls wait for a verdict. */
  get held(): number {
    return this.#held.size;
  }

  /** Its worker ended and had it. */
  lost(call: Call, { key, peer, alone, isOrphan }: Target): void {
    const { clock, again, fail } = this.#ports;
    this.#count(call);
    if (!mayRepeat(call))
      return fail(call, this.#error(call, `worker ${peer.slot} ended while it had the job`));
    if (!isOrphan) this.#suspect(call, key, alone);
    const { all, certain } = count(call);
    if (certain >= QUARANTINE_AFTER) return this.#quarantine(call);
    if (all < QUARANTINE_AFTER) return again(call);
    call.phase = "waiting";
    this.#held.add(call);
    call.disarm = clock.at(clock.now() + VERDICT_MS, () => this.#quarantine(call));
  }

  /** Its worker was told to stop, and the job did not end well: nobody suspects it of that. */
  interrupted(call: Call, { peer }: Target, value: () => unknown): void {
    const { again, fail, settle } = this.#ports;
    this.#count(call);
    if (mayRepeat(call)) return again(call);
    let given: unknown;
    try {
      given = value();
    } catch {
      // That it stopped is known all the same.
    }
    const { code = "WORKER_LOST" } = Object(given) as { code?: unknown };
    if (code !== "WORKER_LOST") return settle(call, () => given);
    const why = `worker ${peer.slot} stopped before the job had ended`;
    fail(call, this.#error(call, why, causeOf(given)));
  }

  #count(call: Call): void {
    call.disarm?.();
    call.disarm = undefined;
    call.losses++;
  }

  #error(call: Call, why: string, options?: { cause?: unknown }): JobError {
    const isMany = call.retries === 0 && call.losses >= LOSSES_AT_MOST;
    const times = call.losses === 1 ? "" : `, the last of ${call.losses}`;
    const items = call.items > 0 ? `, after ${call.items} items` : "";
    const message = `${this.#ports.what(call)}: ${why}${items}${times}`;
    return new JobError(isMany ? "QUARANTINED" : "WORKER_LOST", message, options);
  }

  /** The supervisor's word about an ended worker: `innocent` when no job can be what ended it. */
  judge(key: string, innocent: boolean): void {
    this.#verdicts.set(key, innocent);
    if (this.#verdicts.size > REMEMBERED) this.#verdicts.delete(this.#verdicts.keys().next().value!);
    for (const call of [...this.#held, ...this.#ports.suspects()]) {
      if (!call.suspicions?.has(key)) continue;
      if (innocent) call.suspicions.delete(key);
      else call.suspicions.set(key, true);
      const { all, certain } = count(call);
      if (!this.#held.has(call)) {
        if (all === 0 && call.phase === "waiting") this.#ports.cleared(call);
      } else if (certain >= QUARANTINE_AFTER) this.#quarantine(call);
      else if (all < QUARANTINE_AFTER && this.release(call)) this.#ports.again(call);
    }
  }

  /** Another supervisor counts its workers from the first again: what was said of others is not said of these. */
  forget(): void {
    this.#verdicts.clear();
    for (const call of [...this.#held, ...this.#ports.suspects()])
      if (call.suspicions)
        call.suspicions = new Map([...call.suspicions].map(([key, certain]) => [`${key} before`, certain]));
  }

  /** Lets a call go that waits for a verdict; whether it was one. */
  release(call: Call): boolean {
    if (!this.#held.delete(call)) return false;
    call.disarm?.();
    call.disarm = undefined;
    return true;
  }

  /** The first time, whatever the worker had is suspected; one that runs alone only when it had begun. */
  #suspect(call: Call, key: string, ranAlone: boolean): void {
    const innocent = this.#verdicts.get(key);
    if (innocent === true || (ranAlone && !call.begun)) return;
    call.suspicions ??= new Map();
    call.suspicions.set(key, innocent === false);
  }

  #quarantine(call: Call): void {
    this.release(call);
    const { all } = count(call);
    const why = `${this.#ports.what(call)}: ${all} workers ended while they ran it`;
    this.#ports.fail(call, new JobError("QUARANTINED", why));
  }
}

/** Whether a call that was lost may be begun again: not a stream of which its caller has seen something. */
function mayRepeat({ retries, losses, flags, items }: Call): boolean {
  if (items > 0) return false;
  if (retries > 0) return losses <= retries;
  return (flags & FLAG.keyed) !== 0 && losses < LOSSES_AT_MOST;
}

/** Suspicions in all, and those that are certain. */
function count(call: Call): { all: number; certain: number } {
  const certain = [...(call.suspicions?.values() ?? [])].filter(Boolean).length;
  return { all: call.suspicions?.size ?? 0, certain };
}
