import { counts } from "../contract/counts.ts";
import { closing, type Made, type NativePlace } from "./native-server.ts";

/** `Deno.serve`, in the one of its forms that is called here. */
export type DenoServe = (options: DenoOptions, handler: DenoHandler) => DenoServer;

/** What a program gives to `Deno.serve`, as far as it is looked at. */
export interface DenoOptions {
  readonly port?: number;
  readonly hostname?: string;
  readonly path?: string;
  readonly cert?: unknown;
  readonly signal?: AbortSignal;
  readonly handler?: DenoHandler;
  onListen?(address: NetAddress): void;
}

type DenoHandler = (request: Request, info: Info) => Response | Promise<Response>;

interface NetAddress {
  readonly transport: string;
  readonly hostname: string;
  readonly port: number;
}

interface Info {
  readonly remoteAddr: NetAddress;
  readonly completed: Promise<void>;
}

/** What a program gets of `Deno.serve`. */
export interface DenoServer {
  readonly addr: NetAddress;
  readonly finished: Promise<void>;
  shutdown(): Promise<void>;
  ref(): void;
  unref(): void;
  [Symbol.asyncDispose]?(): Promise<void>;
}

/** Starts a `Deno.serve` that its program sees as if it listened where it is `shown`. `listening` says when it does. */
export function makeDenoServer(
  serve: DenoServe,
  options: DenoOptions,
  handler: DenoHandler,
  { where, shown, peerOf, onStop, onRef }: NativePlace,
): Made<DenoServer> & { listening(): void } {
  let isClosing = false;
  let busy = 0;
  const abort = new AbortController();
  const addr: NetAddress = { hostname: shown.hostname, port: shown.port, transport: "tcp" };

  function infoOf(info: Info): Info {
    const { remoteAddr, completed } = info;
    const peer = peerOf(remoteAddr.port);
    if (!peer) return info;
    const { address: hostname, port } = peer;
    return { ...info, remoteAddr: { ...remoteAddr, hostname, port }, completed };
  }

  const { onListen, signal, ...rest } = options;
  const quiet = { signal: abort.signal, onListen() {} };
  const done = (): void => void busy--;
  const answered = (answer: Response): Response => (isClosing ? closing(answer) : answer);
  const real = serve({ ...rest, ...where, ...quiet } as DenoOptions, (request, info) => {
    busy++;
    counts.requests++;
    info.completed.then(done, done);
    const answer = handler(request, where.reusePort ? info : infoOf(info));
    return answer instanceof Promise ? answer.then(answered) : answered(answer);
  });

  const stop = (): Promise<void> => {
    onStop();
    return real.shutdown();
  };
  signal?.addEventListener("abort", () => {
    onStop();
    abort.abort(signal.reason);
  });
  const facade: DenoServer = {
    addr,
    finished: real.finished,
    shutdown: stop,
    ref: () => (onRef(true), real.ref()),
    unref: () => (onRef(false), real.unref()),
    [Symbol.asyncDispose]: stop,
  };
  const isSecure = options.cert !== undefined;
  const scheme = isSecure ? "https" : "http";
  return {
    facade,
    listening() {
      const { hostname, port } = addr;
      if (onListen) onListen(addr);
      else
        console.log(
          `Listening on ${scheme}://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}/`,
        );
    },
    native: {
      at: { port: real.addr.port },
      isSecure,
      busy: () => busy,
      sayClose: () => void (isClosing = true),
      finish: () => real.shutdown(),
      cut: () => abort.abort(),
    },
  };
}
