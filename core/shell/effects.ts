import type { Effect } from "../reducer/state/events.ts";
import type { Notifier } from "./notifier.ts";
import type { Timers } from "./timers.ts";
import type { Workers } from "./workers.ts";

/** What the effects of a step act on. */
export interface EffectTargets {
  readonly notifier: Notifier;
  readonly workers: Workers;
  readonly timers: Timers;
  /** Called once, when no worker is left and none will start. */
  close(): void;
}

/** Runs one effect of a step. */
export function runEffect(effect: Effect, { notifier, workers, timers, close }: EffectTargets): void {
  switch (effect.type) {
    case "fact":
      return notifier.notify(effect.name, effect.payload as never);
    case "spawn":
      return workers.spawn(effect, effect.generation);
    case "send":
      return void workers.send(effect, effect.frame);
    case "signal":
      return workers.signal(effect, effect.signal);
    case "disconnect":
      return workers.disconnect(effect);
    case "arm":
      return timers.arm(effect.seat, effect.at);
    case "disarm":
      return timers.disarm(effect.seat);
    case "closed":
      return close();
  }
}
