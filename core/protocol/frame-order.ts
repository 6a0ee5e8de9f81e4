import type { Frame } from "./frames.ts";
import type { GoodbyeKind } from "./goodbye.ts";
import type { WorkerMessage } from "./messages.ts";

/**
 * The order of a worker's frames, judged on the worker's own sequence only: commands of the supervisor
 * cross them in flight, so they never make a frame wrong.
 *
 * worker: hello → supervisor: welcome → worker: ready → … → worker: goodbye → supervisor: ack → worker exits
 */

/** The version that `hello` carries. A worker of another version shuts the pool down at boot. */
export const PROTOCOL_VERSION = 1;

/** Where a worker stands in its own sequence. */
export type Phase = "connected" | "greeted" | "serving" | "parted";

/** What a worker may say, and in which phase. Anything else is a flow violation. */
export const WORKER_FRAMES: Readonly<Record<WorkerMessage["type"], readonly Phase[]>> = {
  hello: ["connected"],
  ready: ["greeted"],
  heartbeat: ["greeted", "serving"],
  log: ["greeted", "serving"],
  error: ["greeted", "serving"],
  listening: ["greeted", "serving"],
  secure: ["greeted", "serving"],
  needWorker: ["greeted", "serving"],
  drainRequest: ["greeted", "serving"],
  plugin: ["greeted", "serving"],
  goodbye: ["greeted", "serving"],
};

/** Everything that breaks the flow of the protocol, the reference system's critical state. */
export type ViolationKind =
  | "malformed"
  | "oversized"
  | "unknownFrame"
  | "outOfOrder"
  | "afterGoodbye"
  | "secondHello"
  | "badHello"
  | "protocolMismatch"
  | "creditExceeded"
  | "contradictedGoodbye";

export interface Violation {
  readonly kind: ViolationKind;
  /** One line, safe to print. */
  readonly detail: string;
}

/** What a worker may have unacknowledged of frames; the supervisor gives credit back once a loop turn. */
export const CREDIT_WINDOW = 256;

/** Where a worker stands that has said so much. */
export function phaseOf(said: { hello: boolean; ready: boolean; goodbye: GoodbyeKind | undefined }): Phase {
  if (said.goodbye) return "parted";
  if (said.ready) return "serving";
  return said.hello ? "greeted" : "connected";
}

/** `undefined` when `frame` may come in `phase`, else what is wrong with it. */
export function judgeFrame(phase: Phase, frame: Frame): Violation | undefined {
  const allowed = isKnown(frame.type) ? WORKER_FRAMES[frame.type] : undefined;
  if (phase === "parted") return { kind: "afterGoodbye", detail: `${nameOf(frame)} after goodbye` };
  if (!allowed) return { kind: "unknownFrame", detail: `${nameOf(frame)} is no frame of a worker` };
  if (allowed.includes(phase)) return undefined;
  if (frame.type === "hello") return { kind: "secondHello", detail: "a second hello" };
  const missing = phase === "connected" ? "hello" : "ready";
  return frame.type === "ready"
    ? { kind: "outOfOrder", detail: phase === "connected" ? "ready before hello" : "a second ready" }
    : { kind: "outOfOrder", detail: `${frame.type} before ${missing}` };
}

function nameOf(frame: Frame): string {
  return isKnown(frame.type) ? frame.type : "a frame of an unknown type";
}

function isKnown(type: string): type is WorkerMessage["type"] {
  return Object.hasOwn(WORKER_FRAMES, type);
}
