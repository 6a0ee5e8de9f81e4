import type { Socket } from "node:net";
import type { Clock } from "../../../core/contract/clock.ts";
import { createFrameDecoder, encodeFrame } from "../../../core/protocol/frames.ts";
import type { CallerMessage } from "../wire/messages.ts";
import type { PeerDirectory, PeersUpdate } from "../wire/peer.ts";

/** Waits before a supervisor that has gone is tried again, doubling. Milliseconds. */
const AGAIN_MS = 100;
const AGAIN_MAX_MS = 2_000;

/** How a connection stands: `away` while its supervisor is gone and is tried again, `closed` after `close()`. */
export type ConnectionState = "connected" | "away" | "closed";

/** A directory that another process keeps, which may go and come back. */
export interface RemoteDirectory extends PeerDirectory {
  readonly state: ConnectionState;
}

/** What a {@link RemoteDirectory} needs. */
export interface RemotePorts {
  readonly clock: Clock;
  /** Connects to the supervisor, wherever it is by then. */
  open(): Promise<Socket>;
  changed(state: ConnectionState): void;
}

/** Keeps the connection to a supervisor over `socket`, and makes it again when that ends. */
export function createRemote(socket: Socket, { clock, open, changed }: RemotePorts): RemoteDirectory {
  const listeners = new Map<string, (update: PeersUpdate) => void>();
  let current: Socket | undefined;
  let state: ConnectionState = "connected";
  let tries = 0;
  let cancel = (): void => {};

  function become(next: ConnectionState): void {
    if (state === next || state === "closed") return;
    state = next;
    changed(next);
  }

  function say(message: CallerMessage): void {
    if (current?.writable) current.write(encodeFrame(message));
  }

  function use(opened: Socket): void {
    current = opened;
    const decoder = createFrameDecoder();
    opened.on("data", (chunk: Uint8Array) => {
      const fault = decoder.push(chunk, ({ type, group, ...update }) => {
        tries = 0;
        if (type === "peers") listeners.get(String(group))?.(update as PeersUpdate);
      });
      if (fault) opened.destroy();
    });
    opened.on("error", () => {});
    opened.on("close", () => {
      if (current === opened) lose();
    });
    for (const group of listeners.keys()) say({ type: "watch", group });
  }

  function lose(): void {
    current = undefined;
    become("away");
    for (const listener of listeners.values()) listener({ state: "away" });
    retry();
  }

  function retry(): void {
    if (state === "closed") return;
    const wait = Math.min(AGAIN_MAX_MS, AGAIN_MS * 2 ** Math.min(tries++, 10));
    cancel = clock.at(clock.now() + wait * (0.8 + 0.4 * clock.random()), () => void again());
  }

  async function again(): Promise<void> {
    const opened = await open().catch(() => undefined);
    if (!opened) return retry();
    if (state === "closed") return void opened.destroy();
    use(opened);
    become("connected");
  }

  use(socket);
  return {
    isWorker: false,
    get state() {
      return state;
    },
    watch(group, listener) {
      listeners.set(group, listener);
      if (current) say({ type: "watch", group });
      else listener({ state: "away" });
      return () => void listeners.delete(group);
    },
    needWorker: (group, waiting, waitedMs) => say({ type: "need", group, waiting, waitedMs }),
    stuck: (group, peer) => say({ type: "stuck", group, slot: peer.slot, epoch: peer.epoch }),
    close() {
      become("closed");
      cancel();
      current?.destroy();
      current = undefined;
    },
  };
}
