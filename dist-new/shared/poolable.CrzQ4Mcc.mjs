import { P as PoolError, m as messageOf } from './poolable.DdW9wZ4H.mjs';
import { setTimeout } from 'node:timers/promises';
import { c as checkObject } from './poolable.BerJKBEm.mjs';
import { f as formatDuration, a as parseDuration } from './poolable.Cyn1lGc9.mjs';
import { rmSync, readFileSync, existsSync, mkdtempSync, symlinkSync, lstatSync, readlinkSync, unlinkSync, statfsSync } from 'node:fs';
import { mkdtemp, rm, unlink } from 'node:fs/promises';
import { tmpdir, totalmem, freemem } from 'node:os';
import { join, dirname, basename } from 'node:path';
import { R as Registry, r as registries, c as createRequests, s as servePrograms, P as PROGRAMS_SOCKET } from './poolable.CWFjaEwD.mjs';
import { AsyncSeriesWaterfallHook, SyncBailHook, SyncWaterfallHook } from 'tapable';
import { G as GOODBYE_EXIT_CODES } from './poolable.Bfg37jxG.mjs';
import { stripVTControlCharacters } from 'node:util';
import { o as openReader, c as createBoard, R as RECORD_BYTES, b as clearRecord } from './poolable.CBWgDNvk.mjs';

function definePlugin(factory) {
  return factory;
}

const ALIKE = ["strategy", "prefer", "backlog"];
function refuseTwins({ groups }) {
  const known = [];
  for (const { name: group, listen } of groups) {
    for (const at of listen) {
      const other = known.find((before) => overlaps(before.at, at));
      known.push({ group, at });
      if (!other) continue;
      if (other.group !== group && isSameAddress(other.at, at)) {
        refuseUnlike(other, { group, at });
        continue;
      }
      const same = textOf(other.at) === textOf(at);
      const both = same ? textOf(at) : `${textOf(other.at)} and ${textOf(at)} are one port to the system`;
      const who = other.group === group ? `group ${group} listens there twice` : `groups ${other.group} and ${group}`;
      throw new PoolError(
        "E_CONFIG",
        other.group === group ? `groups.${group}.listen: ${both}: ${who}; give each listener its own` : `groups.${group}.listen: ${both}: ${who} both listen there; give each its own`
      );
    }
  }
}
function partnersOf({ groups }, { group, listener }) {
  return groups.flatMap(
    (each) => each.listen.filter((at) => each === group ? at === listener : isSameAddress(at, listener)).map((at) => ({ group: each, listener: at }))
  );
}
function overlaps(one, other) {
  if (one.path !== void 0 || other.path !== void 0) return one.path === other.path;
  if (one.port !== other.port || one.port === 0) return false;
  const [a, b] = [hostOf(one), hostOf(other)];
  if (a === b || a === "::" || b === "::") return true;
  return a === "0.0.0.0" && !b.includes(":") || b === "0.0.0.0" && !a.includes(":");
}
function urlOf(at) {
  return at.path ?? `http://${textOf(at)}`;
}
function refuseUnlike(one, other) {
  for (const key of ALIKE) {
    if (one.at[key] === other.at[key]) continue;
    throw new PoolError(
      "E_CONFIG",
      `groups.${other.group}.listen.${key}: ${textOf(other.at)}: groups ${one.group} and ${other.group} share it, so ${key} is the same in both`
    );
  }
}
function isSameAddress(one, other) {
  return overlaps(one, other) && (one.path !== void 0 || hostOf(one) === hostOf(other));
}
function textOf(at) {
  if (at.path !== void 0) return at.path;
  const host = at.host ?? hostOf(at);
  return `${host.includes(":") ? `[${host}]` : host}:${at.port}`;
}
function hostOf({ host = "127.0.0.1" }) {
  return host === "localhost" ? "127.0.0.1" : host.toLowerCase();
}

const DEFAULT_TAP = { name: "poolable:default", stage: 1e3 };
function createDecisions() {
  try {
    Function();
  } catch (cause) {
    const flag = "--disallow-code-generation-from-strings";
    const wayOut = "start the supervisor without it (workers may have it, in execArgv)";
    throw new PoolError("E_RUNTIME", `decisions are compiled, which ${flag} forbids: ${wayOut}`, { cause });
  }
  return Object.freeze({
    classifyExit: new SyncBailHook(["report"]),
    restart: new SyncBailHook(["question"]),
    bounce: new SyncWaterfallHook(["groups", "question"]),
    scaleTarget: new SyncWaterfallHook(["target", "question"]),
    scaleDown: new SyncWaterfallHook(["slots", "question"]),
    reloadPlan: new SyncWaterfallHook(["plan", "question"]),
    refuseScale: new SyncBailHook(["question"]),
    pickWorker: new SyncBailHook(["question"]),
    canShareSocket: new SyncBailHook(["question"]),
    spawnOptions: new AsyncSeriesWaterfallHook(["options", "question"])
  });
}

function slotsOf({ name, max }) {
  return Array.from({ length: max }, (_, index) => `${name}#${index}`);
}
function cannotOpen({ runtime, abilities }) {
  if (!runtime.openListener) return `a supervisor of ${runtime.name} workers cannot open sockets for them`;
  return abilities.open === true ? void 0 : abilities.open;
}

const reusePort = {
  name: "reuse-port",
  scalable: true,
  balanced: true,
  keepsQueue: false,
  joins: true,
  refusal(request) {
    const { abilities, listener } = request;
    if (listener.path !== void 0) return "a Unix domain socket cannot be bound twice";
    if (abilities.bindReusePort !== true) return abilities.bindReusePort;
    const cannot = cannotOpen(request);
    if (cannot !== void 0) return listener.port === 0 ? `${cannot}, port 0 among them` : void 0;
    return abilities.openReusePort === true ? void 0 : abilities.openReusePort;
  },
  async open(request) {
    const { listener, runtime } = request;
    const { name, backlog, host, port } = listener;
    if (cannotOpen(request) !== void 0) {
      const own = [{ name, port, host, backlog, reusePort: true }];
      return { opened: listener, inherited: () => own, close() {
      } };
    }
    if (listener.port !== 0) (await runtime.openListener(listener)).close();
    const reserved = await runtime.openListener({ host, port: listener.port, reusePort: true });
    const inherited = [{ name, port: reserved.port, host: reserved.host, backlog, reusePort: true }];
    return { opened: reserved, inherited: () => inherited, close: () => reserved.close() };
  }
};

function choose({ decisions }, { group, listener, partners }, strategies, preferred) {
  const { strategy: asked, port, host, path } = listener;
  const key = `groups.${group.name}.listen${preferred.key ?? ""}`;
  const refusals = [];
  for (const candidate of asked === void 0 ? preferred.names : [asked]) {
    const answers = partners.map(
      ({ group: { name: inGroup, runtime }, listener: { name } }) => decisions.canShareSocket.call({
        group: inGroup,
        runtime,
        strategy: candidate,
        listener: { name, port, host, path }
      })
    );
    const answer = answers.find((each) => each !== true) ?? true;
    const strategy = strategies.get(candidate);
    if (answer === true && strategy) {
      const because = asked === void 0 ? preferred.reason : "asked for in the config";
      return { strategy, reason: refusals.length > 0 ? refusals.join("; ") : because };
    }
    const why = typeof answer === "string" ? answer : "no plugin says that it can";
    refusals.push(asked === void 0 && !preferred.key ? `not ${candidate}: ${why}` : why);
  }
  const none = preferred.key ? "'fast'" : "no strategy is left";
  const what = asked === void 0 ? none : `strategy '${asked}'`;
  throw new PoolError("E_CONFIG", `${key}: ${what}: ${refusals.join("; ")}`);
}
function preference({ group, listener, partners }, abilities, strategies, names) {
  const { prefer, strategy } = listener;
  const contradicts = (why2) => {
    const says = `groups.${group.name}.listen.prefer: '${prefer}' and the strategy '${strategy}'`;
    throw new PoolError("E_CONFIG", `${says} cannot both be had: ${why2}; leave one of them out`);
  };
  const usual = { names, reason: `the default for groups of type ${group.type}` };
  if (prefer === void 0) return usual;
  if (prefer === "lossless") {
    const asked = strategies.get(strategy ?? "");
    if (asked && !asked.keepsQueue) contradicts("it loses what waits in the queue of a worker that ends");
    return usual;
  }
  const able = partners.map(({ group: { runtime } }) => abilities(runtime));
  const why = able.map(({ serveInherited }) => serveInherited).find((each) => each !== true);
  if (why === void 0)
    return { names, reason: "the fastest server of its runtime accepts on inherited sockets" };
  if (strategy !== void 0 && strategy !== reusePort.name) contradicts(String(why));
  const { migrateQueue } = able[0];
  const loss = migrateQueue === true ? "what waits in a worker's queue goes to its siblings (net.ipv4.tcp_migrate_req is 1)" : `what waits in a worker's queue is lost with it (${migrateQueue})`;
  return { names: [reusePort.name], reason: `fast is preferred, and ${why}; ${loss}`, key: ".prefer" };
}

function createAdoption(options) {
  const { pool, group, partners = [], adoptions } = options;
  const ready = /* @__PURE__ */ new Set();
  const started = /* @__PURE__ */ new Set();
  const adopters = /* @__PURE__ */ new Map();
  function heldBy(worker) {
    return [...adopters].filter(([, adopter]) => adopter === worker).map(([slot]) => slot);
  }
  function leastFirst(isOwn = true) {
    const able = [...ready].filter((worker) => worker.group === group === isOwn);
    const held = new Map(able.map((worker) => [worker, heldBy(worker).length]));
    return able.toSorted((one, other) => held.get(one) - held.get(other));
  }
  function isSpent(worker, slot) {
    return (worker.used.get(slot) ?? 0) >= adoptions;
  }
  function adopt(slot, worker) {
    if (isSpent(worker, slot) || !pool.send(worker.slot, { type: "adopt", slot }, worker.epoch)) return false;
    worker.used.set(slot, (worker.used.get(slot) ?? 0) + 1);
    adopters.set(slot, worker);
    return true;
  }
  function release(slot, worker) {
    pool.send(worker.slot, { type: "release", slot }, worker.epoch);
  }
  function level() {
    for (; ; ) {
      const order = leastFirst();
      const [least, most] = [order[0], order.at(-1)];
      if (!least || !most) return;
      const held = heldBy(most);
      if (held.length - heldBy(least).length < 2) return;
      const slot = held.find((each) => !isSpent(most, each) && adopt(each, least));
      if (slot === void 0) return;
      release(slot, most);
    }
  }
  return (fact) => {
    const { slot, epoch, to } = fact;
    const isOwn = fact.group === group;
    if (!isOwn && !partners.includes(fact.group)) return;
    if (to === "starting" && isOwn) started.add(slot);
    if (to === "ready") ready.add({ group: fact.group, slot, epoch, used: /* @__PURE__ */ new Map() });
    else {
      for (const worker of ready) if (worker.slot === slot && worker.epoch === epoch) ready.delete(worker);
    }
    const served = new Set([...ready].map((worker) => worker.slot));
    for (const [orphan, adopter] of adopters) if (!ready.has(adopter)) adopters.delete(orphan);
    for (const each of started) {
      const adopter = adopters.get(each);
      if (!adopter) {
        if (!served.has(each)) [...leastFirst(), ...leastFirst(false)].some((worker) => adopt(each, worker));
      } else if (served.has(each) && !isSpent(adopter, each)) {
        adopters.delete(each);
        release(each, adopter);
      }
    }
    if (to === "ready") level();
  };
}

const UNAVAILABLE = "handoff is not available: passing connections takes the runtime's own IPC channel, on which one line of a worker can end the supervisor; use 'ring' or 'shared', and a proxy in front for sticky sessions";
const handoff = {
  name: "handoff",
  scalable: true,
  balanced: true,
  keepsQueue: true,
  refusal: () => UNAVAILABLE,
  open: () => Promise.reject(new PoolError("E_LISTEN", UNAVAILABLE))
};

class PassedSockets {
  #left;
  constructor(passed) {
    this.#left = [...passed];
  }
  /** Takes the socket that has the listener's name (or `group.name`, or the group's), else its address. */
  take(group, listener) {
    const { name } = listener;
    const names = [`${group}.${name}`, ...name === "default" ? [group] : [], name];
    const named = names.map((each) => this.#left.find((socket) => socket.name === each));
    const found = named.find(Boolean) ?? this.#left.find((socket) => overlaps(socket, listener));
    if (!found) return void 0;
    const { strategy = "shared" } = listener;
    if (strategy !== "shared") {
      const says = `groups.${group}.listen: strategy '${strategy}'`;
      throw new PoolError(
        "E_CONFIG",
        `${says}: the socket was passed to the supervisor, and is one: use 'shared', or none`
      );
    }
    this.#left = this.#left.filter((socket) => socket !== found);
    return found;
  }
  /** Closes what nobody took, and says what that was. */
  refuseRest() {
    const rest = this.#left;
    this.#left = [];
    for (const socket of rest) socket.close();
    return rest.map((socket) => {
      const name = socket.name === void 0 ? "" : ` called "${socket.name}"`;
      const at = socket.port === void 0 && socket.path === void 0 ? "" : ` on ${urlOf(socket)}`;
      return `a socket${name}${at} was passed to the supervisor, and no listener has its name or address`;
    });
  }
}

const MAX_SLOTS = 128;
const SPARE_FDS = 256;
const ring = {
  name: "ring",
  scalable: true,
  balanced: true,
  keepsQueue: true,
  joins: true,
  refusal(request) {
    const { abilities, listener, partners } = request;
    if (listener.path !== void 0) return "a Unix domain socket cannot be bound twice";
    const slots = partners.reduce((sum, { group }) => sum + group.max, 0);
    if (slots > MAX_SLOTS) return `it takes one socket per slot, ${MAX_SLOTS} at most, not ${slots}`;
    return cannotOpen(request) ?? (abilities.openReusePort === true ? void 0 : abilities.openReusePort);
  },
  async open({ partners, listener, runtime }) {
    const { name, backlog, host } = listener;
    if (listener.port !== 0) (await runtime.openListener(listener)).close();
    const sockets = [];
    const close = () => sockets.forEach((socket) => socket.close());
    const slots = partners.flatMap(({ group }) => slotsOf(group));
    try {
      for (const _ of slots) {
        const port = sockets[0]?.port ?? listener.port;
        sockets.push(await runtime.openListener({ host, port, reusePort: true }));
      }
    } catch (error) {
      close();
      throw error;
    }
    const adoptions = Math.min(16, Math.max(2, Math.floor(SPARE_FDS / slots.length)));
    const socketOf = (index) => {
      const { fd, port, host: at } = sockets[index];
      return { name, slot: slots[index], fd, port, host: at, backlog };
    };
    return {
      opened: sockets[0],
      adoptions,
      inherited: (own) => slots.flatMap(
        (slot, index) => Array.from({ length: slot === own ? 1 : adoptions }, () => socketOf(index))
      ),
      close
    };
  }
};

const shared = {
  name: "shared",
  scalable: true,
  balanced: false,
  keepsQueue: true,
  joins: true,
  refusal: cannotOpen,
  open: async ({ listener, runtime }) => shareOne(await runtime.openListener(listener), listener)
};
function shareOne(opened, listener) {
  const { fd, port, host, path } = opened;
  const inherited = [
    { name: listener.name, fd, port, host, path, backlog: listener.backlog }
  ];
  return { opened, inherited: () => inherited, close: () => opened.close() };
}

function createTrials(pool, group, serving) {
  const held = /* @__PURE__ */ new Map();
  const ready = /* @__PURE__ */ new Set();
  const keyOf = ({ slot, epoch }) => `${slot} ${epoch}`;
  function serve(worker) {
    if (worker.group !== group) return;
    const key = keyOf(worker);
    pool.send(worker.slot, { type: "serve" }, worker.epoch);
    if (!held.delete(key)) return;
    ready.add(key);
    serving({ ...worker, to: "ready" });
  }
  function move(fact) {
    if (fact.group !== group) return;
    const [key, isReady] = [keyOf(fact), fact.to === "ready"];
    if (isReady && fact.seat === "surge") held.set(key, fact);
    else {
      held.delete(key);
      ready.delete(key);
      if (isReady) ready.add(key);
      serving(fact);
    }
    if (ready.size === 0) for (const worker of held.values()) serve(worker);
  }
  return pool.hooks.addHooks({ "slot:state": move, "reload:trial": serve, "reload:progress": serve });
}

const builtin = [ring, shared, reusePort, handoff];
const PASSED = "the socket was passed to the supervisor, and its fastest server binds one of its own: leave it out";
const TRIAL = 0.5;
const UNSAID = "its runtime does not say that it can";
const UNABLE = {
  open: true,
  openReusePort: UNSAID,
  bindReusePort: UNSAID,
  serveInherited: true,
  migrateQueue: UNSAID
};
const sockets = definePlugin((options = {}) => ({
  name: "sockets",
  async setup(pool) {
    const strategies = /* @__PURE__ */ new Map();
    for (const each of [...builtin, ...options.strategies ?? []]) strategies.set(each.name, each);
    const abilities = await abilitiesOf(pool);
    const open = /* @__PURE__ */ new Map();
    const ableOf = (runtime) => abilities.get(runtime) ?? UNABLE;
    const requestOf = (group, listener) => {
      const runtime = pool.runtimes.get(group.runtime);
      const partners = partnersOf(pool.config, { group, listener });
      return { group, listener, runtime, abilities: ableOf(group.runtime), partners };
    };
    pool.decisions.canShareSocket.tap(DEFAULT_TAP, ({ strategy: name, group: inGroup, listener: asked }) => {
      const strategy = strategies.get(name);
      if (!strategy) return `there is no such strategy; known are ${[...strategies.keys()].join(", ")}`;
      const group = pool.config.groups.find((each) => each.name === inGroup);
      const listener = group.listen.find((each) => each.name === asked.name);
      return strategy.refusal(requestOf(group, listener)) ?? true;
    });
    pool.decisions.spawnOptions.tap("sockets", (spawn, { group, slot, seat }) => {
      const held = seat === "surge";
      const inherited = (open.get(group) ?? []).flatMap(
        (listener) => listener.inherited(slot).map((socket) => ({ ...socket, held }))
      );
      return { ...spawn, listeners: [...spawn.listeners, ...inherited] };
    });
    const fixedBy = (group) => {
      const fixed = open.get(group)?.find(({ strategy }) => !strategy.scalable)?.strategy;
      if (!fixed) return void 0;
      const why = fixed.fixedBecause ?? "it cannot change the number of workers while the socket is open";
      return `its socket is shared by '${fixed.name}', and ${why}`;
    };
    pool.decisions.refuseScale.tap("sockets", ({ group, from, to }) => {
      const why = fixedBy(group);
      return why && `group ${group} stays at ${from}, not ${to}: ${why}`;
    });
    pool.decisions.reloadPlan.tap({ name: "sockets", stage: 500 }, (asked, { group, hard }) => {
      const plan = open.has(group) ? { trialMs: asked.minReadyMs * TRIAL, ...asked } : asked;
      const why = hard ? void 0 : fixedBy(group);
      return why ? { ...plan, refusal: `${why}; a hard reload keeps the number` } : plan;
    });
    refuseTwins(pool.config);
    const passed = new PassedSockets(
      [...pool.runtimes.values()].flatMap((runtime) => runtime.takePassedListeners?.() ?? [])
    );
    const removers = [];
    const close = () => {
      for (const remove of removers) remove();
      for (const listener of [...open.values()].flat()) listener.close();
      open.clear();
    };
    removers.push(pool.hooks.hook("pool:stopping", close));
    try {
      const known = /* @__PURE__ */ new Map();
      const adopters = [];
      for (const group of pool.config.groups) {
        const partners = /* @__PURE__ */ new Set();
        for (const listener of group.listen) {
          const request = requestOf(group, listener);
          for (const partner of request.partners) partners.add(partner.group.name);
          const before = known.get(request.partners[0].listener);
          const opened = before ? joined(before, request) : await openOne(
            pool,
            request,
            passed,
            strategies,
            () => preference(request, ableOf, strategies, options.prefer ?? preferred(request.partners))
          );
          known.set(listener, opened);
          open.set(group.name, [...open.get(group.name) ?? [], opened]);
          tell(pool, group.name, listener.name, open.get(group.name), opened);
        }
        const adoptions = (open.get(group.name) ?? []).flatMap((listener) => listener.adoptions ?? []);
        if (adoptions.length === 0) continue;
        partners.delete(group.name);
        const most = Math.min(...adoptions);
        adopters.push(createAdoption({ pool, group: group.name, partners: [...partners], adoptions: most }));
      }
      const serving = (fact) => adopters.forEach((adopt) => adopt(fact));
      for (const name of open.keys()) removers.push(createTrials(pool, name, serving));
      for (const line of passed.refuseRest()) pool.report("sockets", "activation", new Error(line));
    } catch (error) {
      passed.refuseRest();
      close();
      throw error;
    }
    return close;
  }
}));
async function openOne(pool, request, passed, strategies, prefer) {
  const { group, listener, partners } = request;
  const preferred2 = prefer();
  const at = `groups.${group.name}.listen`;
  const socket = passed.take(group.name, listener);
  if (socket) {
    if (preferred2.key) throw new PoolError("E_CONFIG", `${at}${preferred2.key}: 'fast': ${PASSED}`);
    return {
      ...shareOne(socket, listener),
      strategy: shared,
      reason: "the socket was passed to the supervisor"
    };
  }
  const { strategy, reason } = choose(pool, request, strategies, preferred2);
  const other = partners.find((each) => each.group !== group);
  if (other && !strategy.joins) {
    const both = `groups ${group.name} and ${other.group.name} both listen there`;
    throw new PoolError("E_CONFIG", `${at}: ${both}, which the strategy '${strategy.name}' cannot share`);
  }
  try {
    return { ...await strategy.open(request), strategy, reason };
  } catch (error) {
    if (!(error instanceof PoolError)) throw error;
    throw new PoolError(error.code, `${at}: ${error.message}`, { cause: error });
  }
}
function joined(before, { listener, partners }) {
  return {
    ...before,
    reason: `${before.reason}; the socket of group ${partners[0].group.name}`,
    inherited: (slot) => before.inherited(slot).map((socket) => ({ ...socket, name: listener.name })),
    close() {
    }
  };
}
function tell(pool, group, name, all, { opened, ...how }) {
  const { strategy, reason } = how;
  const unique = (texts) => [...new Set(texts)].join(", ");
  const names = unique(all.map((listener) => listener.strategy.name));
  pool.strategies.set(group, { name: names, reason: unique(all.map((listener) => listener.reason)) });
  pool.tell("listener:opened", { group, name, strategy: strategy.name, reason, at: urlOf(opened) });
}
function preferred(all) {
  const both = [shared.name, reusePort.name];
  return all.some(({ group }) => group.type === "reactor") ? [ring.name, ...both] : both;
}
async function abilitiesOf(pool) {
  const found = /* @__PURE__ */ new Map();
  for (const { runtime: name, listen } of pool.config.groups) {
    const runtime = pool.runtimes.get(name);
    if (listen.length === 0 || found.has(name) || !runtime.socketAbilities) continue;
    found.set(name, await runtime.socketAbilities());
  }
  return found;
}

function followBoard(pool, plugin) {
  const places = /* @__PURE__ */ new Map();
  let reader;
  pool.decisions.spawnOptions.tap({ name: `${plugin}:board`, stage: 900 }, (spawn, { slot, epoch }) => {
    const place = spawn.welcome?.scoreboard;
    if (place) places.set(`${slot}:${epoch}`, place);
    return spawn;
  });
  const forget = pool.hooks.hook(
    "worker:exited",
    ({ slot, epoch }) => void places.delete(`${slot}:${epoch}`)
  );
  return {
    of(slot, epoch) {
      const place = places.get(`${slot}:${epoch}`);
      if (!place) return void 0;
      reader ??= openReader(place.path);
      const state = reader?.read(place.offset);
      return state?.epoch === epoch ? state : void 0;
    },
    close() {
      forget();
      reader?.close();
    }
  };
}

const MAX_BYTES = 64 * 1024;
async function openStacks() {
  const directory = await mkdtemp(join(tmpdir(), "poolable-h"));
  const pathOf = (slot, epoch) => join(directory, `${slot}-${epoch}`);
  return {
    pathOf,
    read(slot, epoch) {
      try {
        const bytes = readFileSync(pathOf(slot, epoch));
        if (bytes.length > MAX_BYTES) return void 0;
        const { stack } = JSON.parse(bytes.toString());
        return stack === null || typeof stack === "string" ? { stack } : void 0;
      } catch {
        return void 0;
      }
    },
    forget(slot, epoch) {
      for (const end of ["", ".new"]) rmSync(`${pathOf(slot, epoch)}${end}`, { force: true });
    },
    close: () => rm(directory, { recursive: true, force: true })
  };
}
function ownCall(stack) {
  const calls = stack.split("\n").map((line) => line.trim().replace(/^at /, "")).filter(Boolean);
  return calls.find((call) => !/\((?:node:|:)/.test(call)) ?? calls[0];
}

const MOST = 0.5;
const MUCH_SWAPPED = 64 * 2 ** 20;
const VERY_LATE_MS = 200;
function describe(findings) {
  const { after, said, wallNow, stack } = findings;
  const parts = [
    after ? doing(findings, after) : void 0,
    after && after.swapped >= MUCH_SWAPPED ? `${mib$1(after.swapped)} of it swapped out` : void 0,
    stack && inside(stack),
    said && said.hoggingSince > 0 ? `in one job for ${formatDuration(wallNow - said.hoggingSince)}` : void 0,
    said && said.jobsRunning > 0 ? `${said.jobsRunning} jobs in hand` : void 0,
    said && said.delayMs >= VERY_LATE_MS ? `its event loop was ${formatDuration(said.delayMs)} late at its last word` : void 0
  ].filter((part) => part !== void 0);
  return parts.length > 0 ? parts.join(", ") : "nothing could be found out";
}
function doing({ before, betweenMs }, now) {
  if (now.state === "stopped") return "stopped by a signal (SIGSTOP)";
  if (now.state === "traced") return "held by a debugger";
  if (now.state === "ended") return "has ended";
  const where = now.waitsIn ? ` in ${now.waitsIn}` : "";
  if (now.state === "waiting") return `waits${where} for a device or a file`;
  if (!before || betweenMs <= 0) return now.state === "running" ? "busy" : `asleep${where}`;
  const busy = Math.min(1, Math.max(0, (now.cpuMs - before.cpuMs) / betweenMs));
  const queued = Math.min(1, Math.max(0, ((now.queuedMs ?? 0) - (before.queuedMs ?? 0)) / betweenMs));
  if (queued >= MOST && queued > busy)
    return `starved: it stood in line for a CPU ${percent(queued)} of the time and had one ${percent(busy)}`;
  if (busy >= MOST || now.state === "running") return `busy, ${percent(busy)} of a CPU`;
  return `asleep${where}, ${percent(busy)} of a CPU`;
}
function inside({ stack }) {
  const call = stack === null ? void 0 : ownCall(stack);
  return call ? `in ${call}` : "in a synchronous call outside of JavaScript";
}
function percent(part) {
  return `${Math.round(part * 100)} %`;
}
function mib$1(bytes) {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

const BETWEEN_MS = 1e3;
const IN_TIME = 0.85;
const health = definePlugin((options = {}) => {
  checkObject("health", options, {
    stack: { accepts: "true or false", is: (value) => typeof value === "boolean" }
  });
  return {
    name: "health",
    async setup(pool) {
      const board = followBoard(pool, "health");
      const stacks = options.stack === true ? await openStacks() : void 0;
      const runtimeOf = (group) => pool.runtimes.get(pool.config.groups.find(({ name }) => name === group).runtime);
      let isClosed = false;
      async function find({ slot, group, epoch, pid, leftMs }) {
        const runtime = runtimeOf(group);
        const before = runtime?.figures?.(pid);
        const beganAt = performance.now();
        await setTimeout(Math.min(BETWEEN_MS, leftMs / 2));
        const betweenMs = performance.now() - beganAt;
        const after = runtime?.figures?.(pid);
        const stack = await stackOf(slot, epoch, beganAt + leftMs * IN_TIME, runtime?.tellsStacks === true);
        if (isClosed) return;
        const findings = {
          before,
          after,
          betweenMs,
          said: board.of(slot, epoch),
          wallNow: Date.now(),
          stack
        };
        const text = stack?.stack ?? void 0;
        pool.witness(slot, epoch, {
          summary: describe(findings),
          ...text === void 0 ? {} : { stack: text }
        });
      }
      async function stackOf(slot, epoch, until, isTold) {
        if (!stacks || !isTold) return void 0;
        for (; ; ) {
          const left = until - performance.now();
          const stack = stacks.read(slot, epoch);
          if (stack || left <= 0 || isClosed) return stack;
          await setTimeout(Math.min(50, left));
        }
      }
      if (stacks) {
        pool.decisions.spawnOptions.tap("health", (spawn, { slot, group, epoch }) => {
          if (runtimeOf(group)?.tellsStacks !== true) return spawn;
          return { ...spawn, welcome: { ...spawn.welcome, health: { path: stacks.pathOf(slot, epoch) } } };
        });
      }
      const removers = [
        pool.hooks.hook("worker:silent", find),
        pool.hooks.hook("worker:exited", ({ slot, epoch }) => stacks?.forget(slot, epoch))
      ];
      return async () => {
        isClosed = true;
        for (const remove of removers) remove();
        board.close();
        await stacks?.close();
      };
    }
  };
});

const FROM_OUTSIDE = /* @__PURE__ */ new Set(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"]);
function isInnocent(report, verdict) {
  switch (verdict.class) {
    case "requested":
    case "ordered":
    case "selfRestart":
    case "permanent":
      return true;
    case "killed":
      return report.signal !== null && FROM_OUTSIDE.has(report.signal);
    default:
      return false;
  }
}

const jobs = definePlugin(
  (options = {}) => ({
    name: "jobs",
    async setup(pool) {
      const { groups } = pool.config;
      const called = new Set(groups.flatMap(({ calls }) => calls));
      const callable = groups.filter(({ name, type }) => type === "job" || called.has(name));
      if (callable.length === 0) return void 0;
      const directory = options.directory ?? await mkdtemp(join(tmpdir(), "poolable-j"));
      const registry = new Registry(
        directory,
        callable.map(({ name, jobs: terms }) => [name, terms])
      );
      registries.set(pool, registry);
      const requests = createRequests(pool, registry);
      let isStopping = false;
      const isServing = () => isStopping && pool.config.strategy === "one-for-one";
      pool.decisions.spawnOptions.tap("jobs", (spawn, { group, slot, epoch }) => {
        const { calls, jobs: terms } = groups.find(({ name }) => name === group);
        const serve = registry.has(group) ? { ...registry.assign(group, slot, epoch, spawn.welcome?.scoreboard), terms } : void 0;
        if (!serve && calls.length === 0) return spawn;
        return { ...spawn, welcome: { ...spawn.welcome, jobs: { serve, calls } } };
      });
      const forget = pool.hooks.addHooks({
        "worker:frame": (fact) => requests.take(fact),
        "slot:state": ({
          group,
          slot,
          epoch,
          to
        }) => {
          if (to !== "draining" || !isServing()) registry.ready(group, slot, epoch, to === "ready");
          if (to === "failed" || to === "permanent")
            registry.setState(group, isDead(pool, group) ? "dead" : "open");
          if (to === "starting") registry.setState(group, "open");
        }
      });
      const removers = [
        forget,
        pool.hooks.hook("exit:classified", ({ group, slot, epoch, report, verdict }) => {
          requests.forget(slot, epoch);
          const path = registry.ended(group, slot, epoch, isInnocent(report, verdict));
          if (path !== void 0) void unlink(path).catch(() => {
          });
        }),
        pool.hooks.hook("pool:stopping", () => {
          isStopping = true;
          registry.stopping();
          if (!isServing()) return;
          for (const { slot, epoch } of registry.workers())
            pool.answer(slot, epoch, { type: "peers", untilCallersLeave: true });
        })
      ];
      const closePrograms = await servePrograms(join(directory, PROGRAMS_SOCKET), pool, registry);
      return async () => {
        for (const remove of removers) remove();
        registries.delete(pool);
        registry.close();
        await closePrograms();
        if (options.directory === void 0) await rm(directory, { recursive: true, force: true });
      };
    }
  })
);
function isDead(pool, group) {
  const found = pool.status().groups.find(({ name }) => name === group);
  return found?.slots.every(({ state }) => state === "failed" || state === "permanent") ?? false;
}

const DENO = /NotCapable: Requires (\w+) access(?: to ("[^"\n]*"))?, run again with/;
const NODE = "Access to this API has been restricted";
const NODE_PROPERTIES = /permission: '(\w+)',\s+resource: ('[^'\n]*')/g;
const NODE_KINDS = {
  FileSystemRead: { kind: "read" },
  FileSystemWrite: { kind: "write" },
  ChildProcess: { kind: "run", whole: true }
};
function lackingPermission({ group, error, stderrTail }, said) {
  const texts = [said, error && `${error.name}: ${error.message}`];
  const text = texts.find((each) => each?.includes(NODE) || DENO.test(each ?? ""));
  if (text === void 0) return void 0;
  const [, kind, resource] = DENO.exec(text) ?? [];
  if (kind !== void 0) return advice(group, kind, resource);
  const [, name = "", path = ""] = [...stripVTControlCharacters(stderrTail).matchAll(NODE_PROPERTIES)].at(-1) ?? [];
  const node = Object.hasOwn(NODE_KINDS, name) ? NODE_KINDS[name] : void 0;
  return node && advice(group, node.kind, node.whole || path === "''" ? void 0 : `"${path.slice(1, -1)}"`);
}
function advice(group, kind, resource) {
  const add = resource === void 0 ? "set it to true" : `add ${resource.slice(0, 200)}`;
  return `groups.${group}.permissions.${kind} does not allow it: ${add}`;
}

const OUT_OF_MEMORY = [
  "JavaScript heap out of memory",
  "Fatal JavaScript out of memory",
  "MemoryExhaustion: Crash intentionally because memory is exhausted",
  "FATAL ERROR: Zone Allocation failed - process out of memory"
];
const STACK_OVERFLOW = "RangeError: Maximum call stack size exceeded";
const MEMORY_SIGNALS = ["SIGABRT", "SIGTRAP", "SIGILL"];
const SIGNAL_CODES = {
  129: "SIGHUP",
  130: "SIGINT",
  131: "SIGQUIT",
  132: "SIGILL",
  133: "SIGTRAP",
  134: "SIGABRT",
  136: "SIGFPE",
  137: "SIGKILL",
  139: "SIGSEGV",
  141: "SIGPIPE",
  143: "SIGTERM"
};
function signalOf(code, signal) {
  return signal ?? (code === null ? void 0 : SIGNAL_CODES[code]);
}
const NO_MEMORY = "RangeError: Out of memory";
function outOfMemory(code, signal, stderrTail) {
  if (signal && MEMORY_SIGNALS.includes(signal))
    return OUT_OF_MEMORY.find((line) => stderrTail.includes(line));
  return code === 1 && stderrTail.includes(NO_MEMORY) ? NO_MEMORY : void 0;
}
function isStackOverflow(text) {
  return text.includes(STACK_OVERFLOW);
}
function errorLine(stderrTail) {
  const lines = stripVTControlCharacters(stderrTail).split("\n").filter((line) => /^(?:error|(?:Uncaught )?\w*(?:Error|Rejection)\b[^:]{0,60}):/.test(line));
  return lines.at(-1)?.trim().slice(0, 200);
}

const causes = {
  helloTimeout: "no hello in time",
  readyTimeout: "not ready in time",
  heartbeatLost: "no heartbeat in time",
  channelLost: "its connection was gone and the process lived on",
  violation: "it broke the protocol",
  overstayed: "still there 2 s after its goodbye"
};
const exitClasses = [
  {
    class: "flowViolation",
    indicators: "out of order, unknown epoch, malformed or oversized frame, a word after goodbye, contradicted goodbye",
    counts: 1,
    match: (report) => report.violation ? report.violation.detail : contradiction(report)
  },
  {
    class: "fatal",
    indicators: "goodbye fatal",
    counts: 0,
    match: (report) => said(report, "fatal")
  },
  {
    class: "stall",
    indicators: "heartbeat lost",
    counts: 1,
    match({ cause, evidence }) {
      if (cause !== "heartbeatLost") return void 0;
      return evidence ? `${causes.heartbeatLost}: ${firstLine(evidence.summary)}` : causes.heartbeatLost;
    }
  },
  {
    class: "requested",
    indicators: "the supervisor asked",
    counts: 0,
    match: (report) => report.intent ? `${report.intent} asked, ${manner(report)}` : void 0
  },
  {
    class: "permanent",
    indicators: "goodbye permanent",
    counts: 0,
    match: (report) => said(report, "permanent")
  },
  {
    class: "selfRestart",
    indicators: "goodbye restart (a quota, say)",
    counts: 0,
    match: (report) => said(report, "restart")
  },
  {
    class: "startFailure",
    indicators: "no pid, or ended before ready",
    counts: 1,
    match: (report) => report.ready || report.goodbye === "done" ? void 0 : startFailure(report)
  },
  {
    class: "ordered",
    indicators: "goodbye done or drained, acked, code 0 (or killed by us after the goodbye)",
    counts: 0,
    match: (report) => said(report, "done") ?? said(report, "drained")
  },
  {
    class: "oom",
    indicators: "the runtime's signature, or a kill of the cgroup's memory controller",
    counts: 2,
    match(report) {
      const signal = signalOf(report.code, report.signal);
      const line = outOfMemory(report.code, signal, report.stderrTail);
      if (line) return `${signal ?? `code ${report.code}`}, "${line}"`;
      const bySystem = signal === "SIGKILL" && !report.sentSignals.includes("SIGKILL");
      return bySystem && (report.oomKills ?? 0) > 0 ? "SIGKILL, the cgroup's oom_kill went up" : void 0;
    }
  },
  {
    class: "stackOverflow",
    indicators: "RangeError signature, SIGSEGV, SIGBUS",
    counts: 1,
    match(report) {
      const signal = signalOf(report.code, report.signal);
      if (signal === "SIGSEGV" || signal === "SIGBUS") return signal;
      const isRangeError = report.code !== 0 && report.code !== null && isStackOverflow(report.stderrTail);
      return isRangeError ? `code ${report.code}, RangeError: Maximum call stack size exceeded` : void 0;
    }
  },
  {
    class: "killed",
    indicators: "a signal that we did not send",
    counts: 1,
    match(report) {
      const signal = signalOf(report.code, report.signal);
      if (!signal || report.sentSignals.includes(signal)) return void 0;
      return `${signal}, not sent by the supervisor`;
    }
  },
  {
    class: "channelLost",
    indicators: "connection gone, process alive",
    counts: 1,
    match: ({ cause }) => cause === "channelLost" ? causes.channelLost : void 0
  },
  {
    class: "uncaught",
    indicators: "code \u2260 0 after ready",
    counts: 1,
    match(report) {
      const { code, error, stderrTail } = report;
      if (code === 0 || code === null) return void 0;
      const what = error ? `${error.name}: ${firstLine(error.message)}` : errorLine(stderrTail);
      return withAdvice(what ? `code ${code}, ${what}` : `code ${code}`, report);
    }
  },
  {
    class: "abrupt",
    indicators: "code 0 without a goodbye",
    counts: 1,
    match: ({ code, signal }) => `${code === null ? `signal ${signal}` : `code ${code}`} without a goodbye`
  }
];
function contradiction({ goodbye, acked, code, cause }) {
  if (!goodbye || !acked || code === null || cause === "overstayed") return void 0;
  const expected = GOODBYE_EXIT_CODES[goodbye];
  return code === expected ? void 0 : `goodbye ${goodbye}, then code ${code} instead of ${expected}`;
}
function said(report, kind) {
  if (report.goodbye !== kind) return void 0;
  const reason = report.goodbyeReason ? `: ${firstLine(report.goodbyeReason)}` : "";
  return `goodbye ${kind}${reason}${report.cause ? ` (killed: ${causes[report.cause]})` : ""}`;
}
function manner({ sentSignals, code, signal, goodbye }) {
  if (sentSignals.includes("SIGKILL")) return "forced by SIGKILL";
  if (code === 0 || goodbye) return "clean";
  return signal && sentSignals.includes(signal) ? `clean by ${signal}` : `dirty: ${signal ?? `code ${code}`}`;
}
function startFailure(report) {
  if (report.spawnError !== void 0) return `never started: ${firstLine(report.spawnError)}`;
  if (report.goodbyeReason) return withAdvice(firstLine(report.goodbyeReason), report);
  const how = report.signal ? `signal ${report.signal}` : `code ${report.code}`;
  const why = report.cause ? causes[report.cause] : void 0;
  const parts = [`${how} before ${report.hello ? "ready" : "hello"}`, why, startError(report)];
  return withAdvice(parts.filter(Boolean).join(", "), report);
}
function startError({ error, stderrTail }) {
  const message = error && firstLine(error.message);
  if (error && message && stderrTail.includes(message)) return `${error.name}: ${message}`;
  return errorLine(stderrTail) ?? message;
}
function withAdvice(reason, report) {
  const lacking = lackingPermission(report, reason);
  return lacking === void 0 ? reason : `${reason}; ${lacking}`;
}
function firstLine(text) {
  return text.split("\n", 1)[0].slice(0, 200);
}

const SETTLED = /* @__PURE__ */ new Set(["fatal", "permanent", "selfRestart"]);
const isFailure = ({ verdict }) => verdict.class !== "ordered";
function always() {
  return function always2(question) {
    if (SETTLED.has(question.verdict.class)) return void 0;
    return { action: "restart", reason: "always restarted" };
  };
}
function never() {
  return function never2(question) {
    if (SETTLED.has(question.verdict.class)) return void 0;
    return { action: isFailure(question) ? "fail" : "idle", reason: "never restarted" };
  };
}
function onFailure() {
  return function onFailure2(question) {
    if (SETTLED.has(question.verdict.class)) return void 0;
    if (!isFailure(question)) return { action: "idle", reason: "ended in order" };
    return { action: "restart", reason: "restarted on failure" };
  };
}
function limited(options = {}) {
  const max = whole("limited({ max })", options.max ?? 3);
  const interval = time("limited({ interval })", options.interval ?? "1s");
  const step = time("limited({ step })", options.step ?? "10s");
  const threshold = time("limited({ threshold })", options.threshold ?? "120s");
  const healthy = time("limited({ healthy })", options.healthy ?? "60s");
  const restarts = /* @__PURE__ */ new Map();
  return function limited2(question) {
    if (SETTLED.has(question.verdict.class)) return void 0;
    const { slot, uptimeMs, ready } = question.report;
    const done = ready && uptimeMs >= healthy ? 0 : restarts.get(slot) ?? 0;
    if (done >= max) {
      restarts.delete(slot);
      return { action: "fail", reason: `restarted ${max} times, which is the limit` };
    }
    restarts.set(slot, done + 1);
    const delayMs = Math.min(threshold, interval + done * step);
    return { action: "restart", delayMs, ownBudget: true, reason: `restart ${done + 1} of ${max}` };
  };
}
function windowLimited(options = {}) {
  const max = whole("windowLimited({ max })", options.max ?? 3);
  const window = time("windowLimited({ window })", options.window ?? "60s");
  const interval = time("windowLimited({ interval })", options.interval ?? 0);
  const failures = /* @__PURE__ */ new Map();
  return function windowLimited2(question) {
    if (SETTLED.has(question.verdict.class)) return void 0;
    const pace = interval > 0 ? { delayMs: interval } : {};
    if (!isFailure(question)) return { action: "restart", ...pace, reason: "ended in order, not counted" };
    const { slot } = question.report;
    const recent = (failures.get(slot) ?? []).filter((at) => question.now - at < window);
    recent.push(question.now);
    failures.set(slot, recent);
    const within = `${recent.length} of ${max} failures in ${formatDuration(window)}`;
    if (recent.length > max) {
      failures.delete(slot);
      return {
        action: "fail",
        reason: `${recent.length} failures in ${formatDuration(window)}, ${max} allowed`
      };
    }
    return { action: "restart", ...pace, ownBudget: true, reason: within };
  };
}
function whole(key, value) {
  if (Number.isInteger(value) && value >= 0) return value;
  throw new PoolError(
    "E_CONFIG",
    `${key}: ${JSON.stringify(value)} is not accepted; expected a whole number from 0`
  );
}
function time(key, value) {
  const ms = parseDuration(value);
  if (ms !== void 0) return ms;
  const accepted = "expected milliseconds or text such as '30s'";
  throw new PoolError("E_CONFIG", `${key}: ${JSON.stringify(value)} is not accepted; ${accepted}`);
}

const EXIT_USAGE = 2;
const restartAlways = always();
const answers = {
  fatal: ({ verdict }) => ({ action: "shutdown", exitCode: 1, reason: verdict.reason }),
  permanent: () => ({ action: "permanent", reason: "as it said" }),
  selfRestart: () => ({ action: "restart", reason: "asked for its own restart" })
};
function defaultRestart(question) {
  return answers[question.verdict.class]?.(question) ?? restartAlways(question);
}
function bootFailure({ report, verdict, group }) {
  if (verdict.class !== "startFailure") return void 0;
  if (group.everReady || group.bootFailures < group.wanted) return void 0;
  const threw = report.goodbye === "startFailed" && report.cause === void 0;
  const exitCode = threw ? EXIT_USAGE : 1;
  return { action: "shutdown", exitCode, reason: `group ${group.name} cannot start: ${verdict.reason}` };
}

const VIOLATION_LIMIT = 3;
const VIOLATION_WINDOW_MS = 6e4;
function createEscalation(policy) {
  let violations = [];
  return ({ report, verdict, now, group }) => {
    if (verdict.class !== "flowViolation") return void 0;
    const critical = (why) => ({
      action: "shutdown",
      exitCode: 1,
      reason: `${why} (${report.slot}: ${verdict.reason})`
    });
    if (report.violation?.kind === "protocolMismatch" && !group.everReady)
      return critical("protocol mismatch at boot");
    if (policy === "shutdown") return critical("flow violation");
    if (policy === "restart") return { action: "restart", reason: "flow violation, restarted" };
    violations = [...violations.filter((at) => now - at < VIOLATION_WINDOW_MS), now];
    const window = formatDuration(VIOLATION_WINDOW_MS);
    if (violations.length >= VIOLATION_LIMIT)
      return critical(`${violations.length} flow violations in ${window}`);
    return {
      action: "restart",
      reason: `flow violation ${violations.length} of ${VIOLATION_LIMIT} in ${window}`
    };
  };
}

function groupsBounced(config, group) {
  const names = config.groups.map(({ name }) => name);
  switch (config.strategy) {
    case "one-for-one":
      return [];
    case "one-for-all":
      return names;
    case "rest-for-one":
      return names.slice(names.indexOf(group) + 1);
  }
}

const CRITICAL_STAGE = 400;
const restart = definePlugin(() => ({
  name: "restart",
  setup(pool) {
    const { classifyExit, restart: restart2, bounce } = pool.decisions;
    const escalate = createEscalation(pool.config.onViolation);
    classifyExit.tap(DEFAULT_TAP, classify);
    restart2.tap({ name: "poolable:critical", stage: CRITICAL_STAGE }, escalate);
    restart2.tap({ name: "poolable:boot", stage: CRITICAL_STAGE }, bootFailure);
    restart2.tap(DEFAULT_TAP, defaultRestart);
    bounce.tap(DEFAULT_TAP, (_, { group }) => groupsBounced(pool.config, group.name));
  }
}));
function classify(report) {
  for (const row of exitClasses) {
    const reason = row.match(report);
    if (reason !== void 0) return { class: row.class, reason, counts: row.counts };
  }
  return { class: "abrupt", reason: "no row fits", counts: 1 };
}

function checkBudget({ workers = Infinity, memory }) {
  if (workers !== Infinity && !(Number.isInteger(workers) && workers >= 1))
    throw refuse("workers", workers, "a whole number from 1");
  if (memory === void 0) return { workers, memory: void 0 };
  if (typeof memory === "number") {
    if (memory > 0) return { workers, memory: { bytes: memory } };
    throw refuse("memory", memory, "bytes, or text such as '80%'");
  }
  const [, percent = ""] = /^(\d{1,3})%$/.exec(memory) ?? [];
  const part = Number(percent) / 100;
  if (percent === "" || part <= 0 || part > 1) throw refuse("memory", memory, "bytes, or text such as '80%'");
  return { workers, memory: { part } };
}
function overBudget(budget, now, more, each, memory) {
  if (now + more > budget.workers) return `the pool's budget is ${budget.workers} workers, and it has ${now}`;
  if (!budget.memory) return void 0;
  const { used, limit } = memory();
  const allowed = "bytes" in budget.memory ? budget.memory.bytes : budget.memory.part * limit;
  if (used + more * each <= allowed) return void 0;
  return `the pool's budget is ${mib(allowed)} of memory, ${mib(used)} are used, and a worker takes about ${mib(each)}`;
}
function readMemory() {
  const machine = { used: totalmem() - freemem(), limit: totalmem() };
  if (process.platform !== "linux") return machine;
  try {
    const own = readFileSync("/proc/self/cgroup", "utf8").split("\n").find((line) => line.startsWith("0::"));
    const folder = `/sys/fs/cgroup${own.slice("0::".length)}`;
    const limit = Number(readFileSync(`${folder}/memory.max`, "utf8"));
    const used = Number(readFileSync(`${folder}/memory.current`, "utf8"));
    return Number.isFinite(limit) && Number.isFinite(used) ? { used, limit } : machine;
  } catch {
    return machine;
  }
}
function mib(bytes) {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
function refuse(key, value, accepts) {
  return new PoolError(
    "E_CONFIG",
    `scaling({}, { budget }).${key}: ${JSON.stringify(value)} is not accepted; expected ${accepts}`
  );
}

function idlestFirst(slots, stateOf) {
  const ranks = new Map(slots.map((slot) => [slot, rankOf(stateOf(slot))]));
  return slots.toSorted((one, other) => {
    const [a, b] = [ranks.get(one), ranks.get(other)];
    return a.work - b.work || a.utilisation - b.utilisation;
  });
}
function rankOf(state) {
  if (state === "absent") return { work: -1, utilisation: 0 };
  if (!state) return { work: Infinity, utilisation: 1 };
  const { jobsRunning, jobsWaiting, connectionsRunning, utilisation } = state;
  return { work: jobsRunning + jobsWaiting + connectionsRunning, utilisation: Math.round(utilisation * 10) };
}

const USUAL_BYTES = 64 * 2 ** 20;
function answerScaling(pool, board, budget, memory) {
  pool.decisions.refuseScale.tap("scaling", ({ from, to }) => {
    if (to <= from) return void 0;
    const { groups } = pool.status();
    const now = groups.reduce((sum, { desired }) => sum + desired, 0);
    const sizes = groups.flatMap(
      ({ slots }) => slots.flatMap(({ id, epoch }) => board.of(id, epoch)?.rss ?? [])
    );
    const each = sizes.length === 0 ? USUAL_BYTES : sizes.reduce((sum, rss) => sum + rss, 0) / sizes.length;
    return overBudget(budget, now, to - from, each, memory);
  });
  pool.decisions.scaleDown.tap("scaling", (slots, { group }) => {
    const found = pool.status().groups.find(({ name }) => name === group);
    const known = new Map(found.slots.map((slot) => [slot.id, slot]));
    return idlestFirst(slots, (id) => {
      const slot = known.get(id);
      return slot?.state === "ready" ? board.of(id, slot.epoch) : "absent";
    });
  });
}

function createController(strategies, pace) {
  const looks = strategies.map(({ name, create }) => ({ name, look: create() }));
  let steppedAt = -Infinity;
  let fewerSince;
  let wall;
  function most(view) {
    let best = view.desired === 0 && view.requests > 0 && view.max > 0 ? { to: 1, by: "demand" } : void 0;
    for (const { name, look } of looks) {
      const wanted = look(view);
      if (wanted === void 0 || !Number.isFinite(wanted)) continue;
      const to = Math.min(view.max, Math.max(view.min, Math.round(wanted)));
      if (!best || to > best.to) best = { to, by: name };
    }
    return best ?? { to: view.desired, by: "nobody" };
  }
  return {
    look(view) {
      const { now, desired, starting } = view;
      const { to, by } = most(view);
      if (to >= desired) fewerSince = void 0;
      if (to === desired || wall && now < wall.until && to >= wall.to && to > desired) return void 0;
      if (to > desired) {
        const isEarly = now - steppedAt < pace.up || starting > 0;
        if (isEarly && desired > 0) return void 0;
        steppedAt = now;
        return { to: Math.min(to, Math.max(desired + 1, 2 * desired)), by };
      }
      fewerSince ??= now;
      if (now - fewerSince < pace.down || starting > 0) return void 0;
      fewerSince = now;
      steppedAt = now;
      return { to: desired - 1, by };
    },
    refused(now, to) {
      wall = { to, until: now + pace.refused };
    }
  };
}

function isIdle({ jobsRunning, jobsWaiting, connectionsRunning }) {
  return jobsRunning + jobsWaiting + connectionsRunning === 0;
}

function byRequest() {
  return {
    name: "byRequest",
    create: () => (view) => {
      const hasIdle = view.workers.some(isIdle);
      if (view.requests > 0) return hasIdle && view.waiting > 0 ? view.desired : view.desired + 1;
      return hasIdle && view.starting === 0 ? view.desired - 1 : view.desired;
    }
  };
}

const REFUSED_MS = 1e4;
function strategiesOf(pool, groups) {
  const known = pool.config.groups;
  for (const [name, given] of Object.entries(groups)) {
    const group = known.find((each) => each.name === name);
    if (!group) {
      const names = known.map((each) => each.name).join(", ");
      throw new PoolError(
        "E_CONFIG",
        `scaling: there is no group ${JSON.stringify(name)}; there are ${names}`
      );
    }
    if (given && group.min === group.max) {
      const wayOut = `set groups.${name}.workers to { min, max }`;
      throw new PoolError("E_CONFIG", `scaling: group ${name} is fixed at ${group.max} workers; ${wayOut}`);
    }
    for (const strategy of given ? [given].flat() : []) {
      if (typeof strategy.create === "function") continue;
      throw new PoolError("E_CONFIG", `scaling: group ${name}: expected strategies such as byRequest()`);
    }
  }
  const chosen = /* @__PURE__ */ new Map();
  for (const { name, type, min, max } of known) {
    const given = groups[name] ?? (type === "job" && min < max ? byRequest() : false);
    if (given) chosen.set(name, [given].flat());
  }
  return chosen;
}
function paceOf({ up = "1s", down = "30s" }) {
  const ms = (key, value) => {
    const parsed = parseDuration(value);
    if (parsed !== void 0) return parsed;
    throw new PoolError(
      "E_CONFIG",
      `scaling({}, { ${key} }): ${JSON.stringify(value)} is not accepted; expected milliseconds or text such as '1s'`
    );
  };
  return { up: ms("up", up), down: ms("down", down), refused: REFUSED_MS };
}
function checkStart({ config }, { workers }) {
  const least = config.groups.reduce((sum, { min }) => sum + min, 0);
  if (least > workers)
    throw new PoolError(
      "E_CONFIG",
      `scaling({}, { budget }).workers: ${workers} is not accepted; expected at least ${least}, with which the pool starts`
    );
}

function viewOf({ name, min, max, desired, slots }, requests, board, now) {
  const ready = slots.filter(({ state }) => state === "ready");
  const isComing = (state) => state === "starting" || state === "backoff" && ready.length === 0;
  const last = requests.at(-1);
  return {
    group: name,
    now,
    wallNow: Date.now(),
    min,
    max,
    desired,
    ready: ready.length,
    starting: slots.filter(({ state }) => isComing(state)).length,
    workers: ready.flatMap(({ id, epoch }) => board.of(id, epoch) ?? []),
    requests: requests.length,
    waiting: last?.waiting ?? 0,
    waitedMs: last?.waitedMs ?? 0
  };
}

const LOOK_MS = 1e3;
const RECENT_MS = 1500;
const scaling = definePlugin(
  (groups = {}, options = {}) => {
    const pace = paceOf(options);
    const budget = checkBudget(options.budget ?? {});
    return {
      name: "scaling",
      setup(pool) {
        const strategies = strategiesOf(pool, groups);
        checkStart(pool, budget);
        const board = followBoard(pool, "scaling");
        const watched = new Map(
          [...strategies].map(([group, chosen]) => [
            group,
            { group, controller: createController(chosen, pace), requests: [], isLooking: false }
          ])
        );
        function look(each) {
          const now = performance.now();
          each.requests = each.requests.filter(({ at }) => now - at < RECENT_MS);
          const { pool: whole, groups: all } = pool.status();
          const group = all.find(({ name }) => name === each.group);
          if (whole.state !== "running") return;
          const step = each.controller.look(viewOf(group, each.requests, board, now));
          if (!step) return;
          each.requests = [];
          pool.scale(each.group, step.to, `scaling ${step.by}`).catch((error) => {
            if (error instanceof PoolError) each.controller.refused(performance.now(), step.to);
            else pool.report("scaling", "scale", error);
          });
        }
        answerScaling(pool, board, budget, options.memory ?? readMemory);
        const forgetAsked = pool.hooks.hook("worker:frame", ({ frame, slot, group: own }) => {
          if (frame.type !== "event" || frame.name !== "scaling.request") return;
          const { group = own } = frame;
          const { calls } = pool.config.groups.find(({ name }) => name === own);
          if (typeof group !== "string" || group !== own && !calls.includes(group)) return;
          pool.tell("scaling:requested", { group, by: slot, waiting: 0, waitedMs: 0 });
        });
        const forget = pool.hooks.hook("scaling:requested", ({ group, waiting, waitedMs }) => {
          const each = watched.get(group);
          if (!each || each.requests.length >= 1e3) return;
          each.requests.push({ at: performance.now(), waiting, waitedMs });
          if (each.isLooking) return;
          each.isLooking = true;
          setImmediate(() => {
            each.isLooking = false;
            look(each);
          });
        });
        const timer = setInterval(() => {
          for (const each of watched.values()) look(each);
        }, LOOK_MS);
        timer.unref();
        if (watched.size === 0) clearInterval(timer);
        return () => {
          clearInterval(timer);
          forget();
          forgetAsked();
          board.close();
        };
      }
    };
  }
);

const BOARD_FILE = "scoreboard";
const SHARED_MEMORY = "/dev/shm";
const PREFIX = "poolable-b";
const TMPFS = 16914836;
function findPlace(directory) {
  const link = directory === void 0 ? void 0 : join(directory, BOARD_FILE);
  if (link !== void 0) removeOld(link);
  if (directory !== void 0 && isInMemory(directory))
    return { path: link, remove: () => rmSync(link, { force: true }) };
  const base = existsSync(SHARED_MEMORY) ? SHARED_MEMORY : directory ?? tmpdir();
  const folder = mkdtempSync(join(base, PREFIX));
  const path = join(folder, BOARD_FILE);
  if (link !== void 0) symlinkSync(path, link);
  return {
    path,
    remove() {
      if (link !== void 0) rmSync(link, { force: true });
      rmSync(folder, { recursive: true, force: true });
    }
  };
}
function removeOld(link) {
  const info = lstatSync(link, { throwIfNoEntry: false });
  if (!info) return;
  if (info.isSymbolicLink()) {
    const folder = dirname(readlinkSync(link));
    const found = lstatSync(folder, { throwIfNoEntry: false });
    const isOurs = basename(folder).startsWith(PREFIX) && found?.isDirectory() && found.uid === process.geteuid?.();
    if (isOurs) rmSync(folder, { recursive: true, force: true });
  }
  unlinkSync(link);
}
function isInMemory(folder) {
  try {
    return statfsSync(folder).type === TMPFS;
  } catch {
    return false;
  }
}

const RECORDS_PER_SLOT = 2;
const scoreboard = definePlugin(
  ({ directory } = {}) => ({
    name: "scoreboard",
    setup(pool) {
      const slots = pool.config.groups.flatMap(
        ({ name, max }) => Array.from({ length: max }, (_, index) => `${name}#${index}`)
      );
      const owners = /* @__PURE__ */ new Map();
      let place;
      let begin = 0;
      try {
        place = findPlace(directory);
        begin = createBoard(place.path, {
          pool: pool.name,
          pid: process.pid,
          startedAt: Date.now(),
          slots,
          recordsPerSlot: RECORDS_PER_SLOT
        });
      } catch (error) {
        pool.report("scoreboard", "create", new Error(`there is no scoreboard: ${messageOf(error)}`));
        place?.remove();
        return void 0;
      }
      const { path, remove } = place;
      const offsets = new Map(
        slots.map((slot, index) => {
          const first = begin + index * RECORDS_PER_SLOT * RECORD_BYTES;
          return [slot, [first, first + RECORD_BYTES]];
        })
      );
      pool.decisions.spawnOptions.tap("scoreboard", (spawn, { slot, epoch }) => {
        const offset = offsets.get(slot).find((each) => !owners.has(each));
        if (offset === void 0) return spawn;
        owners.set(offset, epoch);
        return { ...spawn, welcome: { ...spawn.welcome, scoreboard: { path, offset } } };
      });
      const forget = pool.hooks.hook("worker:exited", ({ slot, epoch }) => {
        for (const offset of offsets.get(slot)) {
          if (owners.get(offset) !== epoch) continue;
          owners.delete(offset);
          clearRecord(path, offset);
        }
      });
      return () => {
        forget();
        remove();
      };
    }
  })
);

export { BOARD_FILE as B, DEFAULT_TAP as D, UNABLE as U, always as a, byRequest as b, classify as c, definePlugin as d, exitClasses as e, followBoard as f, scoreboard as g, health as h, isIdle as i, jobs as j, sockets as k, limited as l, builtin as m, never as n, onFailure as o, createDecisions as p, partnersOf as q, restart as r, scaling as s, preference as t, preferred as u, choose as v, windowLimited as w, refuseTwins as x, urlOf as y };
