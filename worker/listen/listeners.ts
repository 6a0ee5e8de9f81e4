import { Server } from "node:net";
import { trackServer, type Cut, type TrackedServer } from "../drain/drain.ts";
import { acceptRest } from "./accept-backlog.ts";
import { acceptorOf } from "./acceptor.ts";
import { createAdoptions, letGo, type Adoptions, type SiblingSocket } from "./adopt.ts";
import { holdBack, listenUntold, type Held } from "./deferred-listen.ts";

/**
 * A listener as `welcome` describes it. `fd` is this process's own number; without one the worker binds a socket of
 * its own. `slot` is there when each slot has its own socket, and may be another one.
 */
export interface WelcomedListener {
  readonly name: string;
  readonly slot?: string;
  readonly fd?: number;
  readonly port?: number;
  readonly host?: string;
  readonly path?: string;
  readonly reusePort?: boolean;
  readonly backlog?: number;
  /** Not accepted on before the supervisor says `serve`. */
  readonly held?: boolean;
}

// The original: what stands in its place for unchanged programs calls this module.
const { listen: listenOf } = Server.prototype;

/** The servers of one worker. */
export interface Listeners extends Pick<Adoptions, "adopt" | "release"> {
  /** Names of the group's listeners that nothing has listened on. */
  unused(): string[];
  /** `isTold` when the program believes already that its server listens. */
  listen(server: Server, name: string | undefined, isTold?: boolean): Promise<void>;
  /** The listener of a name; without one `default`, or the only one. Throws when there is none. */
  pick(name?: string): WelcomedListener;
  /** Takes in a server that listens by itself where this listener is. Returns what tells that it is closed. */
  bound(server: TrackedServer, listener: WelcomedListener): () => void;
  /** The server on this listener speaks TLS; of one of `node:tls` this is known. */
  tellSecure(listener: WelcomedListener): void;
  /** Begins to accept, where a reload has held it back. */
  serve(): void;
  /** Accepts what waits to be, and no more. Resolves when every server has answered its last connection. */
  drain(): Promise<void>;
  /** Closes every server and cuts what is connected; returns how much. */
  stop(): Cut;
}

/** What {@link createListeners} calls back. */
export interface ListenersEvents {
  /** At each server that listens. */
  onListening(): void;
  /** At the first server of a listener that speaks TLS, before it listens. */
  onSecure(name: string): void;
  /**
   * The last server that listened was closed by its program. `isLast` when this process can never listen again where it
   * did: `times` descriptors are used up.
   */
  onClosed(closed: { readonly isLast: boolean; readonly times: number }): void;
  /** A line about a socket that cannot be accepted on. */
  onTrouble(line: string): void;
}

/** The listeners that are this slot's own to listen on, each once. */
export function ownListeners(all: readonly WelcomedListener[], own: string): WelcomedListener[] {
  const mine = all.filter(({ slot }) => slot === undefined || slot === own);
  return mine.filter(({ name }, index) => mine.findIndex((each) => each.name === name) === index);
}

/** Puts the servers of slot `own` on inherited sockets. */
export function createListeners(
  all: readonly WelcomedListener[],
  own: string,
  { onListening, onSecure, onClosed, onTrouble }: ListenersEvents,
): Listeners {
  const listeners = ownListeners(all, own);
  /** Descriptors that are left of each listener's socket: closing a server closes the one it listens on. */
  const left = new Map(
    listeners.map(({ name }) => [
      name,
      all.filter((each) => each.name === name && (each.slot ?? own) === own).flatMap(({ fd }) => fd ?? []),
    ]),
  );
  const listensOf = new Map([...left].map(([name, { length }]) => [name, length]));
  const siblings = all.filter(({ slot }) => slot !== undefined && slot !== own) as SiblingSocket[];
  const adoptions = createAdoptions(siblings, (slot, error) =>
    onTrouble(`cannot accept on the socket of ${slot}: ${error.message}`),
  );
  const servers = new Set<TrackedServer>();
  const tracked = new WeakMap<Server, TrackedServer>();
  const watched = new WeakSet<Server>();
  /** What listens now, and where. */
  const listening = new Map<object, string>();
  const used = new Set<string>();
  const secure = new Set<string>();
  const held = new Set<Held>();
  let isHeld = all.some((listener) => listener.held);
  let draining = false;
  let stopped = false;

  function pick(name?: string): WelcomedListener {
    const found = listeners.find((listener) => listener.name === (name ?? "default"));
    if (found) return found;
    if (name === undefined && listeners.length === 1) return listeners[0]!;
    const has = listeners.length === 0 ? "it has none" : `it has ${listeners.map((l) => l.name).join(", ")}`;
    throw new Error(
      `this group has no listener called "${name ?? "default"}": ${has} (\`listen\` in the config)`,
    );
  }

  /** Accepts for a server from now on. */
  async function open(server: Server, listener: WelcomedListener): Promise<void> {
    const { name } = listener;
    if (listener.fd === undefined) await listenOn(server, listener);
    else {
      const fd = left.get(name)!.shift();
      // This worker is being replaced since the last one was closed.
      if (fd === undefined) return;
      await listenOn(server, { ...listener, fd });
    }
    listening.set(server, name);
    watch(server);
    adoptions.serve(server, name);
    follow(tracked.get(server)!);
    onListening();
  }

  /** Notices when the program closes it. A drain closes it without its own `close`. */
  function watch(server: Server): void {
    if (watched.has(server)) return;
    watched.add(server);
    const { close } = server;
    server.close = (callback) => {
      const result = close.call(server, callback);
      if (!server.listening) closed(server);
      return result;
    };
  }

  function closed(server: object): void {
    const name = listening.get(server);
    if (name === undefined) return;
    listening.delete(server);
    if (draining || stopped) return;
    const isAll = listening.size === 0;
    adoptions.leave(server, isAll);
    const { fd } = listeners.find((listener) => listener.name === name)!;
    const isLast = fd !== undefined && left.get(name)!.length === 0;
    if (isAll || isLast) onClosed({ isLast, times: listensOf.get(name)! });
  }

  function tellSecure({ name }: WelcomedListener): void {
    if (secure.has(name)) return;
    secure.add(name);
    onSecure(name);
  }

  function follow(server: TrackedServer): void {
    if (stopped) server.stop();
    else if (draining) void server.drain();
  }

  /** A socket stays open for as long as anybody has a descriptor of it. */
  function letGoAll(): void {
    adoptions.close();
    for (const fds of left.values()) for (const fd of fds.splice(0)) letGo(fd);
  }

  function dropHeld(): void {
    for (const each of held) each.drop();
    held.clear();
  }

  return {
    pick,
    tellSecure,
    bound(server, { name }) {
      servers.add(server);
      listening.set(server, name);
      follow(server);
      used.add(name);
      onListening();
      return () => closed(server);
    },
    async listen(server, name, isTold = false) {
      const listener = pick(name);
      if (!tracked.has(server)) tracked.set(server, trackServer(server));
      servers.add(tracked.get(server)!);
      if (isSecure(server)) tellSecure(listener);
      const begin = (): Promise<void> => open(server, listener);
      if (isHeld && !draining && !stopped) {
        held.add(holdBack(server, listener, begin, isTold));
        onListening();
      } else await (isTold ? listenUntold(server, begin) : begin());
      used.add(listener.name);
    },
    serve() {
      isHeld = false;
      const opening = [...held].map((each) => each.open());
      held.clear();
      if (opening.length === 0) return;
      void Promise.all(opening).then(
        () => {
          const isClosed = listening.size === 0 && !draining && !stopped;
          if (isClosed) onClosed({ isLast: false, times: 1 });
        },
        // It is uncaught, as it would be in a server that nobody holds back.
        (error: unknown) => process.nextTick(() => throwIt(error)),
      );
    },
    adopt: (slot) => adoptions.adopt(slot),
    release: (slot) => adoptions.release(slot),
    unused: () => listeners.map((listener) => listener.name).filter((name) => !used.has(name)),
    async drain() {
      draining = true;
      dropHeld();
      await acceptRest(() => [...servers].reduce((sum, { accepted }) => sum + accepted, 0));
      letGoAll();
      await Promise.all([...servers].map((server) => server.drain()));
    },
    stop() {
      stopped = true;
      dropHeld();
      letGoAll();
      const cuts = [...servers].map((server) => server.stop());
      const sum = (name: keyof Cut): number => cuts.reduce((total, cut) => total + cut[name], 0);
      return { connections: sum("connections"), busy: sum("busy") };
    },
  };
}

/** Resolves when the server listens; rejects with what keeps it from it. */
function listenOn(server: Server, { fd, backlog, host, port }: WelcomedListener): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const where = fd === undefined ? { port, host, reusePort: true } : { fd };
    const listening = (): void => {
      server.off("error", reject);
      resolve();
    };
    // Twice: beside an `fd`, Node does not look at `options.backlog`, and Bun looks at nothing else.
    Reflect.apply(listenOf, acceptorOf(server), [{ ...where, backlog }, backlog, listening]);
  });
}

/** By what only servers of `node:tls` have, `node:https` and secure ones of `node:http2` among them. */
function isSecure(server: Server): boolean {
  return "setSecureContext" in server;
}

function throwIt(error: unknown): never {
  throw error;
}
