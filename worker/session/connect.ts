import { connect, type Socket } from "node:net";
import { PROTOCOL_VERSION } from "../../core/protocol/frame-order.ts";
import { createFrameDecoder, encodeFrame, type Frame } from "../../core/protocol/frames.ts";
import type { SupervisorMessage, Welcome, WorkerMessage } from "../../core/protocol/messages.ts";
import { runtimeName, type Boot } from "./boot.ts";

/** A connection that the supervisor has welcomed. */
export interface Welcomed {
  readonly socket: Socket;
  readonly config: Welcome;
  /** Calls `message` for each later message, and `closed` once when the connection is gone. Messages wait for it. */
  receive(handlers: { message(message: SupervisorMessage): void; closed(): void }): void;
}

/** Connects and says hello. Rejects when there is no supervisor, or it hangs up. */
export function greet(boot: Boot): Promise<Welcomed> {
  return new Promise((resolve, reject) => {
    const decoder = createFrameDecoder();
    const socket = connect(boot.channel);
    const early: SupervisorMessage[] = [];
    let onMessage = (message: SupervisorMessage): void => void early.push(message);
    let onClosed = (): void => {};
    let closed = false;
    let welcomed = false;

    const take = (frame: Frame): void => {
      const message = frame as unknown as SupervisorMessage;
      if (welcomed) return onMessage(message);
      if (message.type !== "welcome") return;
      welcomed = true;
      resolve({
        socket,
        config: message.welcome,
        receive(handlers) {
          onMessage = handlers.message;
          onClosed = handlers.closed;
          for (const each of early.splice(0)) onMessage(each);
          if (closed) onClosed();
        },
      });
    };
    const { epoch, token } = boot;
    const hello: WorkerMessage = {
      type: "hello",
      protocol: PROTOCOL_VERSION,
      epoch,
      token,
      runtime: runtimeName(),
    };
    socket.write(encodeFrame(hello));
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
