import { Server } from "node:net";
import type { WelcomedListener } from "../../core/protocol/messages.ts";
import { acceptorOf } from "./acceptor.ts";
import { pretend } from "./pretend-listen.ts";

/** The longest time that a timer takes. */
const FOR_EVER_MS = 2 ** 31 - 1;

/** A server that seems to listen, and does not accept yet. */
export interface Held {
  /** Lets it listen. */
  open(): Promise<void>;
  /** It never will: it is closed. */
  drop(): void;
}

/**
 * Holds a server back: to its program it listens, but it takes no connection before `open`, which calls `listen`.
 * So a worker that a reload has just started proves that it lives before anybody depends on it. `isTold` when the program
 * has been told before that it listens.
 */
export function holdBack(
  server: Server,
  listener: WelcomedListener,
  listen: () => Promise<void>,
  isTold: boolean,
): Held {
  const pretence = pretend(server, listener, isTold);
  // Nothing else may keep the process of a program alive that has done all it has to, and listens.
  const alive = setInterval(() => {}, FOR_EVER_MS);
  const end = (): boolean => {
    clearInterval(alive);
    return pretence.end();
  };
  return {
    async open() {
      if (end()) await listenUntold(server, listen);
    },
    drop() {
      if (end()) Server.prototype.close.call(acceptorOf(server));
    },
  };
}

/** Lets a server listen whose program believes already that it does: nobody is told a second time. */
export async function listenUntold(server: Server, listen: () => Promise<void>): Promise<void> {
  const told = server.rawListeners("listening");
  server.removeAllListeners("listening");
  try {
    await listen();
  } finally {
    for (const listener of told) server.on("listening", listener as () => void);
  }
}
