/**
 * What callers and job workers say to each other: frames of a length (4 bytes, big-endian, of what follows), a kind
 * (1), the caller's number of the job (4) and a body. The head of `run` has more, and its value comes after it.
 */

import type { Region } from "./arena.ts";

/** The version that `hello` carries. */
export const WIRE_VERSION = 1;

/** Items of a stream that may be on their way to a caller. */
export const STREAM_WINDOW = 16;

export const KIND = {
  // From the caller.
  hello: 1,
  run: 2,
  abort: 3,
  /** More items of a stream are welcome. */
  pull: 4,
  /** Here is memory for large values, that both can open. */
  share: 5,
  /** A value of the worker's memory was read; the number is its offset. */
  taken: 6,
  // From the worker.
  welcome: 16,
  /** How many unsettled jobs of this caller are welcome from now on. */
  window: 17,
  /** Nothing more is begun here. */
  draining: 18,
  /** The job has begun; only told when `run` asked for it. */
  begun: 19,
  result: 20,
  failed: 21,
  item: 22,
  progress: 23,
  /** Not begun, and not going to be. */
  returned: 24,
  /** The memory that was offered is open. */
  shared: 25,
  /** It has failed after the worker told it to end, because the worker stops. */
  interrupted: 26,
} as const;

/** What a worker says of itself first. */
export interface Welcome {
  /** Its jobs. */
  readonly names: readonly string[];
  /** Unsettled jobs, and bytes of their inputs, that one caller may have there. */
  readonly window: number;
  readonly windowBytes: number;
  /** What its running jobs may weigh together. */
  readonly capacity: number;
}

/** Bytes of a welcome, whatever the group's limit of one value is. */
export const WELCOME_BYTES: number = 4 * 1024 * 1024;

/** A bit of a kind: the value is in shared memory, and the body says where (offset and length, 4 bytes each). */
export const SHARED = 128;

/** Length, kind and number. */
export const HEAD_BYTES = 9;
/** The head of `run`: flags, attempt, index of the job's name, weight, priority, timeout. */
export const RUN_HEAD_BYTES: number = HEAD_BYTES + 12;

/** Bits of a `run`'s flags. */
export const FLAG = {
  /** Send the items of a stream. */
  stream: 1,
  /** Nobody waits for the result, and it goes on when the caller is gone. */
  detached: 2,
  /** Say `begun`, and begin only when that was written. */
  tell: 4,
  /** Begin it when nothing else runs, and nothing else until it has ended: it is suspected of ending workers. */
  alone: 8,
  /** The value is `[input, idempotencyKey]`. */
  keyed: 16,
} as const;

/** What the head of a `run` says. */
export interface RunHead {
  readonly flags: number;
  /** From 1; 255 for more. */
  readonly attempt: number;
  /** The index of the job's name in what the worker's `welcome` listed. */
  readonly name: number;
  readonly weight: number;
  readonly priority: number;
  /** Milliseconds, 0 for none. */
  readonly timeout: number;
}

/** Writes the head into the bytes that were reserved for it: `frame` is the whole of what is sent. */
export function writeHead(frame: Uint8Array, kind: number, id: number): void {
  writeU32(frame, 0, frame.length - 4);
  frame[4] = kind;
  writeU32(frame, 5, id);
}

/** Writes the head of a `run`; `kind` says whether its value is in shared memory. */
export function writeRunHead(frame: Uint8Array, kind: number, id: number, head: RunHead): void {
  writeHead(frame, kind, id);
  frame[9] = head.flags;
  frame[10] = Math.min(255, head.attempt);
  frame[11] = head.name >>> 8;
  frame[12] = head.name;
  frame[13] = head.weight >>> 8;
  frame[14] = head.weight;
  frame[15] = head.priority >>> 8;
  frame[16] = head.priority;
  writeU32(frame, 17, head.timeout);
}

/** Reads the head of a `run` whose frame begins at `at`. */
export function readRunHead(bytes: Uint8Array, at: number): RunHead {
  return {
    flags: bytes[at + 9]!,
    attempt: bytes[at + 10]!,
    name: (bytes[at + 11]! << 8) | bytes[at + 12]!,
    weight: (bytes[at + 13]! << 8) | bytes[at + 14]!,
    priority: (bytes[at + 15]! << 8) | bytes[at + 16]!,
    timeout: readU32(bytes, at + 17),
  };
}

/** A frame without a body, or with a number as its body. */
export function shortFrame(kind: number, id: number, number?: number): Uint8Array {
  const frame = new Uint8Array(HEAD_BYTES + (number === undefined ? 0 : 4));
  writeHead(frame, kind, id);
  if (number !== undefined) writeU32(frame, HEAD_BYTES, number);
  return frame;
}

/** The frame of a value in shared memory, with `reserved` bytes in front for the head. */
export function sharedFrame(reserved: number, { offset, length }: Region): Uint8Array {
  const frame = new Uint8Array(reserved + 8);
  writeU32(frame, reserved, offset);
  writeU32(frame, reserved + 4, length);
  return frame;
}

/** Where the value is; `start` to `end` is the body of a frame that says so. */
export function readRegion(bytes: Uint8Array, start: number, end: number): Region | undefined {
  if (end - start !== 8) return undefined;
  return { offset: readU32(bytes, start), length: readU32(bytes, start + 4) };
}

export function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
