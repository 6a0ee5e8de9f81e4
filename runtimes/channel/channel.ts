import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import { join } from "node:path";
import { PoolError } from "../../core/contract/errors.ts";
import { judgeFrame, PROTOCOL_VERSION, type Violation } from "../../core/protocol/frame-order.ts";
import type { Frame } from "../../core/protocol/frames.ts";
import type { SupervisorMessage } from "../../core/protocol/messages.ts";
import { listenPrivately } from "../../system/private-server.ts";
import { removeStaleSockets } from "../../system/stale-sockets.ts";
import { checkSocketPath } from "../sockets/socket-path.ts";
import { createConnection, type Connection } from "./connection.ts";

/** Connections that have not said who they are. With more, the oldest that had its time to say it is closed. */
const MAX_STRANGERS = 64;
/** Time in which a worker that has connected says who it is, with much to spare. Milliseconds. */
const STRANGER_MS = 250;
/** Connections that have not said who they are, at most, however young. */
const MOST_STRANGERS = 512;

/** The name of a channel's socket in its folder. */
const NAME = /^w[0-9a-f]{12}\.sock$/;

/** What the channel tells about one worker. MUST NOT throw. */
export interface ChannelHandlers {
  /** A frame, from `hello` on. None comes after a violation or {@link ChannelLink.disconnect}. */
  frame(frame: Frame): void;
  violation(violation: Violation): void;
  /** Called once, when a connection that had the right token is gone. */
  disconnected(): void;
}

/** The supervisor's hand on one worker's connection. None of these throws. */
export interface ChannelLink {
  /** Whether a connection with the right token came, and is not yet reported as gone. */
  readonly connected: boolean;
  /** Queues a frame. `false` when there is no connection or more than 1 MiB waits in it: the frame is dropped. */
  send(message: SupervisorMessage): boolean;
  disconnect(): void;
  /** Disconnects, and makes the token unknown. */
  forget(): void;
}

/** The socket that workers connect to. Its file is made again within a second when somebody removes it. */
export interface Channel {
  /** Where workers connect. */
  readonly path: string;
  /** Announces a worker before it is spawned. `token` is a secret of this worker alone and is never logged. */
  expect(token: string, epoch: number, handlers: ChannelHandlers): ChannelLink;
  /** Drops every connection and removes the socket. */
  close(): Promise<void>;
}

interface Expected {
  readonly digest: Buffer;
  readonly epoch: number;
  readonly handlers: ChannelHandlers;
  connection: Connection | undefined;
  gone: boolean;
}

/**
 * Opens the channel in `directory`, which must be private to the user (0700); on Windows a named pipe that
 * carries a random name. `made` is called with its path each time that it is made. Rejects with `E_LISTEN` when the
 * socket cannot be opened or its path is too long.
 */
export async function openChannel(directory: string, made?: (path: string) => void): Promise<Channel> {
  const name = `w${randomBytes(6).toString("hex")}`;
  const path =
    process.platform === "win32" ? `\\\\.\\pipe\\poolable-${name}` : join(directory, `${name}.sock`);
  checkSocketPath(path);
  await removeStaleSockets(directory, (file) => NAME.test(file));
  const expected = new Map<string, Expected>();
  const sockets = new Set<Socket>();
  /** The oldest first, and when they came. */
  const strangers = new Map<Socket, number>();

  /** Never at the cost of a worker: who connects and says nothing makes room for who comes after it. */
  function makeRoom(now: number): void {
    for (const [socket, cameAt] of strangers) {
      const isTooMany = strangers.size >= MAX_STRANGERS && now - cameAt >= STRANGER_MS;
      if (!isTooMany && strangers.size < MOST_STRANGERS) return;
      strangers.delete(socket);
      socket.destroy();
    }
  }

  function accept(socket: Socket): void {
    const now = performance.now();
    makeRoom(now);
    strangers.set(socket, now);
    let known: Expected | undefined;
    const admit = (): void => void strangers.delete(socket);
    sockets.add(socket);
    const connection = createConnection(socket, {
      hello(frame) {
        known = find(expected, frame.token);
        if (!known) return false;
        admit();
        const wrong = judgeHello(frame, known);
        if (wrong) {
          const first = known.connection;
          if (first) {
            // Not told by this connection: the one that counts as the worker's is the first.
            known.handlers.violation(wrong);
            known = undefined;
            first.destroy();
            return false;
          }
        }
        known.connection = connection;
        return wrong ?? true;
      },
      frame: (frame) => known?.handlers.frame(frame),
      violation: (violation) => known?.handlers.violation(violation),
      closed() {
        admit();
        sockets.delete(socket);
        if (!known || known.gone) return;
        known.gone = true;
        known.handlers.disconnected();
      },
    });
  }

  // Out of descriptors, say: a worker that was not accepted runs into its hello deadline, and is started again.
  const server = await listenPrivately(path, { accept, made }).catch((error: Error) => {
    throw new PoolError("E_LISTEN", `the workers' socket ${path}: ${error.message}`, { cause: error });
  });

  return {
    path,
    expect(token, epoch, handlers) {
      const digest = digestOf(token);
      const entry: Expected = { digest, epoch, handlers, connection: undefined, gone: false };
      expected.set(digest.toString("hex"), entry);
      return {
        get connected() {
          return entry.connection !== undefined && !entry.gone;
        },
        send: (frame) => entry.connection?.send(frame) ?? false,
        disconnect: () => entry.connection?.destroy(),
        forget() {
          expected.delete(digest.toString("hex"));
          entry.connection?.destroy();
        },
      };
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return server.close();
    },
  };
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** Looked up by digest, so that the time taken says nothing about how much of a guess was right. */
function find(expected: ReadonlyMap<string, Expected>, token: unknown): Expected | undefined {
  if (typeof token !== "string" || token.length > 1024) return undefined;
  const digest = digestOf(token);
  const entry = expected.get(digest.toString("hex"));
  return entry && timingSafeEqual(entry.digest, digest) ? entry : undefined;
}

function judgeHello(frame: Frame, worker: Expected): Violation | undefined {
  const early = judgeFrame("connected", frame);
  if (early) return early;
  if (worker.connection)
    return { kind: "secondHello", detail: "a second connection with the token of this worker" };
  if (frame.protocol !== PROTOCOL_VERSION) {
    const theirs = typeof frame.protocol === "number" ? frame.protocol : "none";
    return { kind: "protocolMismatch", detail: `protocol ${theirs} instead of ${PROTOCOL_VERSION}` };
  }
  if (frame.epoch !== worker.epoch) return { kind: "badHello", detail: `not epoch ${worker.epoch}` };
  return undefined;
}
