import { LARGE_BYTES } from "../wire/arena.ts";
import { bufferHead, encode } from "../wire/codec.ts";
import { RUN_HEAD_BYTES } from "../wire/wire.ts";
import type { CallInput } from "./call.ts";

/** An input of which a large Buffer, if it is one, is not copied before it has to be: most go to a worker at once. */
export class Input implements CallInput {
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

  get frame(): Uint8Array {
    if (this.#buffer) {
      const head = bufferHead(this.#buffer.length);
      this.#frame = Buffer.allocUnsafeSlow(this.size);
      this.#frame.set(head, RUN_HEAD_BYTES);
      this.#frame.set(this.#buffer, RUN_HEAD_BYTES + head.length);
      this.#buffer = undefined;
    }
    return this.#frame!;
  }

  get parts(): readonly Uint8Array[] {
    if (this.#buffer) return [bufferHead(this.#buffer.length), this.#buffer];
    return [this.frame.subarray(RUN_HEAD_BYTES)];
  }

  keep(): void {
    void this.frame;
  }

  leave(): boolean {
    this.#buffer = undefined;
    return this.#frame === undefined;
  }

  restore(value: Uint8Array): void {
    this.#frame = new Uint8Array(RUN_HEAD_BYTES + value.length);
    this.#frame.set(value, RUN_HEAD_BYTES);
  }
}
