import type { Server } from "node:net";
import { askedAddress, showAddress, type AskedAddress } from "./_asked-address.ts";
import type { WelcomedListener } from "./_listeners.ts";
import { dress } from "./_dress.ts";
import { pretend } from "./_pretend.ts";
import type { Worker } from "./define.ts";
import { acceptorOf, listeningPrototypes } from "./_front.ts";

/** What a takeover needs to know of its worker. */
export interface TakeoverOptions {
  readonly worker: Worker;
  readonly listeners: readonly WelcomedListener[];
  /** Whether a drain or a stop has begun. */
  isLeaving(): boolean;
  /** Called when the program first listens on a listener of the group. */
  onTaken(): void;
  /** Called with a line about a server that listens where the group does not. */
  onElsewhere(line: string): void;
}

/**
 * Gives the group's sockets to whatever listens on their addresses by itself, through `worker.listen`; everything
 * else listens as it would by hand. Returns its remover.
 */
export function takeOverListen(options: TakeoverOptions): () => void {
  const { worker, listeners } = options;
  /** Who has which listener, by name. */
  const owners = new Map<string, Server>();

  function take(server: Server, listener: WelcomedListener, asked: AskedAddress, args: unknown[]): void {
    const callback = args.at(-1);
    if (typeof callback === "function") server.once("listening", callback as () => void);
    asked.signal?.addEventListener("abort", () => server.close(), { once: true });
    if (asked.host !== undefined && listener.host !== undefined && !isSame(asked.host, listener.host)) {
      const [wanted, here] = [showAddress(asked), showAddress(listener)];
      worker.log.info(`listens on ${here}, where its group listens, and not on ${wanted} as it asked for`);
    }
    // One socket accepts for one server: the second of a program that opens IPv4 and IPv6 gets no connections.
    if (owners.has(listener.name)) return void pretend(server, listener);
    owners.set(listener.name, server);
    // First, so that what it looks like is dressed too.
    acceptorOf(server);
    const { isLeaving } = options;
    dress(server, { path: asked.path, isLeaving, left: worker.stopping }, () => owners.delete(listener.name));
    options.onTaken();
    const isHandled = server.listenerCount("error") > 0;
    worker.listen(server, { name: listener.name }).catch((error: unknown) => {
      owners.delete(listener.name);
      if (!isHandled) process.nextTick(() => throwIt(error));
    });
  }

  function tellElsewhere(server: Server, asked: AskedAddress): void {
    const { port } = (server.address() ?? {}) as { port?: number };
    options.onElsewhere(elsewhere(listeners, port === undefined ? asked : { port }));
  }

  const removers = listeningPrototypes().map((prototype) => {
    const { listen } = prototype;
    prototype.listen = function (this: Server, ...args: unknown[]): Server {
      const asked = askedAddress(args);
      const found = asked && listeners.find((listener) => isAt(listener, asked));
      if (found && !this.listening) {
        take(this, found, asked, args);
        return this;
      }
      if (asked) this.once("listening", () => tellElsewhere(this, asked));
      return Reflect.apply(listen, this, args) as Server;
    } as Server["listen"];
    return () => void (prototype.listen = listen);
  });
  return () => removers.forEach((remove) => remove());
}

/** A line about an address that the group does not have. */
export function elsewhere(listeners: readonly WelcomedListener[], at: AskedAddress): string {
  const [here, declared] = [showAddress(at), listeners.map(({ port, path }) => port ?? path).join(", ")];
  return declared === ""
    ? `listens on ${here} by itself; --port, or listen in the config, would share and drain it`
    : `listens on ${here}, which is not one of this group's listeners (${declared})`;
}

/** Whether a program asks for a listener's address. */
export function isAt(listener: WelcomedListener, { port, path }: AskedAddress): boolean {
  return path === undefined ? port !== 0 && listener.port === port : listener.path === path;
}

/** `localhost` is whichever loopback address the group has. */
function isSame(asked: string, has: string): boolean {
  return asked === has || (asked === "localhost" && (has === "::1" || has.startsWith("127.")));
}

function throwIt(error: unknown): never {
  throw error;
}
