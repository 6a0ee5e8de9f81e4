import type { Effect, KernelEvent } from "../../core/reducer/state/events.ts";
import type { KernelState } from "../../core/reducer/state/state.ts";
import type { Watcher, World } from "./world.ts";

/** Writes down what happened, for people and for comparing two runs. */
export class Trace implements Watcher {
  readonly lines: string[] = [];

  step(world: World, event: KernelEvent, _before: KernelState, _after: KernelState): void {
    this.lines.push(`${world.now} ms: ${eventLine(world, event)}`);
  }

  effect(_world: World, effect: Effect): void {
    this.lines.push(`        ${effectLine(effect)}`);
  }

  settled(): void {}
}

function eventLine({ state }: World, event: KernelEvent): string {
  if (event.type === "due") {
    const seat = state.slots.get(event.seat);
    return `due ${seat.id} (${seat.seat})`;
  }
  if (!("epoch" in event)) return JSON.stringify(event);
  const { slot, epoch, type } = event;
  const who = `${state.slots.get(slot).id}:${epoch}`;
  if (event.type === "exited") {
    const { code, signal } = event.report;
    const { verdict, policy, bounce } = event;
    const answer = policy ? `${policy.answer.action} (${policy.answer.reason})` : "nobody asked";
    const how = `${verdict.class} (${verdict.reason}) counts ${verdict.counts}`;
    return `${who} exited ${signal ?? code}: ${how}, ${answer}${bounce.length ? `, bounces ${bounce.join()}` : ""}`;
  }
  if (event.type === "goodbye") return `${who} goodbye ${event.kind}`;
  if (event.type === "violation") return `${who} violation ${event.violation.detail}`;
  return `${who} ${type}`;
}

function effectLine(effect: Effect): string {
  switch (effect.type) {
    case "fact": {
      const {
        slot,
        epoch,
        seat,
        from,
        to,
        cause,
        report: _report,
        verdict: _verdict,
        ...rest
      } = effect.payload as Record<string, unknown>;
      const who =
        slot === undefined ? "" : ` ${String(slot)}:${String(epoch)}${seat === "surge" ? " (surge)" : ""}`;
      const move = from === undefined || to === undefined ? "" : ` ${String(from)} → ${String(to)}`;
      return `${effect.name}${who}${move}${cause ? ` (${String(cause)})` : ""} ${move ? "" : JSON.stringify(rest)}`.trimEnd();
    }
    case "arm":
      return `arm seat ${effect.seat} at ${effect.at}`;
    case "disarm":
      return `disarm seat ${effect.seat}`;
    case "closed":
      return "closed";
    case "send":
      return `send ${effect.slot}:${effect.epoch} ${effect.frame.type}`;
    case "signal":
      return `signal ${effect.slot}:${effect.epoch} ${effect.signal}`;
    default:
      return `${effect.type} ${effect.slot}:${effect.epoch}`;
  }
}
