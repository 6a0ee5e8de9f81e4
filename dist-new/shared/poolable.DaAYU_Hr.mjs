import { setTimeout } from 'node:timers/promises';
import { Server, connect } from 'node:net';

const counts = {
  connectionsAccepted: 0,
  connectionsProcessed: 0,
  connectionsRunning: 0,
  connectionsFailed: 0,
  connectionsRejected: 0,
  requests: 0
};

const IDLE_MS = 5e3;
const LOOK_MS = 250;
const UPGRADED = Buffer.from("HTTP/1.1 101");
const tunnels = /* @__PURE__ */ new WeakMap();
function tunnelOf(server) {
  return tunnels.get(server);
}
function createTunnel() {
  const pairs = /* @__PURE__ */ new Set();
  const peers = /* @__PURE__ */ new Map();
  let native;
  let drainedAt = 0;
  function endIdle() {
    const now = performance.now();
    const isIdle = native.busy() === 0;
    for (const pair of pairs) {
      const bytes = pair.outer.bytesRead + pair.inner.bytesRead;
      if (bytes !== pair.bytes || !isIdle) Object.assign(pair, { bytes, since: now });
      else if (!pair.isUpgraded && now - Math.max(pair.since, drainedAt) >= IDLE_MS) pair.outer.end();
    }
  }
  const server = new Server({ noDelay: true, allowHalfOpen: true }, (outer) => {
    const inner = connect({ host: "127.0.0.1", ...native.at, noDelay: true, allowHalfOpen: true });
    const pair = { outer, inner, bytes: 0, since: performance.now(), isUpgraded: false };
    pairs.add(pair);
    const { remoteAddress: address = "", remotePort: port = 0, remoteFamily: family = "" } = outer;
    let own;
    inner.once("connect", () => {
      own = inner.localPort;
      if (own !== void 0) peers.set(own, { address, port, family });
    });
    inner.on("data", (chunk) => {
      if (!pair.isUpgraded) pair.isUpgraded = UPGRADED.equals(chunk.subarray(0, UPGRADED.length));
    });
    outer.pipe(inner);
    inner.pipe(outer);
    for (const [one, other] of [
      [outer, inner],
      [inner, outer]
    ]) {
      one.on("error", () => other.destroy());
      one.on("close", () => {
        pairs.delete(pair);
        if (own !== void 0) peers.delete(own);
        if (!other.writableEnded) other.end();
      });
    }
  });
  tunnels.set(server, {
    drain() {
      drainedAt = performance.now();
      native?.sayClose();
      setInterval(endIdle, LOOK_MS).unref();
    },
    busy: () => native?.busy() ?? 0
  });
  return {
    server,
    peerOf: (port) => peers.get(port),
    lead(to) {
      native = to;
    }
  };
}

function closing(response) {
  try {
    response.headers.set("Connection", "close");
    return response;
  } catch {
    const headers = new Headers(response.headers);
    headers.set("Connection", "close");
    const { status, statusText } = response;
    return new Response(response.body, { status, statusText, headers });
  }
}

function makeBunServer(serve, options, { where, shown, peerOf, onStop, onRef }) {
  let given = options;
  let isClosing = false;
  const answered = (answer) => isClosing && answer instanceof Response ? closing(answer) : answer;
  const wrap = (handler) => function(request) {
    counts.requests++;
    const answer = handler.call(facade, request, facade);
    return answer instanceof Promise ? answer.then(answered) : answered(answer);
  };
  function wrapRoute(route) {
    if (typeof route === "function") return wrap(route);
    if (route instanceof Response) return isClosing ? () => closing(route.clone()) : route;
    if (!isPlain(route)) return route;
    return Object.fromEntries(Object.entries(route).map(([key, value]) => [key, wrapRoute(value)]));
  }
  function wrapped() {
    const { fetch, error, routes, static: fixed } = given;
    return {
      ...given,
      ...fetch ? { fetch: wrap(fetch) } : {},
      ...typeof error === "function" ? { error: (thrown) => answered(error.call(facade, thrown)) } : {},
      ...routes ? { routes: wrapRoute(routes) } : {},
      ...fixed ? { static: wrapRoute(fixed) } : {}
    };
  }
  const { unix: _unix, ...inherited } = wrapped();
  const real = serve({ ...inherited, ...where });
  const { hostname, port } = shown;
  const changes = {
    port,
    hostname,
    address: { address: hostname, port, family: hostname.includes(":") ? "IPv6" : "IPv4" },
    url: new URL(`${real.url.protocol}//${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}/`),
    async stop(isNow) {
      onStop();
      await real.stop(isNow);
    },
    reload(next) {
      const { routes: _routes, static: _static, ...kept } = given;
      given = { ...kept, ...next };
      real.reload(wrapped());
      return facade;
    },
    requestIP(request) {
      const seen = real.requestIP(request);
      return (seen && peerOf(seen.port)) ?? seen;
    },
    ref: () => (onRef(true), real.ref()),
    unref: () => (onRef(false), real.unref()),
    [Symbol.dispose]: () => void facade.stop(true)
  };
  const facade = new Proxy(real, {
    get(target, key) {
      if (Object.hasOwn(changes, key)) return changes[key];
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    }
  });
  return {
    facade,
    native: {
      at: { port: real.port },
      busy: () => real.pendingRequests + real.pendingWebSockets,
      sayClose() {
        isClosing = true;
        real.reload(wrapped());
      },
      finish: () => real.stop(),
      cut: () => void real.stop(true)
    }
  };
}
function isPlain(value) {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function makeDenoServer(serve, options, handler, { where, shown, peerOf, onStop, onRef }) {
  let isClosing = false;
  let busy = 0;
  const abort = new AbortController();
  const addr = { hostname: shown.hostname, port: shown.port, transport: "tcp" };
  function infoOf(info) {
    const { remoteAddr, completed } = info;
    const peer = peerOf(remoteAddr.port);
    if (!peer) return info;
    const { address: hostname, port } = peer;
    return { ...info, remoteAddr: { ...remoteAddr, hostname, port }, completed };
  }
  const { onListen, signal, ...rest } = options;
  const quiet = { signal: abort.signal, onListen() {
  } };
  const done = () => void busy--;
  const answered = (answer) => isClosing ? closing(answer) : answer;
  const real = serve({ ...rest, ...where, ...quiet }, (request, info) => {
    busy++;
    counts.requests++;
    info.completed.then(done, done);
    const answer = handler(request, where.reusePort ? info : infoOf(info));
    return answer instanceof Promise ? answer.then(answered) : answered(answer);
  });
  const stop = () => {
    onStop();
    return real.shutdown();
  };
  signal?.addEventListener("abort", () => {
    onStop();
    abort.abort(signal.reason);
  });
  const facade = {
    addr,
    finished: real.finished,
    shutdown: stop,
    ref: () => (onRef(true), real.ref()),
    unref: () => (onRef(false), real.unref()),
    [Symbol.asyncDispose]: stop
  };
  const scheme = options.cert === void 0 ? "http" : "https";
  return {
    facade,
    listening() {
      const { hostname, port } = addr;
      if (onListen) onListen(addr);
      else
        console.log(
          `Listening on ${scheme}://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}/`
        );
    },
    native: {
      at: { port: real.addr.port },
      busy: () => busy,
      sayClose: () => void (isClosing = true),
      finish: () => real.shutdown(),
      cut: () => abort.abort()
    }
  };
}

const SOFT_MS = 300;
function serveNative({ listener, ...options }) {
  const shown = { port: listener.port ?? 0, hostname: listener.host ?? "127.0.0.1" };
  if (listener.fd === void 0) {
    const where = { ...shown, reusePort: true };
    const made2 = options.make({ where, shown, peerOf: () => void 0, onStop() {
    }, onRef() {
    } });
    options.listeners.bound(trackNative(made2.native), listener);
    options.listening?.(made2);
    return made2;
  }
  const { server, peerOf, lead } = createTunnel();
  const made = options.make({
    where: { port: 0, hostname: "127.0.0.1" },
    shown,
    peerOf,
    onStop: () => void server.close(),
    onRef: (isRef) => void (isRef ? server.ref() : server.unref())
  });
  lead(made.native);
  server.once("listening", () => options.listening?.(made));
  options.listen(server);
  return made;
}
function trackNative(native) {
  let draining;
  async function drain() {
    native.sayClose();
    await setTimeout(SOFT_MS);
    await native.finish();
  }
  return {
    // Nobody can see how many: nothing waits in a queue that anybody else could accept from.
    accepted: 0,
    drain: () => draining ??= drain(),
    stop() {
      const busy = native.busy();
      native.cut();
      return { connections: busy, busy };
    }
  };
}

export { makeDenoServer as a, counts as c, makeBunServer as m, serveNative as s, tunnelOf as t };
