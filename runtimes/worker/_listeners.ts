import type { Server } from "node:net";
import { trackServer, type Cut, type TrackedServer } from "./drain.ts";

/** A listener as `welcome` describes it; `fd` is this process's own number. */
export interface WelcomedListener {
  readonly name: string;
  readonly fd: number;
  readonly backlog?: number;
  readonly port?: number;
  readonly host?: string;
  /** Absolute. */
  readonly path?: string;
}

/** The servers of one worker. */
export interface Listeners {
  listen(server: Server, name: string | undefined): Promise<void>;
  /** Resolves when every server has answered its last connection. */
  drain(): Promise<void>;
  /** Closes every server and cuts what is connected; returns how much. */
  stop(): Cut;
}

/** Puts servers on inherited sockets. `onListening` is called at each one that listens. */
export function createListeners(listeners: readonly WelcomedListener[], onListening: () => void): Listeners {
  const servers = new Set<TrackedServer>();
  let draining = false;
  let stopped = false;

  function pick(name: string | undefined): WelcomedListener {
    const found = listeners.find((listener) => listener.name === (name ?? "default"));
    if (found) return found;
    if (name === undefined && listeners.length === 1) return listeners[0]!;
    const has = listeners.length === 0 ? "it has none" : `it has ${listeners.map((l) => l.name).join(", ")}`;
    throw new Error(
      `this group has no listener called "${name ?? "default"}": ${has} (\`listen\` in the config)`,
    );
  }

  return {
    async listen(server, name) {
      const { fd, backlog } = pick(name);
      const tracked = trackServer(server);
      servers.add(tracked);
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ fd, backlog }, () => {
          server.off("error", reject);
          resolve();
        });
      });
      if (stopped) tracked.stop();
      else if (draining) void tracked.drain();
      onListening();
    },
    async drain() {
      draining = true;
      await Promise.all([...servers].map((server) => server.drain()));
    },
    stop() {
      stopped = true;
      const cuts = [...servers].map((server) => server.stop());
      const sum = (name: keyof Cut): number => cuts.reduce((total, cut) => total + cut[name], 0);
      return { connections: sum("connections"), busy: sum("busy") };
    },
  };
}
