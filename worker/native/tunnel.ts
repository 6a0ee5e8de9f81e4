import { connect, Server, type Socket } from "node:net";
import { drainOfProcess, type LongConnection } from "../drain/long-connections.ts";
import { CLOSE_FRAME, createFrameTracker, type FrameTracker } from "../drain/websocket.ts";
import type { NativeServer, Peer } from "./native-server.ts";

/** How long a connection stays untouched while its server drains, and how often it is looked at. */
const IDLE_MS = 5_000;
const LOOK_MS = 250;

/** How an answer begins after which something else is spoken. */
const UPGRADED = Buffer.from("HTTP/1.1 101");

/** How any answer begins, and what asks for an event stream. */
const ANSWER = Buffer.from("HTTP/1.1 ");
const GET = Buffer.from("GET ");

/** As much of an answer's head is looked at. */
const HEAD_BYTES = 2_048;
const EVENT_STREAM = /\r\ncontent-type: ?text\/event-stream\b/i;

/** The private end of a tunnel. */
export interface Tunnel {
  readonly server: Server;
  /** Who has come through it to this port. */
  peerOf(port: number): Peer | undefined;
  /** Begins: connections go to `native`. */
  lead(native: NativeServer): void;
}

interface Pair {
  readonly outer: Socket;
  readonly inner: Socket;
  bytes: number;
  since: number;
  /** The last request was a GET, and is answered with an event stream. */
  isGet: boolean;
  isStream: boolean;
  /** There since something else is spoken. */
  frames?: FrameTracker;
  long?: LongConnection;
}

/** How a server drains that leads to a native one. */
interface TunnelDrain {
  drain(): void;
  busy(): number;
  long(): readonly LongConnection[];
}

const tunnels = new WeakMap<Server, TunnelDrain>();

/** What makes a server drain that leads to a native one; `undefined` for every other. */
export function tunnelOf(server: Server): TunnelDrain | undefined {
  return tunnels.get(server);
}

/**
 * Makes a plain server whose connections are led to a server of the runtime's own, which listens in private: it cannot
 * listen on an inherited socket, and so keeps all that it can do. Measured, this is faster than its `node:http`.
 */
export function createTunnel(): Tunnel {
  const pairs = new Set<Pair>();
  const peers = new Map<number, Peer>();
  let native: NativeServer | undefined;
  let drainedAt = 0;

  /** An idle connection may be used until its time is over; which one a request is on cannot be seen from here. */
  function endIdle(): void {
    const now = performance.now();
    const isIdle = native!.busy() <= long().length;
    const idleMs = Math.min(IDLE_MS, drainOfProcess.idleMs);
    for (const pair of pairs) {
      const bytes = pair.outer.bytesRead + pair.inner.bytesRead;
      if (bytes !== pair.bytes || !isIdle) Object.assign(pair, { bytes, since: now });
      else if (!isLong(pair) && now - Math.max(pair.since, drainedAt) >= idleMs) pair.outer.end();
    }
  }

  function long(): readonly LongConnection[] {
    return [...pairs].filter(isLong).map((pair) => (pair.long ??= longOf(pair)));
  }

  const server = new Server({ noDelay: true, allowHalfOpen: true }, (outer) => {
    const inner = connect({ host: "127.0.0.1", ...native!.at, noDelay: true, allowHalfOpen: true });
    const pair: Pair = { outer, inner, bytes: 0, since: performance.now(), isGet: false, isStream: false };
    pairs.add(pair);
    const { remoteAddress: address = "", remotePort: port = 0, remoteFamily: family = "" } = outer;
    let own: number | undefined;
    inner.once("connect", () => {
      own = inner.localPort;
      if (own !== undefined) peers.set(own, { address, port, family });
    });
    outer.on("data", (chunk: Buffer) => {
      if (begins(chunk, GET)) pair.isGet = true;
      else if (!pair.isStream) pair.isGet = false;
    });
    inner.on("data", (chunk: Buffer) => {
      if (!pair.frames && begins(chunk, UPGRADED)) {
        pair.frames = createFrameTracker();
        pair.long = undefined;
      }
      if (pair.frames) pair.frames.push(chunk);
      else if (begins(chunk, ANSWER))
        pair.isStream = pair.isGet && EVENT_STREAM.test(chunk.toString("latin1", 0, HEAD_BYTES));
    });
    outer.pipe(inner);
    inner.pipe(outer);
    for (const [one, other] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => {
        pairs.delete(pair);
        if (own !== undefined) peers.delete(own);
        // What it has still to say is said; what it has to hear nobody says any more.
        if (!other.writableEnded) other.end();
      });
    }
  });
  // Nobody comes any more: else the native server alone would keep a program alive that has nothing left to do.
  server.once("close", () => void native?.finish().catch(() => {}));
  tunnels.set(server, {
    drain() {
      drainedAt = performance.now();
      native?.sayClose();
      setInterval(endIdle, LOOK_MS).unref();
    },
    busy: () => native?.busy() ?? 0,
    long,
  });

  return {
    server,
    peerOf: (port) => peers.get(port),
    lead(to) {
      native = to;
    },
  };
}

function begins(chunk: Buffer, beginning: Buffer): boolean {
  return beginning.equals(chunk.subarray(0, beginning.length));
}

function isLong({ frames, isStream }: Pair): boolean {
  return frames !== undefined || isStream;
}

function longOf({ outer, inner, frames }: Pair): LongConnection {
  const end = (): true => {
    outer.end();
    inner.end();
    return true;
  };
  return {
    kind: frames ? "websocket" : "stream",
    bytes: () => outer.bytesRead + inner.bytesRead,
    close: () => (frames ? frames.isBetweenFrames() && outer.write(CLOSE_FRAME) !== undefined : end()),
    cut: () => (outer.destroySoon(), inner.destroy(), undefined),
  };
}
