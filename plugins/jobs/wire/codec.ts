// Not "msgpackr": that compiles what reads a record from the names that a message brought.
import { Packr, RESERVE_START_SPACE, Unpackr } from "msgpackr/index-no-eval";
import { JobError } from "../../../core/contract/job-errors.ts";

/**
 * Values between processes: JSON values, `undefined`, BigInt, Date, Map, Set, RegExp, Error with its cause, Buffer,
 * ArrayBuffer and typed arrays. MessagePack, whose every message stands for itself, so that any runtime reads any
 * other's. An object of a class arrives as a plain one, or as what its `toJSON` says.
 */
const packr = new Packr({
  moreTypes: true,
  useRecords: true,
  mapsAsObjects: false,
  useBigIntExtension: true,
});
// A function would be left out in silence.
(packr as unknown as { writeFunction: () => never }).writeFunction = () => {
  throw new TypeError("a function cannot be sent");
};

/** Small values are copied out of the chunk that brought them; a view would keep all of it in memory. */
const copying = new Unpackr({
  moreTypes: true,
  useRecords: true,
  mapsAsObjects: false,
  copyBuffers: true,
} as object);
/** Large ones have memory of their own: what is binary in them is a view on it. */
const viewing = new Unpackr({ moreTypes: true, useRecords: true, mapsAsObjects: false });

/**
 * The bytes of a value, with `reserved` bytes in front (at most 255) for the header of a frame.
 *
 * @throws JobError `VALUE_UNSENDABLE`
 */
export function encode(value: unknown, reserved: number): Uint8Array {
  if (value instanceof Promise) throw unsendable("a promise", "await it first");
  try {
    return packr.pack(value, RESERVE_START_SPACE | reserved);
  } catch (error) {
    const deep = error instanceof RangeError;
    throw unsendable(deep ? "a value that holds itself, or is nested too deep," : "this value", error);
  }
}

/** What stands in front of the bytes of a Buffer, when it is all there is: the codec's `bin 32`. */
export function bufferHead(length: number): Uint8Array {
  return new Uint8Array([0xc6, length >>> 24, length >>> 16, length >>> 8, length]);
}

/** The value in `bytes` from `start` to `end`. Throws when they are none; hostile bytes cost no more than their size. */
export function decode(bytes: Uint8Array, start: number, end: number, owned: boolean): unknown {
  return (owned ? viewing : copying).unpack(bytes, { start, end } as never);
}

function unsendable(what: string, why: unknown): JobError {
  const reason = why instanceof Error ? why.message : String(why);
  return new JobError("VALUE_UNSENDABLE", `${what} cannot be sent to another process: ${reason}`, {
    cause: why instanceof Error ? why : undefined,
  });
}
