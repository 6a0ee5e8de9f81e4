import { bunLibc } from "../../system/libc/bun.ts";
import { denoLibc } from "../../system/libc/deno.ts";
import { ownRuntime, type RuntimeName } from "../discovery/traits.ts";
import type { SocketCalls } from "./socket-calls.ts";
import { bunSockets, denoSockets } from "./sockets-libc.ts";
import { nodeSockets } from "./sockets-node.ts";

const made: Readonly<Record<RuntimeName, () => SocketCalls>> = {
  node: nodeSockets,
  bun: () => bunSockets(bunLibc()),
  deno: () => denoSockets(denoLibc()),
};

let own: SocketCalls | string | undefined;

/** The way of the runtime of this process, or one line that says why it has none. Never throws. */
export function socketCalls(): SocketCalls | string {
  if (own === undefined) {
    try {
      own = made[ownRuntime]();
    } catch (error) {
      own = error instanceof Error ? error.message : String(error);
    }
  }
  return own;
}
