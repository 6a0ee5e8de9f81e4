import { counts } from "../contract/counts.ts";
import { closing, type Made, type NativePlace } from "./native-server.ts";

/** What of `Bun.serve` is not typed here. */
export type BunServe = (options: BunOptions) => BunServer;

/** What a program gives to `Bun.serve`, as far as it is looked at. */
export interface BunOptions {
  readonly port?: number | string;
  readonly hostname?: string;
  readonly unix?: string;
  readonly tls?: unknown;
  readonly fetch?: Handler;
  readonly error?: unknown;
  readonly routes?: Readonly<Record<string, unknown>>;
  readonly static?: Readonly<Record<string, unknown>>;
}

/** What of `Bun.serve`'s server is changed or asked. */
export interface BunServer {
  readonly port: number;
  readonly hostname: string;
  readonly url: URL;
  readonly pendingRequests: number;
  readonly pendingWebSockets: number;
  stop(isNow?: boolean): Promise<void>;
  reload(options: BunOptions): BunServer;
  requestIP(request: Request): { address: string; port: number; family: string } | null;
  ref(): void;
  unref(): void;
}

type Handler = (this: unknown, ...args: unknown[]) => unknown;

/** Starts a `Bun.serve` that its program sees as if it listened where it is `shown`. */
export function makeBunServer(
  serve: BunServe,
  options: BunOptions,
  { where, shown, peerOf, onStop, onRef }: NativePlace,
): Made<BunServer> {
  let given = options;
  let isClosing = false;

  const answered = (answer: unknown): unknown =>
    isClosing && answer instanceof Response ? closing(answer) : answer;

  /** The program's handler, with the server that it is to see. */
  const wrap = (handler: Handler): Handler =>
    function (request) {
      counts.requests++;
      const answer = handler.call(facade, request, facade);
      return answer instanceof Promise ? answer.then(answered) : answered(answer);
    };

  function wrapRoute(route: unknown): unknown {
    if (typeof route === "function") return wrap(route as Handler);
    // Bun answers it without asking anybody, so it says nothing about the connection until it has to.
    if (route instanceof Response) return isClosing ? () => closing(route.clone()) : route;
    if (!isPlain(route)) return route;
    return Object.fromEntries(Object.entries(route).map(([key, value]) => [key, wrapRoute(value)]));
  }

  function wrapped(): BunOptions {
    const { fetch, error, routes, static: fixed } = given;
    return {
      ...given,
      ...(fetch ? { fetch: wrap(fetch) } : {}),
      ...(typeof error === "function"
        ? { error: (thrown: unknown) => answered((error as Handler).call(facade, thrown)) }
        : {}),
      ...(routes ? { routes: wrapRoute(routes) as BunOptions["routes"] } : {}),
      ...(fixed ? { static: wrapRoute(fixed) as BunOptions["static"] } : {}),
    };
  }

  const { unix: _unix, ...inherited } = wrapped();
  const real = serve({ ...inherited, ...where } as BunOptions);
  const { hostname, port } = shown;
  const changes: Partial<Record<string | symbol, unknown>> = {
    port,
    hostname,
    address: { address: hostname, port, family: hostname.includes(":") ? "IPv6" : "IPv4" },
    url: new URL(`${real.url.protocol}//${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}/`),
    async stop(isNow?: boolean) {
      onStop();
      await real.stop(isNow);
    },
    reload(next: BunOptions) {
      // What else is left out stays as it is.
      const { routes: _routes, static: _static, ...kept } = given;
      given = { ...kept, ...next };
      real.reload(wrapped());
      return facade;
    },
    requestIP(request: Request) {
      const seen = real.requestIP(request);
      return (seen && peerOf(seen.port)) ?? seen;
    },
    ref: () => (onRef(true), real.ref()),
    unref: () => (onRef(false), real.unref()),
    [Symbol.dispose]: () => void facade.stop(true),
  };
  const facade = new Proxy(real, {
    get(target, key) {
      if (Object.hasOwn(changes, key)) return changes[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });

  return {
    facade,
    native: {
      at: { port: real.port },
      isSecure: Boolean(options.tls),
      busy: () => real.pendingRequests + real.pendingWebSockets,
      sayClose() {
        isClosing = true;
        real.reload(wrapped());
      },
      finish: () => real.stop(),
      cut: () => void real.stop(true),
    },
  };
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
