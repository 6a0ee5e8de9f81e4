import { J as JobError } from './shared/poolable.DghgEwJh.mjs';
import { resolve, extname, dirname, join } from 'node:path';
import { connect, Server, Socket } from 'node:net';
import { c as createFrameDecoder, e as encodeFrame } from './shared/poolable.DA7cRZI2.mjs';
import { P as PROTOCOL_VERSION, G as GOODBYE_EXIT_CODES, C as CREDIT_WINDOW } from './shared/poolable.Bfg37jxG.mjs';
import { performance as performance$1 } from 'node:perf_hooks';
import { e as emptyState, a as openWriter, o as openReader } from './shared/poolable.CBWgDNvk.mjs';
import { c as counts, t as tunnelOf, s as serveNative, m as makeBunServer, a as makeDenoServer } from './shared/poolable.DaAYU_Hr.mjs';
import { readFileSync, closeSync } from 'node:fs';
import Module from 'node:module';
import { pathToFileURL } from 'node:url';
import { compileFunction } from 'node:vm';
import 'node:timers/promises';

const { bun, deno } = process.versions;
const isNode = bun === void 0 && deno === void 0;
const isPreloaded = deno !== void 0;
function takeBoot() {
  const take = (name) => {
    const value = process.env[name] ?? "";
    delete process.env[name];
    return value;
  };
  const channel = take("POOLABLE_CHANNEL");
  const token = take("POOLABLE_TOKEN");
  const epoch = Number(take("POOLABLE_EPOCH"));
  const supervisor = Number(take("POOLABLE_SUPERVISOR"));
  const guarded = take("POOLABLE_GUARDED") === "1";
  take("POOLABLE_SLOT");
  const entry = process.argv[isPreloaded ? 1 : 2];
  if (channel === "" || token === "" || !Number.isInteger(supervisor) || entry === void 0)
    return void 0;
  process.argv.splice(1, isPreloaded ? 1 : 2, resolve(entry));
  return { channel, token, epoch, supervisor, guarded, entry: process.argv[1] };
}
function runtimeName() {
  if (bun !== void 0) return `bun ${bun}`;
  return deno === void 0 ? `node ${process.versions.node}` : `deno ${deno}`;
}

function greet(boot) {
  return new Promise((resolve, reject) => {
    const decoder = createFrameDecoder();
    const socket = connect(boot.channel);
    const early = [];
    let onFrame = (frame) => void early.push(frame);
    let onClosed = () => {
    };
    let closed = false;
    let welcomed = false;
    const take = (frame) => {
      if (welcomed) return onFrame(frame);
      if (frame.type !== "welcome") return;
      welcomed = true;
      resolve({
        socket,
        config: frame.config,
        receive(handlers) {
          onFrame = handlers.frame;
          onClosed = handlers.closed;
          for (const frame2 of early.splice(0)) onFrame(frame2);
          if (closed) onClosed();
        }
      });
    };
    const { epoch, token } = boot;
    socket.write(
      encodeFrame({ type: "hello", protocol: PROTOCOL_VERSION, epoch, token, runtime: runtimeName() })
    );
    socket.on("data", (chunk) => {
      if (decoder.push(chunk, take)) socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => {
      closed = true;
      reject(new Error("the supervisor hung up"));
      onClosed();
    });
  });
}

const CALM_MS = 1e3;
const BUSY_MS = 100;
const LEAST_MS = 10;
const STATES = {
  ready: "ready",
  drain: "draining",
  stop: "stopping",
  goodbye: "stopping"
};
function createBoardOf(welcome, config) {
  const state = emptyState();
  Object.assign(state, {
    pid: process.pid,
    epoch: config.epoch,
    generation: config.generation,
    state: "starting",
    startedAt: Date.now()
  });
  const writer = welcome && openWriter(welcome.path, welcome.offset);
  let figures;
  let reader;
  let utilisation = isNode ? performance$1.eventLoopUtilization() : void 0;
  let cpu = process.cpuUsage?.();
  let calm = 0;
  const last = { at: 0, tick: performance$1.now(), busy: "" };
  let due;
  function write() {
    state.updatedAt = Date.now();
    Object.assign(state, counts, figures?.());
    writer?.write(state);
    last.at = performance$1.now();
  }
  function tick(planned) {
    const now = performance$1.now();
    state.delayMs = Math.max(0, now - planned);
    if (utilisation) {
      const next = performance$1.eventLoopUtilization();
      state.utilisation = performance$1.eventLoopUtilization(next, utilisation).utilization;
      utilisation = next;
    }
    const passed = now - last.tick;
    last.tick = now;
    if (cpu) {
      const { user, system } = process.cpuUsage(cpu);
      state.cpu = (user + system) / 1e3 / Math.max(1, passed);
      cpu = process.cpuUsage();
      if (!utilisation) state.utilisation = Math.min(1, state.cpu);
    }
    if ((calm += 1) >= CALM_MS / BUSY_MS) {
      calm = 0;
      const { rss, heapUsed } = process.memoryUsage();
      Object.assign(state, { rss, heapUsed });
    }
    write();
    const busy = `${state.requests} ${state.jobsAccepted} ${state.jobsRunning}`;
    const isBusy = busy !== last.busy || state.jobsRunning > 0;
    last.busy = busy;
    if (!isBusy) calm = CALM_MS;
    plan(isBusy ? BUSY_MS : CALM_MS);
  }
  function plan(ms) {
    setTimeout(tick, ms, performance$1.now() + ms).unref();
  }
  const board = {
    frame({ type }) {
      const next = STATES[type];
      if (!next || state.state === "stopping" || state.state === next) return;
      state.state = next;
      write();
    },
    source: (from) => void (figures = from),
    touch() {
      if (due || !writer) return;
      const wait = last.at + LEAST_MS - performance$1.now();
      if (wait <= 0) return write();
      due = setTimeout(() => {
        due = void 0;
        write();
      }, wait);
      due.unref();
    },
    hog() {
      state.hoggingSince = Date.now();
      write();
      return () => {
        state.hoggingSince = 0;
        write();
      };
    },
    read(slot = config.slot) {
      if (slot === config.slot) {
        write();
        return { ...state };
      }
      reader ??= welcome && openReader(welcome.path);
      const index = reader?.head.slots.indexOf(slot) ?? -1;
      if (!reader || index < 0) return void 0;
      const found = reader.offsets(index).flatMap((offset) => reader.read(offset) ?? []);
      return found.toSorted((one, other) => other.epoch - one.epoch)[0];
    }
  };
  if (writer) {
    Object.assign(state, { rss: process.memoryUsage.rss() });
    write();
    plan(BUSY_MS);
  }
  return board;
}

async function mainModule() {
  const { mainModule: url } = globalThis.Deno;
  const uncaught = holdUncaught();
  await begun(url);
  const code = `export * as main from ${JSON.stringify(url)}`;
  try {
    const { main } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
    uncaught.release();
    return main;
  } catch (error) {
    uncaught.release(error);
    throw error;
  }
}
function begun(main) {
  return new Promise((resolve) => {
    const hooks = Module.registerHooks({
      load(url, context, next) {
        if (url === main) {
          hooks.deregister();
          setTimeout(resolve, 0);
        }
        return next(url, context);
      }
    });
  });
}
const OWN_MS = 100;
function holdUncaught() {
  const held = /* @__PURE__ */ new Set();
  function end(error) {
    console.error(error);
    process.exit(1);
  }
  function hold(error) {
    if (process.listenerCount("uncaughtException") > 1) return;
    held.add(error);
    setTimeout(() => held.has(error) && end(error), OWN_MS);
  }
  process.on("uncaughtException", hold);
  return {
    release(own) {
      process.off("uncaughtException", hold);
      held.delete(own);
      for (const error of held) end(error);
    }
  };
}

async function loadEntry(entry) {
  const url = pathToFileURL(entry).href;
  if (process.versions["deno"]) return mainModule();
  if (process.versions["bun"]) {
    globalThis.Bun.main = entry;
    return await import(url);
  }
  const main = Module;
  const source = read(entry);
  if (source !== void 0 && isCommonJs(entry, source)) return exportsOf(main._load(entry, null, true));
  if (source?.includes("import.meta.main") && "main" in import.meta) main.runMain(entry);
  return await import(url);
}
function exportsOf(exported) {
  const compiled = exported;
  if (compiled?.__esModule) return { ...compiled };
  const isEmpty = typeof exported === "object" && exported !== null && Object.keys(exported).length === 0;
  return isEmpty ? {} : { default: exported };
}
function isCommonJs(entry, source) {
  const extension = extname(entry);
  if (/^\.c[jt]s$/.test(extension)) return true;
  if (extension !== ".js" && extension !== "") return false;
  const type = packageType(dirname(entry));
  return type === void 0 ? parsesAsScript(source) : type === "commonjs";
}
function packageType(folder) {
  const text = read(join(folder, "package.json"));
  if (text !== void 0) return JSON.parse(text).type;
  return dirname(folder) === folder ? void 0 : packageType(dirname(folder));
}
function parsesAsScript(source) {
  try {
    compileFunction(source.replace(/^#!.*/, ""), ["exports", "require", "module", "__filename", "__dirname"]);
    return true;
  } catch {
    return false;
  }
}
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return void 0;
  }
}

const MAX_TEXT = 8 * 1024;
const MAX_CAUSES = 10;
function reportedError(thrown, depth = 0) {
  try {
    if (!(thrown instanceof Error)) return { name: "Thrown", message: cut(String(thrown)) };
    const { name, message, stack, cause } = thrown;
    return {
      name: cut(String(name)),
      message: cut(String(message)),
      ...typeof stack === "string" ? { stack: cut(stack) } : {},
      ...cause !== void 0 && depth < MAX_CAUSES ? { cause: reportedError(cause, depth + 1) } : {}
    };
  } catch {
    return { name: "Error", message: "an error that cannot be read" };
  }
}
function reasonOf(thrown) {
  const { name, message } = reportedError(thrown);
  return oneLine(message || name);
}
function oneLine(text) {
  return text.slice(0, 1024).replaceAll("\r", " ").replaceAll("\n", " ");
}
function cut(text) {
  return text.length <= MAX_TEXT ? text : text.slice(0, MAX_TEXT);
}

const MAX_TURNS = 1024;
function acceptRest(accepted) {
  return new Promise((resolve) => {
    let turns = 0;
    function look(before) {
      if (accepted() === before || ++turns > MAX_TURNS) resolve();
      else setImmediate(look, accepted());
    }
    setImmediate(() => setImmediate(look, accepted()));
  });
}

const fronts = /* @__PURE__ */ new WeakMap();
function createFront(server) {
  const { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, highWaterMark } = server;
  const manner = { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, highWaterMark };
  const secure = canListen(server) ? void 0 : optionsOfHttps(server);
  if (!secure) return new Server(manner, (socket) => server.emit("connection", socket));
  const { createServer } = process.getBuiltinModule("node:tls");
  const front = createServer({ ...secure, ...manner }, (socket) => server.emit("connection", socket));
  return front.on("tlsClientError", (...args) => server.emit("tlsClientError", ...args));
}
function acceptorOf(server) {
  if (canListen(server)) return server;
  let front = fronts.get(server);
  if (!front) {
    front = createFront(server);
    fronts.set(server, front);
    lookThrough(server, front);
  }
  return front;
}
function listeningPrototypes() {
  if (process.versions["bun"] === void 0) return [Server.prototype];
  const http = process.getBuiltinModule("node:http");
  return [Server.prototype, http.Server.prototype];
}
function canListen(server) {
  return server instanceof Server;
}
function lookThrough(server, front) {
  for (const event of ["listening", "error", "close"]) {
    front.on(event, (...args) => server.emit(event, ...args));
  }
  Object.defineProperty(server, "listening", { configurable: true, get: () => front.listening });
  server.address = () => front.address();
  server.ref = () => (front.ref(), server);
  server.unref = () => (front.unref(), server);
  server.getConnections = (callback) => (front.getConnections(callback), server);
  server.close = (callback) => {
    front.close(callback);
    server.closeIdleConnections?.();
    return server;
  };
}
function optionsOfHttps(server) {
  const symbols = Object.getOwnPropertySymbols(server);
  const [tls, options] = ["tls", "options"].map(
    (name) => symbols.find(({ description }) => description === name)
  );
  const values = server;
  return tls && options && values[tls] ? values[options] : void 0;
}

function createAdoptions(sockets, onError) {
  const spare = new Set(sockets);
  const servers = /* @__PURE__ */ new Map();
  const adopted = /* @__PURE__ */ new Map();
  let closed = false;
  function open(slot, name) {
    const fronts = adopted.get(slot);
    const server = servers.get(name);
    if (!fronts || !server || fronts.has(name)) return;
    const socket = [...spare].find((each) => each.slot === slot && each.name === name);
    if (!socket) return;
    spare.delete(socket);
    const front = createFront(server);
    front.on("error", (error) => onError(slot, error));
    const { fd, backlog } = socket;
    Reflect.apply(front.listen, front, [{ fd, backlog }, backlog]);
    fronts.set(name, front);
  }
  function release(slot) {
    for (const front of adopted.get(slot)?.values() ?? []) front.close();
    adopted.delete(slot);
  }
  return {
    adopt(slot) {
      if (closed || adopted.has(slot)) return;
      adopted.set(slot, /* @__PURE__ */ new Map());
      for (const name of servers.keys()) open(slot, name);
    },
    release,
    serve(server, name) {
      if (closed) return;
      servers.set(name, server);
      for (const slot of adopted.keys()) open(slot, name);
    },
    close() {
      closed = true;
      for (const slot of adopted.keys()) release(slot);
      for (const { fd } of spare) letGo(fd);
      spare.clear();
    }
  };
}
function letGo(fd) {
  try {
    if (process.versions["deno"]) new Socket({ fd }).on("error", () => {
    }).destroy();
    else closeSync(fd);
  } catch {
  }
}

function pretend(server, { port = 0, host = "127.0.0.1", path }) {
  let isOpen = true;
  const { close, address } = server;
  const listening = Object.getOwnPropertyDescriptor(server, "listening");
  const at = { port, address: host, family: host.includes(":") ? "IPv6" : "IPv4" };
  Object.defineProperty(server, "listening", { configurable: true, get: () => isOpen });
  server.address = () => isOpen ? path ?? at : null;
  server.close = (callback) => {
    if (!isOpen) return close.call(server, callback);
    isOpen = false;
    if (callback) server.once("close", callback);
    setImmediate(() => server.emit("close"));
    return server;
  };
  process.nextTick(() => isOpen && server.emit("listening"));
  return {
    end() {
      if (!isOpen) return false;
      Reflect.deleteProperty(server, "listening");
      if (listening) Object.defineProperty(server, "listening", listening);
      Object.assign(server, { close, address });
      return true;
    }
  };
}

const FOR_EVER_MS = 2 ** 31 - 1;
function holdBack(server, listener, listen) {
  const pretence = pretend(server, listener);
  const alive = setInterval(() => {
  }, FOR_EVER_MS);
  const end = () => {
    clearInterval(alive);
    return pretence.end();
  };
  return {
    async open() {
      if (!end()) return;
      const told = server.rawListeners("listening");
      server.removeAllListeners("listening");
      await listen();
      for (const listener2 of told) server.on("listening", listener2);
    },
    drop() {
      if (end()) Server.prototype.close.call(acceptorOf(server));
    }
  };
}

function sayClose(response, isLast) {
  if (response.headersSent) return;
  const { writeHead } = response;
  const close = (...args) => {
    if (response.headersSent || !isLast()) return Reflect.apply(writeHead, response, args);
    response.shouldKeepAlive = false;
    response.setHeader("Connection", "close");
    return Reflect.apply(writeHead, response, args.map(withoutConnection));
  };
  response.writeHead = close;
}
function withoutConnection(argument) {
  if (typeof argument !== "object" || argument === null) return argument;
  const isConnection = (name) => String(name).toLowerCase() === "connection";
  if (!Array.isArray(argument)) {
    return Object.fromEntries(Object.entries(argument).filter(([name]) => !isConnection(name)));
  }
  if (Array.isArray(argument[0])) return argument.filter(([name]) => !isConnection(name));
  return argument.filter((_, index) => !isConnection(argument[index - index % 2]));
}

const IDLE_MS$1 = 5e3;
const GRACE_MS = 2e3;
const LOOK_MS$1 = 250;
function createHttp1Drain(server) {
  const clients = /* @__PURE__ */ new Map();
  const handshakes = /* @__PURE__ */ new Map();
  let draining = false;
  let drainedAt = 0;
  const closeAfter = (client, response) => sayClose(response, () => client.responses.at(-1) === response);
  function idleMs() {
    const { keepAliveTimeout, keepAliveTimeoutBuffer = 0 } = server;
    return keepAliveTimeout ? keepAliveTimeout + keepAliveTimeoutBuffer : IDLE_MS$1;
  }
  function endIdle() {
    const now = performance.now();
    const isOver = (since, graceMs) => now - Math.max(since, drainedAt) >= idleMs() + graceMs;
    for (const [socket, { responses, idleSince, idleBytes, graceMs }] of clients) {
      const { _httpMessage: isAnswering } = socket;
      if (responses.length > 0 || isAnswering || socket.bytesRead > idleBytes) continue;
      if (isOver(idleSince, graceMs)) socket.end();
    }
    for (const [socket, since] of handshakes) if (isOver(since, 0)) socket.destroy();
  }
  return {
    opened(socket) {
      const { _parent: raw, alpnProtocol } = socket;
      if (raw) handshakes.delete(raw);
      if (alpnProtocol === "h2") return;
      const idleBytes = socket.bytesRead;
      clients.set(socket, { responses: [], idleSince: performance.now(), idleBytes, graceMs: 0 });
      socket.once("close", () => clients.delete(socket));
    },
    shakesHands(raw) {
      handshakes.set(raw, performance.now());
      raw.once("close", () => handshakes.delete(raw));
    },
    asked(request, response) {
      const client = clients.get(request.socket);
      if (!client || client.responses.includes(response)) return;
      client.responses.push(response);
      if (draining) closeAfter(client, response);
      response.once("close", () => {
        client.responses.splice(client.responses.indexOf(response), 1);
        client.idleSince = performance.now();
        client.idleBytes = request.socket?.bytesRead ?? 0;
        client.graceMs = server.keepAliveTimeout ? GRACE_MS : 0;
      });
    },
    forget: (socket) => void clients.delete(socket),
    drain() {
      draining = true;
      drainedAt = performance.now();
      for (const client of clients.values()) {
        for (const response of client.responses) closeAfter(client, response);
      }
      setInterval(endIdle, LOOK_MS$1).unref();
    },
    busy: () => [...clients.values()].filter(({ responses }) => responses.length > 0).length
  };
}

const PING_MS = 1e3;
const IDLE_MS = 5e3;
const LOOK_MS = 250;
const LAST_STREAM = 2 ** 31 - 1;
const BODILESS = [204, 205, 304];
function createHttp2Drain() {
  const clients = /* @__PURE__ */ new Map();
  let draining = false;
  function endIdle() {
    for (const [session, { streams, idleSince, isTold }] of clients) {
      if (streams.size === 0 && !isTold && performance.now() - idleSince >= IDLE_MS) session.close();
    }
  }
  function leaveWith(client, stream) {
    beforeBody(stream, () => {
      const { session } = stream;
      if (client.isTold || !session) return;
      client.isTold = true;
      holdEnd(stream, tell(session));
    });
  }
  return {
    opened(session) {
      const client = { streams: /* @__PURE__ */ new Set(), idleSince: performance.now(), isTold: false };
      clients.set(session, client);
      session.once("close", () => clients.delete(session));
      session.prependListener("stream", (stream) => {
        client.streams.add(stream);
        stream.once("close", () => {
          client.streams.delete(stream);
          client.idleSince = performance.now();
        });
        if (draining) leaveWith(client, stream);
      });
    },
    drain() {
      draining = true;
      const now = performance.now();
      for (const client of clients.values()) {
        client.idleSince = now;
        for (const stream of client.streams) leaveWith(client, stream);
      }
      setInterval(endIdle, LOOK_MS).unref();
    }
  };
}
function beforeBody(stream, then) {
  if (stream.headersSent) {
    const hasTrailersToCome = stream.listenerCount("wantTrailers") > 0 && !stream.sentTrailers;
    if (hasTrailersToCome && !stream.destroyed) then();
    return;
  }
  const { respond } = stream;
  stream.respond = (headers, options) => {
    stream.respond = respond;
    const isWhole = options?.endStream || stream.headRequest || BODILESS.includes(headers?.[":status"]);
    if (isWhole) return respond.call(stream, headers, options);
    if (!options?.waitForTrailers) stream.once("wantTrailers", () => stream.sendTrailers({}));
    respond.call(stream, headers, { ...options, waitForTrailers: true });
    then();
  };
}
function holdEnd(stream, until) {
  const { sendTrailers } = stream;
  stream.sendTrailers = (trailers) => void until.then(() => stream.destroyed || stream.closed || sendTrailers.call(stream, trailers));
}
function tell(session) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PING_MS).unref();
    const ping = (then) => {
      if (session.destroyed || !session.ping(then)) resolve();
    };
    session.once("close", resolve);
    session.goaway(0, LAST_STREAM);
    ping(
      () => ping(() => {
        clearTimeout(timer);
        resolve();
      })
    );
  }).then(() => session.close());
}

function trackServer(server) {
  const { keepAliveTimeout, updateSettings, setSecureContext } = server;
  const connections = /* @__PURE__ */ new Set();
  const http2 = updateSettings === void 0 ? void 0 : createHttp2Drain();
  const http1 = keepAliveTimeout !== void 0 || http2 ? createHttp1Drain(server) : void 0;
  let accepted = 0;
  let draining;
  let onEmpty = () => {
  };
  watch(server, http1, http2, setSecureContext !== void 0, (socket) => {
    accepted++;
    connections.add(socket);
    counts.connectionsAccepted++;
    counts.connectionsRunning++;
    socket.once("close", (hadError) => {
      connections.delete(socket);
      counts.connectionsRunning--;
      if (hadError) counts.connectionsFailed++;
      else counts.connectionsProcessed++;
      if (connections.size === 0) onEmpty();
    });
  });
  function close() {
    const acceptor = acceptorOf(server);
    if (acceptor.listening) Server.prototype.close.call(acceptor);
  }
  return {
    get accepted() {
      return accepted;
    },
    drain() {
      draining ??= new Promise((resolve) => {
        onEmpty = resolve;
        http1?.drain();
        http2?.drain();
        tunnelOf(server)?.drain();
        close();
        if (connections.size === 0) resolve();
      });
      return draining;
    },
    stop() {
      const cut = { connections: connections.size, busy: http1?.busy() ?? tunnelOf(server)?.busy() ?? 0 };
      close();
      for (const socket of [...connections]) socket.destroy();
      return cut;
    }
  };
}
function watch(server, http1, http2, isSecure, opened) {
  const seen = /* @__PURE__ */ new Map();
  const on = (events, see) => {
    if (see) for (const event of events) seen.set(event, see);
  };
  on(["connection"], (socket) => {
    opened(socket);
    if (!isSecure && !http2) http1?.opened(socket);
    else if (isSecure) http1?.shakesHands(socket);
  });
  on(["secureConnection"], http1?.opened);
  on(
    ["request", "checkContinue", "checkExpectation"],
    http1 && ((request, response) => {
      counts.requests++;
      http1.asked(request, response);
    })
  );
  on(["upgrade", "connect"], http1 && ((_request, socket) => http1.forget(socket)));
  on(["session"], http2?.opened);
  const { emit } = server;
  server.emit = (event, ...args) => {
    seen.get(event)?.(args[0], args[1]);
    return Reflect.apply(emit, server, [event, ...args]);
  };
}

const { listen: listenOf } = Server.prototype;
function ownListeners(all, own) {
  return all.filter(({ slot }) => slot === void 0 || slot === own);
}
function createListeners(all, own, { onListening, onTrouble }) {
  const listeners = ownListeners(all, own);
  const siblings = all.filter(({ slot }) => slot !== void 0 && slot !== own);
  const adoptions = createAdoptions(
    siblings,
    (slot, error) => onTrouble(`cannot accept on the socket of ${slot}: ${error.message}`)
  );
  const servers = /* @__PURE__ */ new Set();
  const used = /* @__PURE__ */ new Set();
  const held = /* @__PURE__ */ new Set();
  let isHeld = all.some((listener) => listener.held);
  let draining = false;
  let stopped = false;
  function pick(name) {
    const found = listeners.find((listener) => listener.name === (name ?? "default"));
    if (found) return found;
    if (name === void 0 && listeners.length === 1) return listeners[0];
    const has = listeners.length === 0 ? "it has none" : `it has ${listeners.map((l) => l.name).join(", ")}`;
    throw new Error(
      `this group has no listener called "${name ?? "default"}": ${has} (\`listen\` in the config)`
    );
  }
  async function open(server, tracked, listener) {
    await listenOn(server, listener);
    adoptions.serve(server, listener.name);
    follow(tracked);
  }
  function follow(tracked) {
    if (stopped) tracked.stop();
    else if (draining) void tracked.drain();
  }
  function dropHeld() {
    for (const each of held) each.drop();
    held.clear();
  }
  return {
    pick,
    bound(server, { name }) {
      servers.add(server);
      follow(server);
      used.add(name);
      onListening();
    },
    async listen(server, name) {
      const listener = pick(name);
      const tracked = trackServer(server);
      servers.add(tracked);
      const begin = () => open(server, tracked, listener);
      if (isHeld && !draining && !stopped) held.add(holdBack(server, listener, begin));
      else await begin();
      used.add(listener.name);
      onListening();
    },
    serve() {
      isHeld = false;
      for (const each of held) each.open().catch((error) => process.nextTick(() => throwIt$1(error)));
      held.clear();
    },
    adopt: (slot) => adoptions.adopt(slot),
    release: (slot) => adoptions.release(slot),
    unused: () => listeners.map((listener) => listener.name).filter((name) => !used.has(name)),
    async drain() {
      draining = true;
      dropHeld();
      await acceptRest(() => [...servers].reduce((sum, { accepted }) => sum + accepted, 0));
      adoptions.close();
      await Promise.all([...servers].map((server) => server.drain()));
    },
    stop() {
      stopped = true;
      dropHeld();
      adoptions.close();
      const cuts = [...servers].map((server) => server.stop());
      const sum = (name) => cuts.reduce((total, cut) => total + cut[name], 0);
      return { connections: sum("connections"), busy: sum("busy") };
    }
  };
}
function listenOn(server, { fd, backlog, host, port }) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const where = fd === void 0 ? { port, host, reusePort: true } : { fd };
    const listening = () => {
      server.off("error", reject);
      resolve();
    };
    Reflect.apply(listenOf, acceptorOf(server), [{ ...where, backlog }, backlog, listening]);
  });
}
function throwIt$1(error) {
  throw error;
}

const FLUSH_MS = 500;
const ACK_MS = 2e3;
async function leave(uplink, acked, goodbye, answered) {
  await part(uplink, acked, goodbye);
  await answered;
  await flushOutput();
  process.exit(GOODBYE_EXIT_CODES[goodbye.kind]);
}
async function part(uplink, acked, goodbye) {
  await within(FLUSH_MS, uplink.flushed());
  uplink.part({ type: "goodbye", ...goodbye });
  await within(ACK_MS, acked);
}
async function flushOutput() {
  const written = [process.stdout, process.stderr].map(
    (stream) => new Promise((resolve) => void stream.write("", () => resolve()))
  );
  await within(FLUSH_MS, Promise.all(written));
}
function within(ms, work) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    work.then(done, done);
  });
}

const UNUSED_MS = 3e3;
const RETURN_MS = 5e3;
const MAX_MESSAGE = 16 * 1024;
function createLife(config, send, jobs, state) {
  const controller = new AbortController();
  const handlers = {
    drain: /* @__PURE__ */ new Set(),
    reload: /* @__PURE__ */ new Set(),
    stop: /* @__PURE__ */ new Set()
  };
  let goodbye;
  let draining = false;
  let answered;
  let markListening = () => {
  };
  const listening = new Promise((resolve) => markListening = resolve);
  if (config.listeners.length === 0) markListening();
  const listeners = createListeners(config.listeners, config.slot, {
    onListening: () => markListening(),
    onTrouble: (line) => log.error(line)
  });
  const stopping = new Promise((resolve) => {
    controller.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const log = Object.fromEntries(
    ["debug", "info", "warn", "error"].map((level) => [
      level,
      (message, data) => send(logFrame(level, message, data))
    ])
  );
  setTimeout(() => {
    if (draining || goodbye) return;
    for (const name of listeners.unused()) {
      log.warn(
        `nothing listens on the listener "${name}" yet: worker.listen(server, { name }), or remove it`
      );
    }
  }, UNUSED_MS).unref();
  async function call(event, deadlineMs) {
    const run = async (handler) => {
      try {
        await handler({ deadlineMs });
      } catch (error) {
        log.error(`the ${event} handler failed: ${reasonOf(error)}`);
      }
    };
    await Promise.all([...handlers[event]].map(run));
  }
  function leave(as, deadlineMs) {
    if (goodbye) return;
    goodbye = as;
    void call("stop", Math.min(deadlineMs, RETURN_MS));
    controller.abort();
    if (as.drains) answered = finish();
    else cut();
  }
  async function finish() {
    await Promise.all([listeners.drain(), jobs.drain()]);
  }
  function cut() {
    jobs.stop();
    const { connections, busy } = listeners.stop();
    if (draining && connections > 0) log.warn(cutLine(connections, busy));
  }
  function endAs(end) {
    const as = endOf(end);
    const serves = jobs.serves || config.listeners.length > 0;
    return as.kind === "fatal" || !serves ? as : { ...as, drains: true };
  }
  const worker = {
    id: config.slot,
    pool: config.pool,
    group: config.group,
    type: config.type,
    epoch: config.epoch,
    generation: config.generation,
    signal: controller.signal,
    stopping,
    log,
    on(event, handler) {
      const entry = (deadline) => handler(deadline);
      handlers[event].add(entry);
      return () => void handlers[event].delete(entry);
    },
    end: (end) => leave(endAs(end), RETURN_MS),
    listen: (server, options) => listeners.listen(server, options?.name),
    jobs: jobs.jobs,
    needWorker: (group = config.group) => send({ type: "event", name: "scaling.request", group }),
    state
  };
  return {
    worker,
    listeners,
    get draining() {
      return draining;
    },
    listening,
    drain(deadlineMs) {
      if (draining || goodbye) return;
      draining = true;
      void Promise.all([call("drain", deadlineMs), finish()]).then(() => {
        if (goodbye) return;
        goodbye = { kind: "drained" };
        controller.abort();
      });
    },
    adopt: (slot) => listeners.adopt(slot),
    release: (slot) => listeners.release(slot),
    serve: () => listeners.serve(),
    stop(reason, deadlineMs) {
      if (goodbye) cut();
      else leave({ kind: "done", reason }, deadlineMs);
    },
    reload: (deadlineMs) => void call("reload", deadlineMs),
    goodbye: () => goodbye ?? { kind: "done" },
    answered: async () => answered
  };
}
function cutLine(connections, busy) {
  const what = connections === 1 ? "1 connection was" : `${connections} connections were`;
  return `${what} cut at the deadline${busy > 0 ? `, ${busy} with a request that was not answered` : ""}`;
}
function endOf(end) {
  for (const kind of ["restart", "permanent", "fatal"]) {
    const reason = end[kind];
    if (typeof reason === "string") return { kind, reason: oneLine(reason) };
    if (reason === true) return { kind };
  }
  throw new TypeError("worker.end takes { restart }, { permanent } or { fatal }, with a reason or true");
}
function logFrame(level, message, data) {
  const frame = { type: "log", level, message: String(message).slice(0, MAX_MESSAGE) };
  if (data === void 0) return frame;
  try {
    const copy = JSON.stringify(data);
    if (copy === void 0) return frame;
    return copy.length > 8 * MAX_MESSAGE ? { ...frame, data: "too large" } : { ...frame, data: JSON.parse(copy) };
  } catch (error) {
    return { ...frame, data: `not JSON: ${reasonOf(error)}` };
  }
}

function askedAddress(args) {
  const [first, second] = args;
  if (typeof first === "object" && first !== null) {
    const { port, host, path, fd, signal } = first;
    if (fd !== void 0 || "_handle" in first) return void 0;
    if (port === void 0 && typeof path === "string")
      return { path: resolve(path), signal: signalOf(signal) };
    return isPort(port) ? { port: Number(port), host: textOf(host), signal: signalOf(signal) } : void 0;
  }
  if (isPort(first)) return { port: Number(first), host: textOf(second) };
  if (typeof first === "string" && first !== "") return { path: resolve(first) };
  return first === void 0 || first === null || typeof first === "function" ? { port: 0 } : void 0;
}
function showAddress({ port, host, path }) {
  if (path !== void 0) return path;
  return host === void 0 ? `${port}` : `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
function isPort(value) {
  if (typeof value === "string") return /^\d{1,5}$/.test(value.trim());
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
function textOf(value) {
  return typeof value === "string" && value !== "" ? value : void 0;
}
function signalOf(value) {
  return value instanceof AbortSignal ? value : void 0;
}

function dress(server, { path, isLeaving, left }, onClose) {
  const { close, address } = server;
  let hasClosed = false;
  server.once("close", () => {
    hasClosed = true;
    onClose();
  });
  if (path !== void 0) server.address = () => server.listening ? path : address.call(server);
  server.close = (callback) => {
    if (!isLeaving()) return close.call(server, callback);
    const isLate = hasClosed;
    const tell = () => {
      if (isLate && hasClosed) server.emit("close");
      if (isLate) hasClosed = false;
      callback?.();
    };
    void left.then(() => setImmediate(tell));
    return server;
  };
}

function takeOverListen(options) {
  const { worker, listeners } = options;
  const owners = /* @__PURE__ */ new Map();
  function take(server, listener, asked, args) {
    const callback = args.at(-1);
    if (typeof callback === "function") server.once("listening", callback);
    asked.signal?.addEventListener("abort", () => server.close(), { once: true });
    if (asked.host !== void 0 && listener.host !== void 0 && !isSame(asked.host, listener.host)) {
      const [wanted, here] = [showAddress(asked), showAddress(listener)];
      worker.log.info(`listens on ${here}, where its group listens, and not on ${wanted} as it asked for`);
    }
    if (owners.has(listener.name)) return void pretend(server, listener);
    owners.set(listener.name, server);
    acceptorOf(server);
    const { isLeaving } = options;
    dress(server, { path: asked.path, isLeaving, left: worker.stopping }, () => owners.delete(listener.name));
    options.onTaken();
    const isHandled = server.listenerCount("error") > 0;
    worker.listen(server, { name: listener.name }).catch((error) => {
      owners.delete(listener.name);
      if (!isHandled) process.nextTick(() => throwIt(error));
    });
  }
  function tellElsewhere(server, asked) {
    const { port } = server.address() ?? {};
    options.onElsewhere(elsewhere(listeners, port === void 0 ? asked : { port }));
  }
  const removers = listeningPrototypes().map((prototype) => {
    const { listen } = prototype;
    prototype.listen = function(...args) {
      const asked = askedAddress(args);
      const found = asked && listeners.find((listener) => isAt(listener, asked));
      if (found && !this.listening) {
        take(this, found, asked, args);
        return this;
      }
      if (asked) this.once("listening", () => tellElsewhere(this, asked));
      return Reflect.apply(listen, this, args);
    };
    return () => void (prototype.listen = listen);
  });
  return () => removers.forEach((remove) => remove());
}
function elsewhere(listeners, at) {
  const [here, declared] = [showAddress(at), listeners.map(({ port, path }) => port ?? path).join(", ")];
  return declared === "" ? `listens on ${here} by itself; --port, or listen in the config, would share and drain it` : `listens on ${here}, which is not one of this group's listeners (${declared})`;
}
function isAt(listener, { port, path }) {
  return path === void 0 ? port !== 0 && listener.port === port : listener.path === path;
}
function isSame(asked, has) {
  return asked === has || asked === "localhost" && (has === "::1" || has.startsWith("127."));
}
function throwIt(error) {
  throw error;
}

function takeOverServe(options, own) {
  const { listeners } = options;
  const { Bun, Deno } = globalThis;
  function find(asked, name) {
    const found = listeners.find((listener) => isAt(listener, asked));
    if (found?.path === void 0) return found;
    throw new Error(
      `${name} cannot share the Unix domain socket ${found.path}: listen on a port, or use node:http`
    );
  }
  function give(listener, make, listening) {
    const { port, host } = listener;
    const listen = (server) => void server.listen({ port, host });
    if (listener.fd === void 0) options.onTaken();
    try {
      return serveNative({ listener, listeners: own, make, listen, listening });
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "NotCapable") throw error;
      const wayOut = 'permissions: { net: ["127.0.0.1"] } let it, and listen.prefer: "fast" does without';
      throw new Error(`Deno.serve shares a socket through a private port of 127.0.0.1: ${wayOut}`, {
        cause: error
      });
    }
  }
  if (Bun) {
    const { serve } = Bun;
    Bun.serve = (given) => {
      const asked = bunAddress(given);
      const listener = find(asked, "Bun.serve");
      if (listener) return give(listener, (place) => makeBunServer(serve, given, place)).facade;
      const server = serve.call(Bun, given);
      options.onElsewhere(elsewhere(listeners, asked.path === void 0 ? { port: server.port } : asked));
      return server;
    };
    return () => void (Bun.serve = serve);
  }
  if (Deno) {
    const { serve } = Deno;
    Deno.serve = (first, second) => {
      const given = typeof first === "function" ? {} : first;
      const handler = typeof first === "function" ? first : second ?? first.handler;
      const asked = given.path === void 0 ? { port: given.port ?? 8e3 } : { path: resolve(given.path) };
      const listener = handler && find(asked, "Deno.serve");
      if (listener) {
        const make = (place) => makeDenoServer(serve, given, handler, place);
        return give(listener, make, (made) => made.listening()).facade;
      }
      const server = Reflect.apply(serve, Deno, second ? [first, second] : [first]);
      options.onElsewhere(
        elsewhere(listeners, given.path === void 0 ? { port: server.addr.port } : asked)
      );
      return server;
    };
    return () => void (Deno.serve = serve);
  }
  return () => {
  };
}
function bunAddress({ port, unix }) {
  if (unix !== void 0) return { path: resolve(unix) };
  const { BUN_PORT, PORT, NODE_PORT } = process.env;
  return { port: Number(port ?? BUN_PORT ?? PORT ?? NODE_PORT ?? 3e3) };
}

const HANDLERS_MS = 1e4;
const MARGIN_MS = 500;
const BEGIN_MS = 20;
function watchProgram(options) {
  const { entry, life, listeners, uplink, sigterm } = options;
  const { worker } = life;
  let listens = false;
  let isReady = false;
  let isLive = false;
  const elsewhere = [];
  function ready() {
    if (isReady || worker.signal.aborted) return;
    isReady = true;
    uplink.send({ type: "ready" });
  }
  function tellElsewhere() {
    if (!isLive) return;
    for (const line of elsewhere.splice(0)) {
      worker.log.info(line);
      if (!listens && listeners.length > 0) {
        uplink.send({ type: "error", stage: "listen", error: { name: "Error", message: `it ${line}` } });
      }
    }
  }
  const takeover = {
    worker,
    listeners,
    isLeaving: () => life.draining || worker.signal.aborted,
    onTaken() {
      if (listens) return;
      listens = true;
      sigterm.hold();
      void life.listening.then(ready);
    },
    onElsewhere(line) {
      elsewhere.push(line);
      tellElsewhere();
    }
  };
  const removers = [takeOverListen(takeover), takeOverServe(takeover, life.listeners)];
  function failure(exports) {
    if (isReady) return void 0;
    const isNoWorker = Object.keys(exports).length > 0 ? notAWorker(entry) : void 0;
    if (listeners.length === 0) return isNoWorker;
    const declared = listeners.map((listener) => listener.port ?? listener.path).join(", ");
    return isNoWorker ?? `${entry} ended without listening on ${declared}`;
  }
  return {
    get listens() {
      return listens;
    },
    release: () => removers.forEach((remove) => remove()),
    async live(exports) {
      isLive = true;
      sigterm.hold();
      tellElsewhere();
      if (listeners.length === 0) {
        if (Object.keys(exports).length > 0) setTimeout(ready, BEGIN_MS).unref();
        else setImmediate(ready);
      }
      const left = worker.stopping.then(() => true);
      if (await Promise.race([left, outOfWork().then(() => false)])) return void 0;
      if (process.exitCode) process.exit();
      return failure(exports);
    },
    async end() {
      if (sigterm.call() === 0) return;
      const ms = Math.max(0, Math.min(HANDLERS_MS, options.timeLeft() - MARGIN_MS));
      await Promise.race([outOfWork(), new Promise((resolve) => setTimeout(resolve, ms).unref())]);
    }
  };
}
function notAWorker(entry) {
  return `the default export of ${entry} is no worker: export default defineWorker({ setup, run }), or { fetch(request) { \u2026 } }`;
}
function outOfWork() {
  return new Promise((resolve) => process.once("beforeExit", () => resolve()));
}

function ownSigterm(own) {
  const { emit } = process;
  let isHeld = false;
  process.emit = ((event, ...args) => {
    if (event !== "SIGTERM" || !isHeld) return Reflect.apply(emit, process, [event, ...args]);
    own();
    return true;
  });
  process.on("SIGTERM", own);
  const denos = holdDeno(() => isHeld);
  return {
    hold: () => void (isHeld = true),
    call() {
      const handlers = denos ? [...denos.keys()] : process.rawListeners("SIGTERM").filter((handler) => handler !== own);
      for (const handler of handlers)
        process.nextTick(() => Reflect.apply(handler, process, ["SIGTERM", 15]));
      return handlers.length;
    }
  };
}
function holdDeno(isHeld) {
  const { Deno } = globalThis;
  if (!Deno) return void 0;
  const { addSignalListener: add, removeSignalListener: remove } = Deno;
  const held = /* @__PURE__ */ new Map();
  Deno.addSignalListener = (signal, handler) => {
    if (signal !== "SIGTERM" || held.has(handler)) return add(signal, handler);
    const calls = () => void (isHeld() || handler());
    held.set(handler, calls);
    add(signal, calls);
  };
  Deno.removeSignalListener = (signal, handler) => {
    if (signal !== "SIGTERM") return remove(signal, handler);
    remove(signal, held.get(handler) ?? handler);
    held.delete(handler);
  };
  return held;
}

const MAX_QUEUED = 1024 * 1024;
const MAX_FRAME = 256 * 1024;
function createUplink(socket, saying = () => {
}) {
  let queue = [];
  let queued = 0;
  let credit = CREDIT_WINDOW;
  let droppedLogs = 0;
  let parted = false;
  let idle = [];
  function push(frame) {
    let line;
    try {
      line = encodeFrame(frame);
    } catch {
      return false;
    }
    if (line.length > MAX_FRAME) return false;
    if (queued + line.length > MAX_QUEUED && frame.type !== "log") shedLogs(line.length);
    if (queued + line.length > MAX_QUEUED) return false;
    queue.push({ line, type: frame.type });
    queued += line.length;
    return true;
  }
  function shedLogs(room) {
    queue = queue.filter((entry) => {
      if (entry.type !== "log" || queued + room <= MAX_QUEUED) return true;
      queued -= entry.line.length;
      droppedLogs++;
      return false;
    });
  }
  function pump() {
    while (queue.length > 0 && !socket.writableNeedDrain && socket.writable) {
      const free = queue[0].type === "ready";
      if (!free && credit === 0) return;
      if (!free) credit--;
      const { line } = queue.shift();
      queued -= line.length;
      socket.write(line);
    }
    if (queue.length > 0 && socket.writable) return;
    if (droppedLogs > 0 && !parted && socket.writable) {
      const message = `${droppedLogs} log lines dropped`;
      droppedLogs = 0;
      push({ type: "log", level: "warn", message });
      return pump();
    }
    const waiting = idle;
    idle = [];
    for (const resolve of waiting) resolve();
  }
  socket.on("drain", pump);
  return {
    send(frame) {
      if (parted) return false;
      saying(frame);
      if (frame.type === "heartbeat" && queue.some((entry) => entry.type === "heartbeat")) return true;
      const sent = push(frame);
      if (!sent && frame.type === "log") droppedLogs++;
      pump();
      return sent;
    },
    credit(count) {
      credit = Math.min(CREDIT_WINDOW, credit + count);
      pump();
    },
    flushed: () => new Promise((resolve) => {
      idle.push(() => socket.writable ? socket.write("", () => resolve()) : resolve());
      pump();
    }),
    part(frame) {
      if (parted) return;
      saying(frame);
      parted = true;
      queue = [];
      if (socket.writable) socket.write(encodeFrame(frame));
    }
  };
}

const ORPHAN_MS = 1e3;
const boot = takeBoot();
for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => {
});
if (!boot) refuse("poolable/worker/main is started by a poolable supervisor, not by hand");
else {
  const welcomed = await greet(boot).catch(
    (error) => refuse(`poolable: no supervisor at the channel: ${reasonOf(error)}`)
  );
  const session = welcomed && await begin(boot, welcomed);
  const life = session && live(session);
  if (isNode) await life;
}
async function begin(boot2, welcomed) {
  const session = await open(boot2, welcomed);
  if (!boot2.guarded) {
    if (welcomed.config.listeners.length > 0) await import('node:http');
    const { guardAgainstOrphanhood } = await import('./chunks/_guard.mjs');
    guardAgainstOrphanhood(boot2.supervisor);
  }
  session.socket.unref();
  return session;
}
async function live(session) {
  const { life, socket } = session;
  const exports = await load(session);
  if (!exports) return;
  const definition = session.program.listens ? void 0 : definitionOf(exports.default);
  if (!definition) return liveProgram(session, exports);
  session.program.release();
  socket.ref();
  try {
    await definition.setup?.(life.worker);
    if (definition.jobs) await serveJobs(session, definition.jobs);
    else if (session.jobs?.missing) throw new Error(session.jobs.missing);
  } catch (error) {
    if (!life.worker.signal.aborted) {
      console.error(error);
      return failStart(session, "setup", error);
    }
  }
  if (!life.worker.signal.aborted && !await runOf(session, definition)) return;
  await leave(session.uplink, session.acked, life.goodbye(), life.answered());
}
async function open(boot2, welcomed) {
  const { socket, config } = welcomed;
  const plugins = config.plugins;
  const board = createBoardOf(plugins?.scoreboard, config);
  const watchdog = plugins?.health && (await import('./chunks/_watchdog.mjs')).createWatchdog(plugins.health, config.heartbeatMs);
  const uplink = createUplink(socket, (frame) => {
    board.frame(frame);
    watchdog?.frame(frame);
  });
  const send = (frame) => void uplink.send(frame);
  const jobs = plugins?.jobs && (await import('./chunks/_jobs.mjs')).createWorkerJobs(plugins.jobs, config, board, send);
  const life = createLife(config, send, jobs ?? noJobs(config.group), board.read);
  let ack = () => {
  };
  const acked = new Promise((resolve) => ack = resolve);
  setInterval(() => {
    uplink.send({ type: "heartbeat" });
    watchdog?.beat();
  }, config.heartbeatMs).unref();
  let deadline = Infinity;
  const timeLeft = () => Math.max(0, deadline - performance.now());
  const program = watchProgram({
    entry: boot2.entry,
    life,
    listeners: ownListeners(config.listeners, config.slot),
    uplink,
    sigterm: ownSigterm(() => life.stop("SIGTERM", timeLeft())),
    timeLeft
  });
  welcomed.receive({
    frame(frame) {
      board.frame(frame);
      if (typeof frame.deadlineMs === "number") deadline = performance.now() + frame.deadlineMs;
      if (frame.type === "credit") uplink.credit(Number(frame.n) || 0);
      else if (frame.type === "drain") life.drain(timeLeft());
      else if (frame.type === "stop") life.stop("stopped", timeLeft());
      else if (frame.type === "reload") life.reload(timeLeft());
      else if (frame.type === "adopt") life.adopt(String(frame.slot));
      else if (frame.type === "release") life.release(String(frame.slot));
      else if (frame.type === "peers") jobs?.receive(frame);
      else if (frame.type === "serve") life.serve();
      else if (frame.type === "ping") uplink.send({ type: "heartbeat" });
      else if (frame.type === "ack") ack();
    },
    closed() {
      ack();
      life.stop("the supervisor is gone", ORPHAN_MS);
      setTimeout(() => process.exit(1), ORPHAN_MS);
    }
  });
  return { boot: boot2, life, uplink, acked, socket, program, jobs };
}
async function load(session) {
  const { life, uplink, acked, boot: boot2, program, socket } = session;
  let loaded = false;
  void life.worker.stopping.then(async () => {
    if (loaded) return;
    if (program.listens) await program.end();
    socket.ref();
    await leave(uplink, acked, life.goodbye(), life.answered());
  });
  try {
    const exports = await loadEntry(boot2.entry);
    loaded = true;
    return exports;
  } catch (error) {
    loaded = true;
    socket.ref();
    if (!(error instanceof SyntaxError)) console.error(error);
    await failStart(session, "import", error);
    return void 0;
  }
}
function definitionOf(value) {
  const parts = ["setup", "run", "fetch"];
  const given = typeof value === "object" && value !== null ? value : {};
  const hasJobs = typeof given.jobs === "object" && given.jobs !== null;
  return hasJobs || parts.some((name) => typeof given[name] === "function") ? given : void 0;
}
async function serveJobs({ jobs, life }, handlers) {
  if (jobs) return jobs.serve(life.worker, handlers);
  const { group, type } = life.worker;
  throw new Error(`this worker has jobs, and group ${group} is a ${type} that nobody can call`);
}
function noJobs(group) {
  const refuse2 = () => {
    throw new JobError("CALL_FORBIDDEN", `group ${group} calls no other: its config has no \`calls\``);
  };
  return { jobs: refuse2, serves: false, drain: async () => {
  }, stop() {
  } };
}
async function liveProgram(session, exports) {
  const { life, uplink, acked, program, socket, jobs } = session;
  const failure = jobs?.missing ?? await program.live(exports);
  if (life.worker.signal.aborted) await program.end();
  socket.ref();
  if (failure !== void 0) return failStart(session, "import", new TypeError(failure));
  await leave(uplink, acked, life.goodbye(), life.answered());
}
async function runOf(session, definition) {
  const { life, uplink } = session;
  const { worker } = life;
  const running = start(session, definition);
  let settled = false;
  const outcome = running.then(
    () => void 0,
    (error) => ({ error })
  );
  void outcome.then(() => settled = true);
  void Promise.all([life.listening, new Promise(setImmediate)]).then(() => {
    if (!settled && !worker.signal.aborted) uplink.send({ type: "ready" });
  });
  const overdue = worker.stopping.then(() => within(RETURN_MS, outcome)).then(() => void 0);
  const failed = await Promise.race([outcome, overdue]);
  if (failed && !(worker.signal.aborted && isAbort(failed.error))) {
    await failRun(session, failed.error);
    return false;
  }
  if (life.draining) await worker.stopping;
  return true;
}
async function start({ life, jobs }, definition) {
  if (definition.fetch) {
    const { serveFetch } = await import('./chunks/_fetch.mjs');
    await serveFetch(life, definition);
  }
  await (definition.run ? definition.run(life.worker) : life.worker.stopping);
  if (life.worker.signal.aborted && !life.goodbye().drains) await jobs?.drain();
}
async function failStart(session, stage, error) {
  const { uplink, acked } = session;
  uplink.send({ type: "error", stage, error: reportedError(error) });
  const goodbye = { kind: "startFailed", stage, reason: reasonOf(error) };
  if (!(error instanceof SyntaxError)) return leave(uplink, acked, goodbye);
  await part(uplink, acked, goodbye);
  setTimeout(() => process.exit(1), ORPHAN_MS);
  setImmediate(() => {
    throw error;
  });
}
async function failRun({ uplink, socket }, error) {
  console.error(error);
  uplink.send({ type: "error", stage: "run", error: reportedError(error) });
  await within(ORPHAN_MS / 2, uplink.flushed());
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.end();
  await within(ORPHAN_MS / 2, closed);
  await flushOutput();
  process.exit(1);
}
function isAbort(error) {
  return error instanceof Error && error.name === "AbortError";
}
function refuse(message) {
  process.stderr.write(`${message}
`, () => process.exit(1));
}
