import type { Peer } from "../wire/peer.ts";
import type { Call } from "./call.ts";
import type { Link } from "./link.ts";

/** A worker, as one caller sees it. */
export interface Target {
  key: string;
  readonly peer: Peer;
  /** `open` takes calls; `draining` finishes what it has; `closed` has no connection. */
  state: "connecting" | "open" | "draining" | "closed";
  /** The supervisor says that it is ready. */
  listed: boolean;
  /** Its supervisor has gone, and it ends with that. */
  isOrphan: boolean;
  link: Link | undefined;
  names: ReadonlyMap<string, number>;
  window: number;
  windowBytes: number;
  capacity: number;
  /** What it has and has not settled, also what the caller has given up. */
  readonly sent: Map<number, Call>;
  bytes: number;
  weight: number;
  /** It has a job that runs alone. */
  alone: boolean;
  failedConnects: number;
  /** Its place in the order of picks; 0 before the first. */
  pickedAt: number;
}

export function newTarget(key: string, peer: Peer): Target {
  return {
    key,
    peer,
    state: "closed",
    listed: true,
    isOrphan: false,
    link: undefined,
    names: new Map(),
    window: 0,
    windowBytes: 0,
    capacity: 0,
    sent: new Map(),
    bytes: 0,
    weight: 0,
    alone: false,
    failedConnects: 0,
    pickedAt: 0,
  };
}

/** Whether a target may be given this call now, as far as the caller knows. */
export function hasRoom(target: Target, call: Call): boolean {
  const { state, alone, sent, window, bytes, windowBytes, names } = target;
  if (state !== "open" || alone || sent.size >= window || !names.has(call.name)) return false;
  // One call always fits: the limit of a single value is another.
  return sent.size === 0 || bytes + call.size <= windowBytes;
}

export function take(target: Target, call: Call): void {
  target.sent.set(call.id, call);
  target.bytes += call.size;
  target.weight += call.weight;
}

/** Takes a call back from its target; `undefined` when it was not there. */
export function release(target: Target, id: number): Call | undefined {
  const call = target.sent.get(id);
  if (!call) return undefined;
  target.sent.delete(id);
  target.bytes -= call.size;
  target.weight -= call.weight;
  target.alone = false;
  return call;
}
