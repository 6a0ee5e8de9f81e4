import type { Clock } from "../../../core/contract/clock.ts";
import { FLAG } from "../wire/wire.ts";
import type { Call } from "./call.ts";
import { hasRoom, take } from "./target.ts";
import type { Target } from "./target.ts";
import type { Targets } from "./targets.ts";
import { isSuspect } from "./waiting.ts";
import type { Waiting } from "./waiting.ts";

/** What an {@link Assigner} needs. */
export interface AssignerPorts {
  readonly clock: Clock;
  readonly waiting: Waiting;
  readonly targets: Targets;
  /** Chooses among workers that have room. */
  pick(able: readonly Target[], call: Call): Target | undefined;
}

/** Gives the calls that wait to workers: the next by priority, to one that has room for it. */
export class Assigner {
  readonly #ports: AssignerPorts;
  /** Kept free for a call that runs alone. */
  #reserved: Target | undefined;

  constructor(ports: AssignerPorts) {
    this.#ports = ports;
  }

  /** Sends what can be sent. Stops at a call whose job no worker has, and returns it. */
  send(): Call | undefined {
    const { waiting } = this.#ports;
    this.#sendSuspects();
    for (let next = waiting.peek(); next; next = waiting.peek()) {
      const target = this.#choose(next);
      if (target) this.#give(next, target);
      else return this.#isUnknown(next) ? next : undefined;
    }
    return undefined;
  }

  /** Those run alone: the worker with the fewest jobs gets no others until it has none. */
  #sendSuspects(): void {
    const { waiting, targets } = this.#ports;
    this.#reserved = undefined;
    for (const call of waiting.suspects) {
      let least: Target | undefined;
      for (const target of targets) {
        if (target.state !== "open" || target.alone || !target.names.has(call.name)) continue;
        if (!least || target.sent.size < least.sent.size) least = target;
      }
      if (least?.sent.size !== 0) {
        this.#reserved = least;
        return;
      }
      this.#give(call, least);
    }
  }

  #choose(call: Call): Target | undefined {
    const able: Target[] = [];
    for (const target of this.#ports.targets)
      if (target !== this.#reserved && hasRoom(target, call)) able.push(target);
    return able.length === 0 ? undefined : this.#ports.pick(able, call);
  }

  /** Whether every worker there is has said that it has no such job. */
  #isUnknown({ name }: Call): boolean {
    const { targets } = this.#ports;
    if (targets.has("connecting") || !targets.has("open")) return false;
    for (const { state, names } of targets) if (state === "open" && names.has(name)) return false;
    return true;
  }

  #give(call: Call, target: Target): void {
    this.#ports.waiting.delete(call);
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
}
