import type { JobErrorCode, JobError } from "../../../core/contract/job-errors.ts";
import { Broken } from "../broken.ts";
import type { Plan, PlannedCall } from "./plan.ts";

/** What is known of one call. */
interface Entry {
  readonly planned: PlannedCall;
  readonly index: number;
  submittedAt: number;
  executions: number;
  /** When its job was begun for the first time. */
  beganAt: number | undefined;
  /** Workers that crashed and had it; those that it ended. */
  crashes: number;
  poisonings: number;
  items: number;
  end: JobErrorCode | "result" | undefined;
}

/** What words take on their way, there and back. Milliseconds. */
const SLACK_MS = 20;

/** Who has done what, and what must hold of it. */
export class Ledger {
  readonly #entries: readonly Entry[];
  /** Workers that ended with nobody having asked, by a fault of their own. */
  crashes = 0;
  kills = 0;
  isStopping = false;
  isDead = false;
  readonly closed: Set<number> = new Set();
  settled = 0;
  /** The first rule that was broken. A sink's throw would be somebody else's to catch. */
  fault: Error | undefined;

  constructor({ calls }: Plan) {
    this.#entries = calls.map((planned, index) => ({
      planned,
      index,
      submittedAt: 0,
      executions: 0,
      beganAt: undefined,
      crashes: 0,
      poisonings: 0,
      items: 0,
      end: undefined,
    }));
  }

  get open(): number {
    return this.#entries.length - this.settled;
  }

  /** How each call ended. */
  get ends(): readonly (string | undefined)[] {
    return this.#entries.map(({ end }) => end);
  }

  submitted(planned: PlannedCall, now: number): void {
    const entry = this.#of(planned);
    entry.submittedAt = now;
  }

  began(planned: PlannedCall, attempt: number, now: number): void {
    const entry = this.#of(planned);
    entry.beganAt ??= now;
    const { retries, keyed } = planned;
    const most = retries > 0 ? retries + 1 : keyed ? 10 : 1;
    if (++entry.executions > most)
      this.#broken(`call ${entry.index} begins for the ${entry.executions}th time`);
    if (attempt < entry.executions) this.#broken(`call ${entry.index} begins again as attempt ${attempt}`);
  }

  /** A worker has crashed that had these. */
  crashed(held: readonly PlannedCall[]): void {
    this.crashes++;
    for (const planned of held) this.#of(planned).crashes++;
  }

  /** A job has ended its worker. */
  poisoned(planned: PlannedCall): void {
    const entry = this.#of(planned);
    if (++entry.poisonings > 3) this.#broken(`call ${entry.index} ends a fourth worker`);
  }

  item(planned: PlannedCall): void {
    const entry = this.#of(planned);
    this.#live(entry, "an item");
    if (++entry.items > 1) this.#broken(`call ${entry.index} hears the same item twice`);
  }

  result(planned: PlannedCall, value: unknown): void {
    const entry = this.#of(planned);
    this.#end(entry, "result");
    if (value !== planned) this.#broken(`call ${entry.index} has the result of another`);
    if (entry.executions === 0) this.#broken(`call ${entry.index} has a result, and never ran`);
    const { timeout = Infinity, queueTimeout = Infinity, runMs, retries, keyed } = planned;
    if (runMs > timeout + SLACK_MS) this.#broken(`call ${entry.index} ran for ${runMs} ms, not ${timeout}`);
    const waited = entry.beganAt! - entry.submittedAt;
    if (retries === 0 && !keyed && waited > queueTimeout + SLACK_MS)
      this.#broken(`call ${entry.index} waited for ${waited} ms, not ${queueTimeout}`);
  }

  failed(planned: PlannedCall, { code, message }: JobError, now: number): void {
    const entry = this.#of(planned);
    this.#end(entry, code);
    const why = this.#mayFail(entry, code, now);
    if (why) this.#broken(`call ${entry.index} ends with ${code} (${message}), ${why}`);
  }

  #of(planned: PlannedCall): Entry {
    return this.#entries.find((entry) => entry.planned === planned)!;
  }

  #broken(detail: string): void {
    this.fault ??= new Broken("I15", detail);
  }

  #live({ end, index }: Entry, what: string): void {
    if (end !== undefined) this.#broken(`call ${index} hears of ${what} after ${end}`);
  }

  #end(entry: Entry, end: JobErrorCode | "result"): void {
    this.#live(entry, end);
    entry.end = end;
    this.settled++;
  }

  /** Why a call may not end so; `undefined` when it may. */
  #mayFail(
    { planned, submittedAt, executions, crashes }: Entry,
    code: JobErrorCode,
    now: number,
  ): string | undefined {
    const { does, retries, keyed, timeout, queueTimeout, abortAfter, waits, caller } = planned;
    const took = now - submittedAt;
    const isEnding = this.isStopping || this.closed.has(caller);
    switch (code) {
      case "JOB_FAILED":
        return does === "failed" && executions > 0 ? undefined : "and its job did not fail";
      case "ABORTED":
        return abortAfter !== undefined && took >= abortAfter ? undefined : "and nobody has given it up";
      case "QUEUE_TIMEOUT":
        return queueTimeout !== undefined && took >= queueTimeout ? undefined : `after ${took} ms`;
      case "RUN_TIMEOUT":
        return timeout !== undefined && took >= timeout && executions > 0 ? undefined : `after ${took} ms`;
      case "POOL_STOPPING":
        return isEnding ? undefined : "and the pool goes on";
      case "NO_WORKER":
        return !waits || this.isDead ? undefined : "and it would have waited";
      case "QUEUE_FULL":
        return undefined;
      case "WORKER_LOST": {
        const losses = this.kills + this.crashes;
        const least = keyed && retries === 0 ? 1 : retries + 1;
        if (losses < least && planned.does !== "items") return `and only ${losses} workers were lost`;
        return keyed && retries === 0 && does !== "items" ? "and it may run twice" : undefined;
      }
      case "QUARANTINED":
        // The first crash is blamed on whatever was on its way there, too.
        return (does === "poison" && executions >= 3) || (crashes >= 2 && this.crashes >= 3)
          ? undefined
          : `after ${executions} runs and ${crashes} crashes`;
      default:
        return "for no reason that there is here";
    }
  }
}
