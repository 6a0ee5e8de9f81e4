import type { Socket } from "node:net";
import { PoolError, messageOf } from "../../core/contract/errors.ts";
import type { Pool } from "../../core/contract/pool.ts";
import { createFrameDecoder, encodeFrame } from "../../core/protocol/frames.ts";
import type { Frame } from "../../core/protocol/frames.ts";
import { checkCommand } from "./commands.ts";

/** Clients that have shown the token. */
export const MAX_CLIENTS = 32;
const MAX_REQUEST_BYTES = 64 * 1024;
const MAX_PENDING = 16;
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;
const IDLE_MS = 10_000;
const STRANGER_MS = 2_000;
/** Commands of one client: so many at once, and then so many a second. */
const MAX_BURST = 50;
const COMMANDS_PER_SECOND = 20;

/** What a connection needs to know of the server. */
export interface ConnectionContext {
  readonly pool: Pool;
  /** How long a client may have no command pending. */
  readonly idleMs?: number;
  /** How long a client may take to show the token. */
  readonly strangerMs?: number;
  /** Asked once for each token that a client shows; `admitted` lets it in. */
  admit(token: unknown): "admitted" | "unknown" | "full";
  /** Told what a client changes. */
  audit(line: string): void;
}

/** One client of the control socket. */
export interface Connection {
  /** Resolves when every pending command has its reply handed to the system, or the client is gone. */
  finish(): Promise<void>;
  destroy(): void;
}

/**
 * Serves one client: every command gets exactly one reply or a closed connection. Nothing that a client sends or
 * leaves out throws here, and its going away stops no command that has begun.
 */
export function serveClient(socket: Socket, id: number, context: ConnectionContext): Connection {
  const decoder = createFrameDecoder(MAX_REQUEST_BYTES);
  const pace = createPace();
  let pending = 0;
  let isAdmitted = false;
  let closing = false;
  let idle: NodeJS.Timeout | undefined;
  let onQuiet = (): void => {};

  // Counted from the last reply, not the last byte: one byte a second would keep a place for ever.
  function rest(): void {
    clearTimeout(idle);
    if (pending > 0 || !isAdmitted) return;
    idle = setTimeout(() => refuse("no command came, the connection is closed"), context.idleMs ?? IDLE_MS);
    idle.unref();
    onQuiet();
  }

  function write(frame: Frame): void {
    if (!socket.writable) return;
    socket.write(encodeFrame(frame));
    if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
  }

  function fail(requestId: unknown, error: unknown): void {
    const code = error instanceof PoolError ? error.code : "E_CONTROL";
    write({ type: "reply", id: requestId, ok: false, error: { code, message: messageOf(error) } });
  }

  /** The last word to a client that broke the rules: what follows in its stream means nothing. */
  function refuse(message: string): void {
    if (closing) return;
    closing = true;
    fail(null, new PoolError("E_CONTROL", message));
    socket.destroySoon();
  }

  async function answer(requestId: string | number, frame: Frame): Promise<void> {
    pending++;
    clearTimeout(idle);
    try {
      if (!pace())
        throw new PoolError(
          "E_CONTROL",
          `more than ${COMMANDS_PER_SECOND} commands a second, try again later`,
        );
      if (pending > MAX_PENDING)
        throw new PoolError("E_CONTROL", `more than ${MAX_PENDING} commands are pending`);
      const command = checkCommand(frame.command, frame.args ?? {});
      if (command.audit !== undefined) context.audit(`control client ${id}: ${command.audit}`);
      const result = await command.run(context.pool, (line) =>
        write({ type: "progress", id: requestId, line }),
      );
      write({ type: "reply", id: requestId, ok: true, result });
    } catch (error) {
      fail(requestId, error);
    } finally {
      pending--;
      rest();
    }
  }

  /** Takes the first frame of a client, which shows the token. */
  function greet(frame: Frame): boolean {
    const verdict = frame.type === "hello" ? context.admit(frame.token) : "unknown";
    if (verdict === "full") refuse(`more than ${MAX_CLIENTS} clients are connected, try again`);
    else if (verdict === "unknown") refuse("the first frame does not show the token of this pool's run");
    if (verdict !== "admitted") return false;
    isAdmitted = true;
    rest();
    return true;
  }

  socket.on("error", () => {});
  socket.on("close", () => {
    closing = true;
    clearTimeout(idle);
    onQuiet();
  });
  socket.on("data", (chunk: Uint8Array) => {
    if (closing) return;
    const fault = decoder.push(chunk, (frame) => {
      if (!isAdmitted) return greet(frame);
      if (frame.type !== "command" || !isRequestId(frame.id)) {
        refuse("not a command: expected { type: 'command', id, command, args }");
        return false;
      }
      void answer(frame.id, frame);
      return !closing;
    });
    if (fault) refuse(fault.detail);
  });
  // A client may half-close after its last request, so the end of its stream is not the end of its answer.
  socket.on("end", () => {
    if (pending === 0) socket.end();
    else onQuiet = () => socket.end();
  });
  idle = setTimeout(
    () => refuse("no token came, the connection is closed"),
    context.strangerMs ?? STRANGER_MS,
  );
  idle.unref();

  return {
    finish: () =>
      new Promise((resolve) => {
        const leave = (): void => void (socket.destroyed ? resolve() : socket.end(() => resolve()));
        socket.once("close", () => resolve());
        onQuiet = leave;
        if (pending === 0) leave();
      }),
    destroy: () => void socket.destroy(),
  };
}

/** Whether one more command may be carried out now. */
function createPace(): () => boolean {
  let left = MAX_BURST;
  let at = performance.now();
  return () => {
    const now = performance.now();
    left = Math.min(MAX_BURST, left + ((now - at) / 1_000) * COMMANDS_PER_SECOND);
    at = now;
    if (left < 1) return false;
    left--;
    return true;
  };
}

function isRequestId(id: unknown): id is string | number {
  return typeof id === "string" ? id.length <= 64 : Number.isSafeInteger(id);
}
