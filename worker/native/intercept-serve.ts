import type { Server } from "node:net";
import { resolve } from "node:path";
import type { WelcomedListener } from "../../core/protocol/messages.ts";
import type { AskedAddress } from "../listen/asked-address.ts";
import { elsewhere, isAt, type Takeover, type TakeoverOptions } from "../listen/intercept-listen.ts";
import { makeBunServer, type BunOptions, type BunServe, type BunServer } from "./bun-serve.ts";
import { makeDenoServer, type DenoOptions, type DenoServe, type DenoServer } from "./deno-serve.ts";
import type { Made, NativePlace } from "./native-server.ts";
import { serveNative } from "./serve-native.ts";

type DenoHandler = NonNullable<DenoOptions["handler"]>;

/** The two globals that have a server of their own. */
export interface Natives {
  readonly Bun?: { serve: BunServe };
  readonly Deno?: { serve: DenoServe };
}

/**
 * Gives the group's sockets to `Bun.serve` and `Deno.serve` on their addresses; everything else listens as it would by
 * hand. Returns its remover.
 */
export function takeOverServe(options: TakeoverOptions, { claims }: Takeover): () => void {
  const { listeners, own } = options;
  const { Bun, Deno } = globalThis as Natives;

  function find(asked: AskedAddress, name: string): WelcomedListener | undefined {
    const found = listeners.find((listener) => isAt(listener, asked));
    if (found?.path === undefined) return found;
    throw new Error(
      `${name} cannot share the Unix domain socket ${found.path}: listen on a port, or use node:http`,
    );
  }

  function give<M extends Made>(
    listener: WelcomedListener,
    asked: AskedAddress,
    make: (place: NativePlace) => M,
    listening?: (made: M) => void,
  ): M {
    const { port, host } = asked;
    if (claims.isTaken(listener, asked)) throw inUse(port);
    // What takes over `listen` sees to the rest.
    const listen = (server: Server): void => void server.listen({ port, host });
    if (listener.fd === undefined) options.onTaken();
    try {
      return serveNative({ listener, listeners: own, make, listen, listening });
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "NotCapable") throw error;
      const wayOut = 'permissions: { net: ["127.0.0.1"] } let it, and listen.prefer: "fast" does without';
      throw new Error(`Deno.serve shares a socket through a private port of 127.0.0.1: ${wayOut}`, {
        cause: error,
      });
    }
  }

  if (Bun) {
    const { serve } = Bun;
    Bun.serve = (given: BunOptions): BunServer => {
      const asked = bunAddress(given);
      const listener = find(asked, "Bun.serve");
      if (listener) return give(listener, asked, (place) => makeBunServer(serve, given, place)).facade;
      const server = serve.call(Bun, given);
      options.onElsewhere(elsewhere(listeners, asked.path === undefined ? { port: server.port } : asked));
      return server;
    };
    return () => void (Bun.serve = serve);
  }
  if (Deno) {
    const { serve } = Deno;
    Deno.serve = (first: DenoOptions | DenoHandler, second?: DenoHandler): DenoServer => {
      const given = typeof first === "function" ? {} : first;
      const handler = typeof first === "function" ? first : (second ?? first.handler);
      const { hostname: host = "0.0.0.0" } = given;
      const asked =
        given.path === undefined ? { port: given.port ?? 8_000, host } : { path: resolve(given.path) };
      const listener = handler && find(asked, "Deno.serve");
      if (listener) {
        const make = (place: NativePlace): ReturnType<typeof makeDenoServer> =>
          makeDenoServer(serve, given, handler, place);
        return give(listener, asked, make, (made) => made.listening()).facade;
      }
      const server = Reflect.apply(serve, Deno, second ? [first, second] : [first]) as DenoServer;
      options.onElsewhere(
        elsewhere(listeners, given.path === undefined ? { port: server.addr.port } : asked),
      );
      return server;
    };
    return () => void (Deno.serve = serve);
  }
  return () => {};
}

/** Where Bun listens when it is told nothing, too. */
function bunAddress({ port, unix, hostname: host = "0.0.0.0" }: BunOptions): AskedAddress {
  if (unix !== undefined) return { path: resolve(unix) };
  const { BUN_PORT, PORT, NODE_PORT } = process.env;
  return { port: Number(port ?? BUN_PORT ?? PORT ?? NODE_PORT ?? 3_000), host };
}

/** As by hand, where the second server of a program on one port throws. */
function inUse(port: number | undefined): Error {
  const { Deno } = globalThis as { Deno?: { errors: { AddrInUse: typeof Error } } };
  const Kind = Deno?.errors.AddrInUse ?? Error;
  return Object.assign(new Kind(`Failed to start server. Is port ${port} in use?`), { code: "EADDRINUSE" });
}
