import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Server } from "node:net";
import { toNodeHandler } from "srvx/node";
import type { WorkerDefinition } from "../contract/worker.ts";
import { makeBunServer, type BunOptions } from "../native/bun-serve.ts";
import { makeDenoServer } from "../native/deno-serve.ts";
import type { Natives } from "../native/intercept-serve.ts";
import { serveNative } from "../native/serve-native.ts";
import type { Life } from "../session/life.ts";
import { createContexts } from "./fetch-context.ts";
import { answerFailures } from "./fetch-error.ts";

/** What of a module's default export is `Bun.serve`'s, beside `fetch`. */
const BUN_KEYS = [
  "routes",
  "static",
  "error",
  "websocket",
  "tls",
  "idleTimeout",
  "maxRequestBodySize",
  "development",
  "id",
] as const;

/**
 * Serves a module's `fetch` on the group's default listener: with the runtime's own server where it binds a socket
 * itself, and under Bun also where it inherits one; else with `node:http`. Rejects when there is no listener.
 */
export async function serveFetch({ worker, listeners }: Life, definition: WorkerDefinition): Promise<void> {
  const { Bun, Deno } = globalThis as Natives;
  const listener = listeners.pick();
  const isOwn = listener.fd === undefined;
  const contexts = createContexts(worker);
  const own = (request: Request, native: unknown): unknown => definition.fetch!(request, contexts.of(native));
  const fetch = answerFailures(own, contexts);
  let listening = Promise.resolve();
  const common = {
    listener,
    listeners,
    listen: (server: Server) => void (listening = worker.listen(server)),
  };
  if (Bun && listener.path === undefined) {
    const given = bunOptions(definition);
    // Its own `error` sees what `fetch` throws, as by hand.
    const options = { ...given, fetch: (given.error ? own : fetch) as BunOptions["fetch"] };
    serveNative({ ...common, make: (place) => makeBunServer(Bun.serve, options, place) });
  } else if (Deno && isOwn) {
    serveNative({ ...common, make: (place) => makeDenoServer(Deno.serve, {}, fetch, place) });
  } else {
    const handler = toNodeHandler((request) => fetch(request, Deno && infoOf(request as WithNode)));
    listening = worker.listen(createServer(handler as Parameters<typeof createServer>[1]));
  }
  await listening;
}

/** A framework's application may have a `routes` that is none of Bun's. */
function bunOptions(definition: object): BunOptions {
  if (Object.getPrototypeOf(definition) !== Object.prototype) return {};
  const given = definition as Readonly<Record<string, unknown>>;
  return Object.fromEntries(BUN_KEYS.filter((key) => key in given).map((key) => [key, given[key]]));
}

interface WithNode extends Request {
  readonly runtime?: { readonly node?: { readonly req: IncomingMessage; readonly res?: ServerResponse } };
}

/** What a handler under Deno is told beside the request. */
function infoOf({ runtime }: WithNode): unknown {
  const { req, res } = runtime?.node ?? {};
  const { remoteAddress: hostname = "", remotePort: port = 0 } = req?.socket ?? {};
  return {
    remoteAddr: { transport: "tcp", hostname, port },
    completed: new Promise<void>((resolve) => res?.once("close", resolve)),
  };
}
