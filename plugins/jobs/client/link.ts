import { connect } from "node:net";
import type { Socket } from "node:net";
import { LARGE_BYTES } from "../wire/arena.ts";
import { decode, encode } from "../wire/codec.ts";
import { createFrameReader } from "../wire/frames.ts";
import { createOutbox } from "../wire/outbox.ts";
import type { Peer } from "../wire/peer.ts";
import {
  HEAD_BYTES,
  KIND,
  readRegion,
  readU32,
  SHARED,
  shortFrame,
  WELCOME_BYTES,
  WIRE_VERSION,
  writeHead,
  writeRunHead,
} from "../wire/wire.ts";
import type { Welcome } from "../wire/wire.ts";
import type { Call } from "./call.ts";
import { createLargeValues } from "./shared-memory.ts";

/** What a link tells. None of it may throw; nothing comes after `closed`, which comes once. */
export interface LinkHandlers {
  welcome(welcome: Welcome): void;
  window(jobs: number): void;
  draining(): void;
  begun(id: number): void;
  /** `value` is called at most once, and throws when the bytes are no value. */
  settled(id: number, kind: "result" | "failed", value: () => unknown): void;
  /** The job has failed after its worker was told to stop; `value` as above. */
  interrupted(id: number, value: () => unknown): void;
  item(id: number, value: () => unknown): void;
  progress(id: number, value: () => unknown): void;
  returned(id: number): void;
  closed(): void;
}

/** A caller's connection to one worker. None of these throws. */
export interface Link {
  run(call: Call, flags: number, name: number): void;
  abort(id: number): void;
  /** Asks for `count` more items of a stream. */
  pull(id: number, count: number): void;
  close(): void;
}

/** Opens a link; the port that the simulator replaces. */
export type Connect = (peer: Peer, limit: number, handlers: LinkHandlers) => Link;

/** A {@link Link} over a Unix domain socket. `caller` names us in the worker's log; `isWorker`: of the same pool. */
export function connectWith(caller: string, isWorker: boolean): Connect {
  return (peer, limit, handlers) => {
    const socket = connect(peer.path);
    const outbox = createOutbox(socket);
    const large = createLargeValues(peer, limit, outbox);
    const reader = createFrameReader(Math.max(limit, WELCOME_BYTES), (kind, id, bytes, start, end, owned) => {
      if (kind === KIND.welcome) reader.limit = limit;
      if (large.isOpen) large.ended(kind & ~SHARED, id);
      if (kind === KIND.shared) large.open();
      else if (kind & SHARED) {
        const region = readRegion(bytes, start + HEAD_BYTES, end);
        if (!region) return false;
        receive(handlers, kind & ~SHARED, id, () => large.read(region), none);
        large.taken(region);
      } else {
        const value = (): unknown => decode(bytes, start + HEAD_BYTES, end, owned);
        if (end - start > LARGE_BYTES) large.offer();
        receive(handlers, kind, id, value, () =>
          end - start === HEAD_BYTES + 4 ? readU32(bytes, start + HEAD_BYTES) : 0,
        );
      }
      return !socket.destroyed;
    });
    socket.on("close", large.close);
    tie(socket, (chunk) => reader.push(chunk) === undefined, handlers);
    const hello = encode({ version: WIRE_VERSION, token: peer.token, caller, isWorker }, HEAD_BYTES);
    writeHead(hello, KIND.hello, 0);
    outbox.push(hello);
    return {
      run(call, flags, name) {
        const { id, size, input, attempt, weight, priority, timeout = 0 } = call;
        const placed = size < LARGE_BYTES ? undefined : large.place(id, input);
        const frame = placed ?? input.frame;
        writeRunHead(frame, placed ? KIND.run | SHARED : KIND.run, id, {
          flags,
          attempt,
          name,
          weight,
          priority,
          timeout,
        });
        outbox.push(frame);
      },
      abort: (id) => outbox.push(shortFrame(KIND.abort, id)),
      pull: (id, count) => outbox.push(shortFrame(KIND.pull, id, count)),
      close: () => void socket.destroy(),
    };
  };
}

const none = (): number => 0;

function tie(socket: Socket, push: (chunk: Uint8Array) => boolean, handlers: LinkHandlers): void {
  socket.on("data", (chunk: Uint8Array) => {
    if (!push(chunk)) socket.destroy();
  });
  // A worker that ends in order half-closes when it has said everything.
  socket.on("error", () => {});
  socket.on("close", () => handlers.closed());
}

function receive(
  handlers: LinkHandlers,
  kind: number,
  id: number,
  value: () => unknown,
  number: () => number,
): void {
  switch (kind) {
    case KIND.result:
      return handlers.settled(id, "result", value);
    case KIND.failed:
      return handlers.settled(id, "failed", value);
    case KIND.interrupted:
      return handlers.interrupted(id, value);
    case KIND.begun:
      return handlers.begun(id);
    case KIND.window:
      return handlers.window(number());
    case KIND.item:
      return handlers.item(id, value);
    case KIND.progress:
      return handlers.progress(id, value);
    case KIND.returned:
      return handlers.returned(id);
    case KIND.draining:
      return handlers.draining();
    case KIND.welcome: {
      const welcome = readWelcome(value);
      if (welcome) handlers.welcome(welcome);
    }
  }
}

function readWelcome(value: () => unknown): Welcome | undefined {
  try {
    const { names, window, windowBytes, capacity } = value() as Partial<Record<keyof Welcome, unknown>>;
    if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) return undefined;
    if (![window, windowBytes, capacity].every((number) => Number(number) > 0)) return undefined;
    return { names, window: Number(window), windowBytes: Number(windowBytes), capacity: Number(capacity) };
  } catch {
    return undefined;
  }
}
