import type { Socket } from "node:net";
import { CREDIT_WINDOW, type Violation } from "../../core/protocol/frame-order.ts";
import { createFrameDecoder, encodeFrame, type Frame } from "../../core/protocol/frames.ts";
import type { SupervisorMessage } from "../../core/protocol/messages.ts";

/** Longest time and most bytes from a connection to its hello. */
const HELLO_MS = 10_000;
const HELLO_BYTES = 64 * 1024;

/** Bytes that may wait for a worker that does not read. */
const MAX_OUTGOING_BYTES = 1024 * 1024;

/** Frames that come once in a worker's life and so need no credit. */
const FREE: ReadonlySet<string> = new Set(["hello", "ready", "goodbye"]);

/** What a connection asks and tells. */
export interface ConnectionHandlers {
  /** The first frame, whatever it is: `true` accepts it, a violation is the worker's, `false` just closes. */
  hello(frame: Frame): true | false | Violation;
  frame(frame: Frame): void;
  violation(violation: Violation): void;
  closed(): void;
}

/** One accepted socket. */
export interface Connection {
  send(message: SupervisorMessage): boolean;
  destroy(): void;
}

/** Reads frames from `socket`, counts their credit, and closes on the first thing that is wrong. Never throws. */
export function createConnection(socket: Socket, handlers: ConnectionHandlers): Connection {
  const decoder = createFrameDecoder();
  let greeted = false;
  let open = true;
  let strangerBytes = 0;
  let unreturned = 0;
  /** Counted here: what a runtime says of its own buffers differs. */
  let waitingBytes = 0;

  const timer = setTimeout(() => socket.destroy(), HELLO_MS);
  const destroy = (): void => {
    open = false;
    socket.destroy();
  };
  const violate = (violation: Violation): false => {
    // Closed first: nothing that the handler does may bring another frame.
    destroy();
    handlers.violation(violation);
    return false;
  };
  const write = (message: SupervisorMessage): void => {
    if (!open || !socket.writable) return;
    const text = encodeFrame(message);
    const bytes = Buffer.byteLength(text);
    waitingBytes += bytes;
    socket.write(text, () => (waitingBytes -= bytes));
  };
  const returnCredit = (): void => {
    const count = unreturned;
    unreturned = 0;
    if (waitingBytes <= MAX_OUTGOING_BYTES) return write({ type: "credit", count });
    // It goes on sending, so it is not just slow.
    violate({
      kind: "creditExceeded",
      detail: `it sends but does not read: more than ${MAX_OUTGOING_BYTES} bytes wait for it`,
    });
  };

  function greet(frame: Frame): boolean {
    const verdict = handlers.hello(frame);
    if (verdict === false) destroy();
    else if (verdict !== true) return violate(verdict);
    if (verdict !== true) return false;
    greeted = true;
    clearTimeout(timer);
    return true;
  }

  function take(frame: Frame): boolean {
    if (!greeted && !greet(frame)) return false;
    if (!FREE.has(frame.type)) {
      if (unreturned === CREDIT_WINDOW) {
        return violate({
          kind: "creditExceeded",
          detail: `more than ${CREDIT_WINDOW} frames without credit`,
        });
      }
      // Once a loop turn: a worker that floods gets its next window only when every other one had its turn.
      if (unreturned++ === 0) setImmediate(returnCredit);
    }
    handlers.frame(frame);
    return open;
  }

  socket.on("data", (chunk: Uint8Array) => {
    if (!open) return;
    if (!greeted) strangerBytes += chunk.length;
    const fault = decoder.push(chunk, take);
    if (!open) return;
    if (!greeted && (fault || strangerBytes > HELLO_BYTES)) destroy();
    else if (fault) violate(fault);
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    open = false;
    clearTimeout(timer);
    handlers.closed();
  });

  return {
    send(message) {
      if (!open || !socket.writable || waitingBytes > MAX_OUTGOING_BYTES) return false;
      try {
        write(message);
        return true;
      } catch {
        return false;
      }
    },
    destroy,
  };
}
