import { type EventEmitter, errorMonitor } from "node:events";
import type { Server } from "node:net";
import type { WelcomedListener } from "../../core/protocol/messages.ts";
import type { Worker } from "../contract/worker.ts";
import { acceptorOf, listeningPrototypes } from "./acceptor.ts";
import { askedAddress, showAddress, type AskedAddress } from "./asked-address.ts";
import { createClaims, type Claims } from "./claims.ts";
import { dress } from "./dress-server.ts";
import type { Listeners } from "./listeners.ts";
import { differs } from "./other-host.ts";
import { refuseOwnConnections } from "./own-connect.ts";

/** What a takeover needs to know of its worker. */
export interface TakeoverOptions {
  readonly worker: Worker;
  readonly listeners: readonly WelcomedListener[];
  /** Where its servers listen. */
  readonly own: Pick<Listeners, "listen" | "bound" | "tellSecure">;
  /** Whether a drain or a stop has begun. */
  isLeaving(): boolean;
  /** Called when the program first listens on a listener of the group. */
  onTaken(): void;
  /** Called with a line about a server that listens where the group does not, or cannot. */
  onElsewhere(line: string): void;
}

/** The program's `listen`, taken over. */
export interface Takeover {
  readonly claims: Claims;
  /** Everything listens by itself again. */
  release(): void;
}

/**
 * Gives the group's sockets to whatever listens on their addresses by itself; everything else listens as it would by
 * hand. What the program asks of its own port is answered as if it were alone: whether it is free, and whether
 * somebody listens there.
 */
export function takeOverListen(options: TakeoverOptions): Takeover {
  const { worker, listeners, own } = options;
  const told = new Set<string>();
  const claims = createClaims((server, listener, asked) => {
    // First, so that what it looks like is dressed too.
    acceptorOf(server);
    dress(server, { path: asked.path, isLeaving: options.isLeaving, left: worker.stopping });
    options.onTaken();
    tellHost(listener, asked);
    const isHandled = server.listenerCount("error") > 0;
    own.listen(server, listener.name, true).catch((error: unknown) => {
      if (!isHandled) process.nextTick(() => throwIt(error));
    });
  });

  function take(server: Server, listener: WelcomedListener, asked: AskedAddress, args: unknown[]): void {
    if (server.listening) throw alreadyListens();
    const callback = args.at(-1);
    if (typeof callback === "function") server.once("listening", callback as () => void);
    asked.signal?.addEventListener("abort", () => server.close(), { once: true });
    if (!claims.isTaken(listener, asked)) return claims.add(server, listener, asked);
    process.nextTick(() => server.emit("error", addressInUse(asked)));
  }

  function tellHost(listener: WelcomedListener, asked: AskedAddress): void {
    const line = differs(listener, asked);
    if (line === undefined || told.has(line)) return;
    told.add(line);
    worker.log.warn(line);
  }

  function tellElsewhere(server: Server, asked: AskedAddress): void {
    const { port } = (server.address() ?? {}) as { port?: number };
    options.onElsewhere(elsewhere(listeners, port === undefined ? asked : { port }));
  }

  const removers: (() => void)[] = listeningPrototypes().map((prototype) => {
    const { listen } = prototype;
    prototype.listen = function (this: Server, ...args: unknown[]): Server {
      const asked = askedAddress(args);
      const found = asked && listeners.find((listener) => isAt(listener, asked));
      if (found) {
        take(this, found, asked, args);
        return this;
      }
      if (asked) {
        const failed = ({ code }: NodeJS.ErrnoException): void => {
          this.off("listening", listening);
          if (code === "EADDRINUSE") options.onElsewhere(inUse(listeners, asked));
        };
        const listening = (): void => {
          (this as EventEmitter).off(errorMonitor, failed);
          tellElsewhere(this, asked);
        };
        this.once("listening", listening);
        (this as EventEmitter).once(errorMonitor, failed);
      }
      return Reflect.apply(listen, this, args) as Server;
    } as Server["listen"];
    return () => void (prototype.listen = listen);
  });
  removers.push(
    refuseOwnConnections((port) =>
      listeners.some((listener) => listener.port === port && !claims.isOpen(listener)),
    ),
  );
  const release = (): void => {
    for (const remove of removers) remove();
  };
  return { claims, release };
}

/** A line about an address that the group does not have. */
export function elsewhere(listeners: readonly WelcomedListener[], at: AskedAddress): string {
  const [here, declared] = [showAddress(at), listeners.map(({ port, path }) => port ?? path).join(", ")];
  const asIs = at.port === undefined && at.path === undefined;
  const share = asIs ? "listen in the config" : wayOut(listeners, at);
  return declared === ""
    ? `listens on ${here} by itself; ${share} would share and drain it`
    : `listens on ${here}, which is not one of this group's listeners (${declared}); ${share} would share it too`;
}

/** Whether a program asks for a listener's address. */
export function isAt(listener: WelcomedListener, { port, path }: AskedAddress): boolean {
  return path === undefined ? port !== 0 && listener.port === port : listener.path === path;
}

/** A line about a port that the group does not have, and that is taken. */
function inUse(listeners: readonly WelcomedListener[], at: AskedAddress): string {
  const who = `cannot listen on ${showAddress(at)}: it is in use, maybe by another worker of this group`;
  return `${who}; ${wayOut(listeners, at)} shares it among the workers`;
}

/** How a group gets a listener at an address, beside those that it has. */
function wayOut(listeners: readonly WelcomedListener[], { port, path }: AskedAddress): string {
  if (path !== undefined) return `listen: ${JSON.stringify(path)} in the config`;
  const ports = [...listeners.flatMap((listener) => listener.port ?? []), port];
  return `${ports.map((each) => `--port ${each}`).join(" ")}, or listen in the config,`;
}

/** As Node says it. */
function addressInUse({ port, host, path }: AskedAddress): Error {
  const at = path ?? `${host ?? "::"}:${port}`;
  return Object.assign(new Error(`listen EADDRINUSE: address already in use ${at}`), {
    code: "EADDRINUSE",
    errno: -98,
    syscall: "listen",
    address: path ?? host ?? "::",
    ...(port === undefined ? {} : { port }),
  });
}

function alreadyListens(): Error {
  const text = "Listen method has been called more than once without closing.";
  return Object.assign(new Error(text), { code: "ERR_SERVER_ALREADY_LISTEN" });
}

function throwIt(error: unknown): never {
  throw error;
}
