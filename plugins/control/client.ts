import { createConnection } from "node:net";
import type { Socket } from "node:net";
import { basename, dirname, join } from "node:path";
import { PoolError, errorCodes } from "../../core/contract/errors.ts";
import type { ErrorCode } from "../../core/contract/errors.ts";
import { createFrameDecoder, encodeFrame } from "../../core/protocol/frames.ts";
import type { Frame } from "../../core/protocol/frames.ts";
import { readToken } from "../../system/token.ts";
import { TOKEN_FILE, verifyPrivate } from "./directory.ts";
import { readLock } from "./lock.ts";

// A status of ten thousand slots has a few megabytes.
const MAX_REPLY_BYTES = 64 * 1024 * 1024;
const ANSWER_MS = 5_000;

/** A connection to a running pool. */
export interface ControlClient {
  /**
   * Rejects with the pool's own `PoolError`, or with `E_CONTROL` when the connection ends first. `status` has to
   * be answered within 5 s; the others take as long as they take, and `onProgress` hears of the way there.
   */
  call(
    command: string,
    args?: Record<string, unknown>,
    onProgress?: (line: string) => void,
  ): Promise<unknown>;
  close(): void;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: PoolError): void;
  readonly tell?: (line: string) => void;
}

/** Connects to the pool that runs in `directory`, or rejects with `E_NOT_RUNNING`. */
export async function connectControl(directory: string): Promise<ControlClient> {
  const name = basename(directory);
  const socket = await open(directory, name);
  const pid = (await readLock(directory).catch(() => undefined))?.pid;
  const label = `pool "${name}"${pid === undefined ? "" : ` (pid ${pid})`}`;
  const waiting = new Map<unknown, Waiting>();
  const decoder = createFrameDecoder(MAX_REPLY_BYTES);
  let count = 0;
  let ended: PoolError | undefined;

  function end(message: string, code: ErrorCode = "E_CONTROL"): void {
    ended ??= new PoolError(code, message);
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
    socket.destroy();
  }

  function settle(frame: Frame): void {
    if (frame.type === "progress" && typeof frame.line === "string")
      waiting.get(frame.id)?.tell?.(frame.line);
    if (frame.type !== "reply") return;
    const error = frame.ok === true ? undefined : toError(frame.error);
    if (frame.id === null) return end(error?.message ?? `${label} answered nonsense`);
    const call = waiting.get(frame.id);
    waiting.delete(frame.id);
    if (error) call?.reject(error);
    else call?.resolve(frame.result);
  }

  socket.on("data", (chunk: Uint8Array) => {
    const fault = decoder.push(chunk, settle);
    if (fault) end(`${label} answered nonsense: ${fault.detail}`);
  });
  socket.on("error", () => {});
  socket.on("close", () => end(`${label} closed the connection before it answered`));

  return {
    call(command, args = {}, onProgress) {
      if (ended) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        const id = ++count;
        const silent = (): void => end(`${label} does not answer`);
        const timer = command === "status" ? setTimeout(silent, ANSWER_MS) : undefined;
        const done = (): void => clearTimeout(timer);
        waiting.set(id, {
          resolve: (result) => (done(), resolve(result)),
          reject: (error) => (done(), reject(error)),
          tell: onProgress,
        });
        socket.write(encodeFrame({ type: "command", id, command, args }));
      });
    },
    close: () => void socket.destroy(),
  };
}

async function open(directory: string, name: string): Promise<Socket> {
  try {
    for (const path of [dirname(directory), directory]) await verifyPrivate(path);
    const token = await readToken(join(directory, TOKEN_FILE));
    const socket = await new Promise<Socket>((resolve, reject) => {
      const socket = createConnection(join(directory, "control.sock"));
      socket.once("error", reject);
      socket.once("connect", () => resolve(socket.off("error", reject)));
    });
    socket.write(encodeFrame({ type: "hello", token }));
    return socket;
  } catch (error) {
    if (error instanceof PoolError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ECONNREFUSED") {
      throw new PoolError("E_NOT_RUNNING", `pool "${name}" is not running: start it with \`poolable start\``);
    }
    const message = code === "EAGAIN" ? "does not answer" : `cannot be reached: ${(error as Error).message}`;
    throw new PoolError("E_CONTROL", `pool "${name}" ${message}`, { cause: error });
  }
}

function toError(value: unknown): PoolError {
  const { code, message } = Object(value) as { code?: unknown; message?: unknown };
  const known =
    typeof code === "string" && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : "E_CONTROL";
  return new PoolError(known, typeof message === "string" ? message : "the pool gave no reason");
}
