import type { Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { WelcomedListener } from "../../core/protocol/messages.ts";
import type { TrackedServer } from "../drain/drain.ts";
import type { Listeners } from "../listen/listeners.ts";
import type { Made, NativePlace, NativeServer } from "./native-server.ts";
import { createTunnel } from "./tunnel.ts";

/** How long a server that binds its own socket says `Connection: close` before it stops accepting. */
const SOFT_MS = 300;

/** How a native server comes to its connections. */
export interface NativeOptions<M> {
  readonly listener: WelcomedListener;
  readonly listeners: Pick<Listeners, "bound" | "tellSecure">;
  make(place: NativePlace): M;
  /** Makes a server listen where the listener is. */
  listen(server: Server): void;
  listening?(made: M): void;
}

/**
 * Serves a listener with a server of the runtime's own: the lossless way through a tunnel from the inherited socket,
 * or the fast way on a socket that it binds itself, where the listener has none to inherit. The fast way begins at
 * once, also where a reload would hold a server back.
 */
export function serveNative<M extends Made>({ listener, ...options }: NativeOptions<M>): M {
  const make = (place: NativePlace): M => {
    const made = options.make(place);
    if (made.native.isSecure) options.listeners.tellSecure(listener);
    return made;
  };
  const shown = { port: listener.port ?? 0, hostname: listener.host ?? "127.0.0.1" };
  if (listener.fd === undefined) {
    const where = { ...shown, reusePort: true };
    let closed = (): void => {};
    const onStop = (): void => closed();
    const made = make({ where, shown, peerOf: () => undefined, onStop, onRef() {} });
    closed = options.listeners.bound(trackNative(made.native), listener);
    options.listening?.(made);
    return made;
  }
  const { server, peerOf, lead } = createTunnel();
  const made = make({
    where: { port: 0, hostname: "127.0.0.1" },
    shown,
    peerOf,
    onStop: () => void server.close(),
    onRef: (isRef) => void (isRef ? server.ref() : server.unref()),
  });
  lead(made.native);
  server.once("listening", () => options.listening?.(made));
  options.listen(server);
  return made;
}

function trackNative(native: NativeServer): TrackedServer {
  let draining: Promise<void> | undefined;
  async function drain(): Promise<void> {
    native.sayClose();
    await sleep(SOFT_MS);
    await native.finish();
  }
  return {
    // Nobody can see how many: nothing waits in a queue that anybody else could accept from.
    accepted: 0,
    drain: () => (draining ??= drain()),
    stop() {
      const busy = native.busy();
      native.cut();
      return { connections: busy, busy };
    },
  };
}
