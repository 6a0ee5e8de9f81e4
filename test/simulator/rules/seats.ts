import type { Slot } from "../../../core/reducer/state/state.ts";
import { broken } from "../broken.ts";
import type { Notes } from "../notes.ts";
import { CHANNEL_MS, HAS_PROCESS, KILL_MS, LEAVE_MS, silenceOf } from "../spec.ts";
import type { World } from "../world.ts";

/** I1, I3, I4, I5 of one seat whose record changed. */
export function checkSeat(world: World, seat: Slot): void {
  const { state, worker } = seat;
  const slot = seat.seat === "main" ? seat.index : seat.twin;
  const process = worker ? world.processOf(slot, seat.epoch) : undefined;
  if (HAS_PROCESS.has(state) !== (worker !== null))
    broken("I1", `${seat.id} is ${state}, worker ${worker !== null}`);
  if (worker && !process) broken("I1", `${seat.id} has a record of ${seat.epoch}, which is gone`);
  const { notes } = process ?? {};
  if (state === "ready") {
    const isSo = worker!.hello && worker!.ready && !worker!.goodbye;
    const isHeard = notes!.helloAt >= 0 && notes!.readyAt >= 0 && !(notes!.goodbyeAt >= 0);
    if (!isSo || !isHeard) broken("I3", `${seat.id} is ready without hello and ready, or after its goodbye`);
    if (notes!.violatedAt >= 0 || worker!.intent)
      broken("I3", `${seat.id} is ready and asked to end, or in violation`);
  }
  const poolState = world.state.pool.state;
  const isUp = poolState === "running" || poolState === "restarting";
  const isSurge = seat.seat === "surge";
  if (state === "backoff" && (!isUp || (!seat.wanted && !isSurge)))
    broken("I5", `${seat.id} waits for nothing`);
  if (seat.ticket !== null && (!isUp || state !== "idle" || (!seat.wanted && !isSurge) || seat.ended)) {
    broken("I5", `${seat.id} queues for nothing (${state}, ${poolState})`);
  }
  if (isSurge && (seat.wanted || seat.ended || state === "permanent" || state === "failed")) {
    broken("surge", `the surge seat of ${seat.id} is ${state}`);
  }
  if (state === "stopping" && !(notes!.helloAt >= 0) && !(notes!.termAt >= 0)) {
    broken("I12", `${seat.id} has said no hello, hears no stop message, and got no SIGTERM`);
  }
  checkDeadline(world, seat, notes);
}

function checkDeadline(world: World, seat: Slot, notes: Notes | undefined): void {
  const { deadline, state } = seat;
  const waits = HAS_PROCESS.has(state) || state === "backoff";
  if (waits !== (deadline !== null)) broken("I4", `${seat.id} is ${state}, deadline ${deadline?.kind}`);
  if (!deadline) return;
  const { kind, at } = deadline;
  const allowed = kindsOf(seat, notes);
  if (!allowed.includes(kind))
    broken("I4", `${seat.id} is ${state} and waits for ${kind}, not ${allowed.join(" or ")}`);
  const timeouts = world.config.groups[seat.group]!.timeouts;
  const { now } = world;
  const between = (low: number, longest: number): void => {
    if (!(at >= low)) broken("I4", `${seat.id}: ${kind} at ${at}, before ${low}`);
    if (at - now > longest) broken("I4", `${seat.id}: ${kind} in ${at - now} ms, longer than ${longest}`);
  };
  switch (kind) {
    case "hello":
      return between(notes!.spawnAt + timeouts.hello, timeouts.hello);
    case "ready":
      return between(notes!.helloAt + timeouts.ready, timeouts.ready);
    case "silence": {
      const { told: longest } = silenceOf(timeouts.heartbeat);
      return between(notes!.talkedAt + longest, longest);
    }
    case "heartbeat": {
      const { left } = silenceOf(timeouts.heartbeat);
      return between(notes!.silentAt + left, left);
    }
    case "channel":
      return between(notes!.disconnectedAt + CHANNEL_MS, CHANNEL_MS);
    case "drain":
      if (at !== notes!.drainAt + timeouts.drain)
        broken("I4", `${seat.id}: drain at ${at}, told to at ${notes!.drainAt}`);
      return;
    case "leave":
      return between(notes!.goodbyeAt + LEAVE_MS, LEAVE_MS);
    case "stop":
      return between(notes!.stopAt + timeouts.stop / 2, timeouts.stop / 2);
    case "term":
      return between(notes!.stopAt + timeouts.stop, timeouts.stop / 2);
    case "kill":
      return between(notes!.killAt + KILL_MS, KILL_MS);
    case "settle":
    case "trial":
      return between(notes!.readyAt, Infinity);
    case "backoff":
  }
}

function kindsOf(seat: Slot, notes: Notes | undefined): readonly string[] {
  const isGone = notes !== undefined && notes.disconnectedAt >= 0;
  const hasLeft = notes !== undefined && notes.goodbyeAt >= 0 && !notes.drains;
  switch (seat.state) {
    case "starting":
      return isGone ? ["channel"] : [notes!.helloAt >= 0 ? "ready" : "hello"];
    case "ready":
      if (isGone) return ["channel"];
      if (notes!.silentAt >= 0) return ["heartbeat"];
      return seat.seat === "main" ? ["silence"] : ["settle", "trial", "silence"];
    case "draining":
      return hasLeft ? ["leave"] : isGone ? ["channel", "drain"] : ["drain"];
    case "stopping":
      return hasLeft ? ["leave"] : ["stop", "term"];
    case "killing":
      return ["kill"];
    default:
      return ["backoff"];
  }
}
