import type { Socket } from "node:net";
import { CREDIT_WINDOW } from "../../core/protocol/frame-order.ts";
import { encodeFrame } from "../../core/protocol/frames.ts";
import type { WorkerMessage } from "../../core/protocol/messages.ts";

/** Characters that may wait here for credit or for a slow supervisor. Log lines are dropped first. */
const MAX_QUEUED = 1024 * 1024;

/** Characters of one frame: a larger one would be a violation of the protocol. */
const MAX_FRAME = 256 * 1024;

interface Waiting {
  readonly line: string;
  readonly type: string;
}

/** The worker's way of telling. None of these blocks or throws. */
export interface Uplink {
  /** Queues a frame. `false` when it cannot be encoded, is too large, or the queue is full: it is dropped. */
  send(message: WorkerMessage): boolean;
  /** Takes credit that the supervisor gave back. */
  credit(count: number): void;
  /** Resolves when nothing waits any more. */
  flushed(): Promise<void>;
  /** Sends the last frame. What still waited is dropped, and every later `send` too. */
  part(message: WorkerMessage): void;
}

/** Sends frames over `socket` within the credit that the supervisor gives. `saying` sees each frame first. */
export function createUplink(socket: Socket, saying: (message: WorkerMessage) => void = () => {}): Uplink {
  let queue: Waiting[] = [];
  let queued = 0;
  let credit = CREDIT_WINDOW;
  let droppedLogs = 0;
  let parted = false;
  let idle: (() => void)[] = [];

  function push(frame: WorkerMessage): boolean {
    let line: string;
    try {
      line = encodeFrame(frame);
    } catch {
      return false;
    }
    if (line.length > MAX_FRAME) return false;
    if (queued + line.length > MAX_QUEUED && frame.type !== "log") shedLogs(line.length);
    if (queued + line.length > MAX_QUEUED) return false;
    queue.push({ line, type: frame.type });
    queued += line.length;
    return true;
  }

  function shedLogs(room: number): void {
    queue = queue.filter((entry) => {
      if (entry.type !== "log" || queued + room <= MAX_QUEUED) return true;
      queued -= entry.line.length;
      droppedLogs++;
      return false;
    });
  }

  function pump(): void {
    while (queue.length > 0 && !socket.writableNeedDrain && socket.writable) {
      const free = queue[0]!.type === "ready";
      if (!free && credit === 0) return;
      if (!free) credit--;
      const { line } = queue.shift()!;
      queued -= line.length;
      socket.write(line);
    }
    if (queue.length > 0 && socket.writable) return;
    if (droppedLogs > 0 && !parted && socket.writable) {
      const message = `${droppedLogs} log lines dropped`;
      droppedLogs = 0;
      push({ type: "log", level: "warn", message });
      return pump();
    }
    const waiting = idle;
    idle = [];
    for (const resolve of waiting) resolve();
  }

  socket.on("drain", pump);

  return {
    send(frame) {
      if (parted) return false;
      saying(frame);
      // A second one says nothing that the first, still waiting, does not.
      if (frame.type === "heartbeat" && queue.some((entry) => entry.type === "heartbeat")) return true;
      const sent = push(frame);
      if (!sent && frame.type === "log") droppedLogs++;
      pump();
      return sent;
    },
    credit(count) {
      credit = Math.min(CREDIT_WINDOW, credit + count);
      pump();
    },
    flushed: () =>
      new Promise((resolve) => {
        idle.push(() => (socket.writable ? socket.write("", () => resolve()) : resolve()));
        pump();
      }),
    part(frame) {
      if (parted) return;
      saying(frame);
      parted = true;
      queue = [];
      if (socket.writable) socket.write(encodeFrame(frame));
    },
  };
}
