import type { IncomingMessage } from "node:http";

/** A close frame of a server with the code 1012, service restart: the client may come back at once. */
export const CLOSE_FRAME: Buffer = Buffer.from([0x88, 2, 0x03, 0xf4]);

/** Whether a request asks for a WebSocket. */
export function asksForWebSocket({ headers }: Pick<IncomingMessage, "headers">): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

/** Follows what a server sends over a WebSocket. */
export interface FrameTracker {
  push(chunk: Uint8Array): void;
  /** Whether a frame could begin here: another one can be put in between. */
  isBetweenFrames(): boolean;
}

/** Follows the bytes of a server from the head of its answer on. Frames of a server are not masked. */
export function createFrameTracker(): FrameTracker {
  let lastFour = 0;
  let isHead = true;
  let header: number[] = [];
  let left = 0;

  return {
    push(chunk) {
      for (let at = 0; at < chunk.length;) {
        if (isHead) {
          lastFour = ((lastFour << 8) | chunk[at++]!) >>> 0;
          isHead = lastFour !== 0x0d0a0d0a;
        } else if (left > 0) {
          const taken = Math.min(left, chunk.length - at);
          at += taken;
          left -= taken;
        } else {
          header.push(chunk[at++]!);
          const length = lengthOf(header);
          if (length === undefined) continue;
          left = length;
          header = [];
        }
      }
    },
    isBetweenFrames: () => !isHead && left === 0 && header.length === 0,
  };
}

/** The length of a frame's payload, once its header is whole. */
function lengthOf(header: readonly number[]): number | undefined {
  if (header.length < 2) return undefined;
  const short = header[1]! & 0x7f;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (header.length < 2 + extra) return undefined;
  return extra === 0 ? short : header.slice(2).reduce((sum, byte) => sum * 256 + byte, 0);
}
