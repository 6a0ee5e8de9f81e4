import { SLOT_STATES } from "../../../core/contract/states.ts";
import type { SlotState } from "../../../core/contract/states.ts";

/**
 * What a worker says of itself: one record of 256 bytes, 32 numbers of 8 bytes. Times are milliseconds as `Date.now()`
 * has them, sizes are bytes, counts are since the worker started.
 */
export interface WorkerState {
  readonly pid: number;
  readonly epoch: number;
  readonly generation: number;
  /** As the worker sees it. */
  readonly state: SlotState;
  readonly startedAt: number;
  /** When it last wrote; a worker whose loop goes round writes at least once a second. */
  readonly updatedAt: number;
  readonly rss: number;
  readonly heapUsed: number;
  readonly connectionsAccepted: number;
  /** Ended as they should. */
  readonly connectionsProcessed: number;
  readonly connectionsRunning: number;
  readonly connectionsFailed: number;
  /** Turned away. */
  readonly connectionsRejected: number;
  readonly requests: number;
  readonly jobsAccepted: number;
  readonly jobsProcessed: number;
  readonly jobsRunning: number;
  /** Accepted and not begun. */
  readonly jobsWaiting: number;
  readonly jobsFailed: number;
  readonly jobsRejected: number;
  /** What its running jobs weigh, of its capacity. */
  readonly weight: number;
  readonly capacity: number;
  /** The part of its time that the event loop was busy, of late; 0 to 1. */
  readonly utilisation: number;
  /** The cores that its process kept busy of late, all of its threads: 1 is one core. */
  readonly cpu: number;
  /** How late the event loop was, of late: the longest, in milliseconds. */
  readonly delayMs: number;
  /** Since when it runs something that may not let the event loop go round; 0 when it does not. */
  readonly hoggingSince: number;
  /** Three numbers for plugins of your own, which give them their meaning; 0 where nobody has set one. */
  readonly custom1: number;
  readonly custom2: number;
  readonly custom3: number;
}

/** Where a worker writes its record. */
export interface RecordPlace {
  readonly path: string;
  /** Bytes. */
  readonly offset: number;
}

/** A record that can be changed. */
export type MutableState = { -readonly [Field in keyof WorkerState]: WorkerState[Field] };

/** The fields in their order, after the sequence number. */
const FIELDS: readonly (keyof WorkerState)[] = [
  "pid",
  "epoch",
  "generation",
  "state",
  "startedAt",
  "updatedAt",
  "rss",
  "heapUsed",
  "connectionsAccepted",
  "connectionsProcessed",
  "connectionsRunning",
  "connectionsFailed",
  "connectionsRejected",
  "requests",
  "jobsAccepted",
  "jobsProcessed",
  "jobsRunning",
  "jobsWaiting",
  "jobsFailed",
  "jobsRejected",
  "weight",
  "capacity",
  "utilisation",
  "cpu",
  "delayMs",
  "hoggingSince",
  "custom1",
  "custom2",
  "custom3",
];

const STATES = Object.keys(SLOT_STATES) as SlotState[];

const NUMBERS = 32;
export const RECORD_BYTES: number = NUMBERS * 8;
const LAST = NUMBERS - 1;
/** The checksum's place among the 4-byte words: the number before the last. */
const SUM = 2 * (LAST - 1);

/** A worker that has written nothing yet. */
export function emptyState(): MutableState {
  const fields = FIELDS.map((field) => [field, field === "state" ? "idle" : 0]);
  return Object.fromEntries(fields) as unknown as MutableState;
}

/** Bytes that hold one record, and the numbers that they are. */
export interface RecordBuffer {
  readonly bytes: Uint8Array;
  readonly numbers: Float64Array;
  readonly words: Int32Array;
}

export function recordBuffer(): RecordBuffer {
  const buffer = new ArrayBuffer(RECORD_BYTES);
  return { bytes: new Uint8Array(buffer), numbers: new Float64Array(buffer), words: new Int32Array(buffer) };
}

/**
 * Puts a state into its bytes. The sequence number stands first and last and there is a checksum: whoever reads while
 * it is written sees that. (Front and back alone do not tell: a writer may be held up in the middle.)
 */
export function fill({ numbers, words }: RecordBuffer, state: WorkerState, sequence: number): void {
  numbers[0] = sequence;
  for (let index = 0; index < FIELDS.length; index++) {
    const value = state[FIELDS[index]!];
    numbers[index + 1] = typeof value === "number" ? value : STATES.indexOf(value);
  }
  numbers[LAST] = sequence;
  words[SUM] = checksum(words);
}

/** The state in the bytes; `undefined` when they are torn, or nothing was ever written. */
export function parse({ numbers, words }: RecordBuffer): WorkerState | undefined {
  if (numbers[0] === 0 || numbers[0] !== numbers[LAST] || words[SUM] !== checksum(words)) return undefined;
  const state = {} as Record<keyof WorkerState, unknown>;
  for (let index = 0; index < FIELDS.length; index++) {
    const field = FIELDS[index]!;
    const value = numbers[index + 1]!;
    state[field] = field === "state" ? (STATES[value] ?? "idle") : value;
  }
  return state as WorkerState;
}

function checksum(words: Int32Array): number {
  let sum = 0x811c9dc5;
  for (let index = 0; index < words.length; index++)
    if (index !== SUM) sum = Math.imul(sum ^ words[index]!, 0x01000193) ^ (sum >>> 15);
  return sum | 0;
}
