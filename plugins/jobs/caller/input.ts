import { LARGE_BYTES } from "../wire/arena.ts";
import { bufferHead, encode } from "../wire/codec.ts";
import { RUN_HEAD_BYTES } from "../wire/wire.ts";

/**
 * The input of a call, as it is sent: what the caller changes after the call was made is not. A large Buffer that can
 * go to a worker at once is not copied before that.
 */
export class Input {
  /** Bytes of its frame, with the head. */
  readonly size: number;
  #frame: Uint8Array | undefined;
  #buffer: Buffer | undefined;

  /** @throws JobError `VALUE_UNSENDABLE` */
  constructor(value: unknown) {
    if (Buffer.isBuffer(value) && value.length >= LARGE_BYTES) {
      this.#buffer = value;
      this.size = RUN_HEAD_BYTES + bufferHead(value.length).length + value.length;
    } else {
      this.#frame = encode(value, RUN_HEAD_BYTES);
      this.size = this.#frame.length;
    }
  }

  /** Bytes of the value. */
  get length(): number {
    return this.size - RUN_HEAD_BYTES;
  }

  /** The bytes of its `run`, with room in front for the head. */
  get frame(): Uint8Array {
    this.#frame ??= encode(this.#buffer, RUN_HEAD_BYTES);
    this.#buffer = undefined;
    return this.#frame;
  }

  /** The bytes of the value, one after another. */
  get parts(): readonly Uint8Array[] {
    if (this.#buffer) return [bufferHead(this.#buffer.length), this.#buffer];
    return [this.frame.subarray(RUN_HEAD_BYTES)];
  }

  /** It does not go at once. */
  keep(): void {
    if (this.#buffer) this.#frame = this.frame;
  }

  /** It lies with the worker, and may come back. Whether that is the only place where it is. */
  leave(): boolean {
    this.#buffer = undefined;
    return this.#frame === undefined;
  }

  /** It came back. */
  restore(value: Uint8Array): void {
    this.#frame = new Uint8Array(RUN_HEAD_BYTES + value.length);
    this.#frame.set(value, RUN_HEAD_BYTES);
  }
}
