import { connect, type Socket } from "node:net";
import { PROTOCOL_VERSION } from "../../core/protocol/frame-order.ts";
import { createFrameDecoder, encodeFrame, type Frame } from "../../core/protocol/frames.ts";
import { runtimeName, type Boot } from "./boot.ts";
import type { Config } from "./life.ts";

/** A connection that the supervisor has welcomed. */
export interface Welcomed {
  readonly socket: Socket;
  readonly config: Config;
  /** Calls `frame` for each later frame, and `closed` once when the connection is gone. Frames wait for it. */
  receive(handlers: { frame(frame: Frame): void; closed(): void }): void;
}

/** Connects and says hello. Rejects when there is no supervisor, or it hangs up. */
export function greet(boot: Boot): Promise<Welcomed> {
  return new Promise((resolve, reject) => {
    const decoder = createFrameDecoder();
    const socket = connect(boot.channel);
    const early: Frame[] = [];
    let onFrame = (frame: Frame): void => void early.push(frame);
    let onClosed = (): void => {};
    let closed = false;
    let welcomed = false;

    const take = (frame: Frame): void => {
      if (welcomed) return onFrame(frame);
      if (frame.type !== "welcome") return;
      welcomed = true;
      resolve({
        socket,
        config: frame.config as Config,
        receive(handlers) {
          onFrame = handlers.frame;
          onClosed = handlers.closed;
          for (const frame of early.splice(0)) onFrame(frame);
          if (closed) onClosed();
        },
      });
    };
    const { epoch, token } = boot;
    socket.write(
      encodeFrame({ type: "hello", protocol: PROTOCOL_VERSION, epoch, token, runtime: runtimeName() }),
    );
    socket.on("data", (chunk) => {
      if (decoder.push(chunk, take)) socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => {
      closed = true;
      reject(new Error("the supervisor hung up"));
      onClosed();
    });
  });
}
