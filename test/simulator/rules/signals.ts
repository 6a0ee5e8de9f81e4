import type { Effect, KernelEvent } from "../../../core/reducer/state/events.ts";
import type { KernelState } from "../../../core/reducer/state/state.ts";
import { broken } from "../broken.ts";
import type { FakeProcess } from "../process.ts";
import { CHANNEL_MS, LEAVE_MS, silenceOf, UNNOTICED_MS } from "../spec.ts";
import type { World } from "../world.ts";

type ToWorker = Extract<Effect, { type: "send" | "signal" | "disconnect" }>;

/** I11, I12: only a live worker is talked to, and none is killed but for a reason, after its time. */
export function checkToWorker(world: World, event: KernelEvent, before: KernelState, effect: ToWorker): void {
  const process = world.processOf(effect.slot, effect.epoch);
  if (!process) broken("I11", `${effect.type} to ${effect.slot}:${effect.epoch}, which is not there`);
  const { notes } = process;
  const { now } = world;
  if (effect.type === "disconnect") {
    if (event.type !== "violation") broken("I12", "disconnected without a violation");
    return;
  }
  const { drain, stop } = world.config.groups[world.state.slots.get(effect.slot).group]!.timeouts;
  if (effect.type === "send") {
    const { type } = effect.frame;
    if (type === "ack") {
      if (event.type !== "goodbye" || ++notes.acks > 1) broken("goodbye", "an ack without its goodbye");
    } else if (type === "drain") {
      if (notes.drainAt >= 0) broken("drain", "told to drain twice");
      notes.drainAt = now;
    } else if (type === "stop") {
      if (notes.stopAt >= 0) broken("stop", "told to stop twice");
      if (notes.drainAt >= 0 && now < notes.drainAt + drain)
        broken("I12", "stopped before its drain deadline");
      notes.stopAt = now;
    }
    return;
  }
  if (effect.signal === "SIGTERM") {
    if (!(notes.stopAt >= 0)) broken("I12", "SIGTERM before the stop message");
    // At once only where nobody listens to the message, before hello.
    const isAtOnce = now === notes.stopAt && !(notes.helloAt >= 0) && !(notes.termAt >= 0);
    if (!isAtOnce && now < notes.stopAt + stop / 2) broken("I12", "SIGTERM before half the time to stop");
    if (now === notes.termAt) broken("I12", "SIGTERM twice");
    notes.termAt = now;
    return;
  }
  if (notes.killAt >= 0) broken("I12", "SIGKILL twice");
  notes.killAt = now;
  mayKill(world, event, before, process);
}

function mayKill(world: World, event: KernelEvent, before: KernelState, process: FakeProcess): void {
  if (event.type === "stop" && event.now) return;
  const { group } = before.slots.get(process.slot);
  if (event.type === "stopGroup" && event.now && event.group === group) return;
  if (event.type === "violation" && world.subject === process) return;
  const seat = event.type === "due" ? before.slots.get(event.seat) : undefined;
  if (!seat?.deadline || seat.worker === null || seat.epoch !== process.epoch) {
    broken("I12", `SIGKILL on ${event.type}`);
  }
  const { now } = world;
  const { notes } = process;
  const { hello, ready, heartbeat, stop } = world.config.groups[seat.group]!.timeouts;
  const { kind } = seat.deadline;
  const since = (from: number, ms: number): void => {
    if (!(now >= from + ms)) broken("I12", `SIGKILL for ${kind} at ${now}, not before ${from} + ${ms}`);
  };
  /** The same, where only time counts in which the supervisor was there to hear. */
  const silentSince = (from: number, ms: number): void => {
    since(from, ms);
    const away = world.awaySince(from);
    if (!(now >= from + ms + away)) broken("freeze", `killed for ${kind}, away for ${away} ms since ${from}`);
  };
  if (kind === "term") {
    since(notes.stopAt, stop);
    if (!(notes.termAt >= 0)) broken("I12", "SIGKILL without a SIGTERM before");
    return;
  }
  switch (kind) {
    case "hello":
      if (notes.helloAt >= 0) broken("I12", "killed for no hello, which it said");
      return silentSince(notes.spawnAt, hello);
    case "ready":
      if (notes.readyAt >= 0) broken("I12", "killed for not being ready, which it was");
      return silentSince(notes.helloAt, ready);
    case "heartbeat": {
      // A word well within the time, and long enough ago to have been read: it was not silent.
      const isWord = (said: number): boolean =>
        said > now - heartbeat + 200 && said < now - UNNOTICED_MS - 300;
      if (isWord(process.said) || isWord(process.saidBefore)) broken("freeze", "killed while it was talking");
      if (!(notes.silentAt >= 0)) broken("silence", "killed, and its silence was not told");
      since(notes.silentAt, silenceOf(heartbeat).left);
      return silentSince(notes.talkedAt, heartbeat);
    }
    case "drain":
      if (notes.goodbyeAt >= 0) broken("silence", "killed for its silence after its goodbye");
      return silentSince(Math.max(notes.talkedAt, notes.drainAt), heartbeat);
    case "channel":
      return silentSince(notes.disconnectedAt, CHANNEL_MS);
    case "leave":
      return silentSince(notes.goodbyeAt, LEAVE_MS);
    default:
      broken("I12", `SIGKILL for ${kind}`);
  }
}
