import { unlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { P as PoolError } from './poolable.DdW9wZ4H.mjs';
import { c as createFrameDecoder, e as encodeFrame } from './poolable.DA7cRZI2.mjs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { p as peerKey } from './poolable.Cyn1lGc9.mjs';

function createRequests(pool, registry) {
  const watches = /* @__PURE__ */ new Map();
  const callsOf = new Map(pool.config.groups.map(({ name, calls }) => [name, calls]));
  const keyOf = (slot, epoch) => `${slot}:${epoch}`;
  function watch({ slot, epoch, group: caller }, group) {
    const tell = (update) => pool.answer(slot, epoch, { type: "peers", group, ...update });
    const refusal = refusalOf(caller, group);
    if (refusal) return void tell({ refusal });
    const own = watches.get(keyOf(slot, epoch)) ?? /* @__PURE__ */ new Map();
    watches.set(keyOf(slot, epoch), own);
    own.get(group)?.();
    own.set(group, registry.watch(group, tell));
  }
  function refusalOf(caller, group) {
    if (!registry.has(group)) {
      const known = registry.names.join(", ") || "none";
      return {
        code: "UNKNOWN_GROUP",
        message: `no group ${quote(group)} runs jobs; there are ${known}`
      };
    }
    if (callsOf.get(caller).includes(group)) return void 0;
    const message = `group ${caller} may not call ${group}: write calls: ['${group}'] in groups.${caller} of the config`;
    return { code: "CALL_FORBIDDEN", message };
  }
  return {
    take(fact) {
      const { frame, slot, epoch, group: caller } = fact;
      const group = typeof frame.group === "string" ? frame.group : "";
      if (frame.type === "request" && frame.op === "jobs.watch") return watch(fact, group);
      if (frame.type !== "event") return;
      if (frame.name === "jobs.open") return registry.opened(caller, slot, epoch);
      if (!callsOf.get(caller).includes(group)) return;
      if (frame.name === "jobs.need") needWorker(pool, group, slot, frame);
      if (frame.name === "jobs.stuck") restartStuck(pool, group, frame.slot, frame.epoch);
    },
    forget(slot, epoch) {
      for (const stop of watches.get(keyOf(slot, epoch))?.values() ?? []) stop();
      watches.delete(keyOf(slot, epoch));
    }
  };
}
function needWorker(pool, group, by, said) {
  const positive = (value, least) => typeof value === "number" && value > least ? Math.min(value, 1e9) : least;
  const waiting = positive(said.waiting, 1);
  pool.tell("scaling:requested", { group, by, waiting, waitedMs: positive(said.waitedMs, 0) });
}
function restartStuck(pool, group, slot, epoch) {
  const config = pool.config.groups.find(({ name }) => name === group);
  if (config?.jobs.onIgnoredAbort !== "restart") return;
  const status = pool.status().groups.find(({ name }) => name === group);
  const found = status?.slots.find(
    ({ id, epoch: now, state }) => id === slot && now === epoch && state === "ready"
  );
  if (found) pool.restart(found.id).catch((error) => pool.report("jobs", "ignored abort", error));
}
function quote(text) {
  return JSON.stringify(text.slice(0, 60));
}

const PROGRAMS_SOCKET = "jobs.sock";
const MAX_PROGRAMS = 256;
const MAX_REQUEST_BYTES = 4 * 1024;
const MAX_UNREAD_BYTES = 1024 * 1024;
async function servePrograms(path, pool, registry) {
  await unlink(path).catch(() => {
  });
  const sockets = /* @__PURE__ */ new Set();
  function serve(socket) {
    if (sockets.size >= MAX_PROGRAMS) return void socket.destroy();
    sockets.add(socket);
    const watches = /* @__PURE__ */ new Map();
    const decoder = createFrameDecoder(MAX_REQUEST_BYTES);
    const write = (frame) => {
      if (!socket.writable || socket.writableLength > MAX_UNREAD_BYTES) return false;
      socket.write(encodeFrame(frame));
      return true;
    };
    const take = (frame) => {
      const group = typeof frame.group === "string" ? frame.group : "";
      if (!registry.has(group)) {
        const message = `no group ${JSON.stringify(group.slice(0, 60))} runs jobs; there are ${registry.names.join(", ")}`;
        return void write({ type: "peers", group, refusal: { code: "UNKNOWN_GROUP", message } });
      }
      if (frame.type === "watch") {
        watches.get(group)?.();
        watches.set(
          group,
          registry.watch(group, (update) => write({ type: "peers", group, ...update }))
        );
      } else if (frame.type === "need") needWorker(pool, group, "a program", frame);
      else if (frame.type === "stuck") restartStuck(pool, group, frame.slot, frame.epoch);
    };
    socket.on("data", (chunk) => {
      if (decoder.push(chunk, take)) socket.destroy();
    });
    socket.on("error", () => {
    });
    socket.on("close", () => {
      sockets.delete(socket);
      for (const stop of watches.values()) stop();
    });
  }
  const server = createServer(serve);
  await new Promise((resolve, reject) => {
    server.once("error", (error) => {
      reject(new PoolError("E_LISTEN", `cannot listen on ${path}: ${error.message}`, { cause: error }));
    });
    const before = process.umask(127);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(before);
    }
  });
  server.removeAllListeners("error").on("error", (error) => pool.report("jobs", "accept", error));
  return () => new Promise((resolve) => {
    for (const socket of sockets) socket.destroy();
    server.close(() => resolve());
  });
}

const registries = /* @__PURE__ */ new WeakMap();
const AGAIN_MS = 250;
class Registry {
  #groups;
  #directory;
  #isStopping = false;
  #timer;
  /** `directory` holds the sockets of the workers. */
  constructor(directory, groups) {
    this.#directory = directory;
    this.#groups = new Map(
      [...groups].map(([name, terms]) => [
        name,
        { terms, workers: /* @__PURE__ */ new Map(), watchers: /* @__PURE__ */ new Set(), state: "open" }
      ])
    );
  }
  /** Groups whose jobs can be called. */
  get names() {
    return [...this.#groups.keys()];
  }
  has(group) {
    return this.#groups.has(group);
  }
  /** A place and a secret for a worker that is about to start. */
  assign(group, slot, epoch, board) {
    const path = join(this.#directory, `j${randomBytes(4).toString("hex")}`);
    const peer = { slot, epoch, path, token: randomBytes(24).toString("base64url"), board };
    this.#groups.get(group).workers.set(peerKey(peer), { ...peer, isOpen: false, isReady: false });
    return peer;
  }
  opened(group, slot, epoch) {
    this.#mark(group, slot, epoch, { isOpen: true });
  }
  /** The worker has become ready, or is not any more. */
  ready(group, slot, epoch, isReady) {
    this.#mark(group, slot, epoch, { isReady });
  }
  /** The worker has ended; returns where it listened. */
  ended(group, slot, epoch, innocent) {
    const record = this.#groups.get(group);
    const known = record?.workers.get(peerKey({ slot, epoch }));
    if (!record || !known) return void 0;
    record.workers.delete(peerKey(known));
    this.#tell(record, { down: [{ slot, epoch }], verdict: { slot, epoch, innocent } });
    return known.path;
  }
  /** `dead` while no worker of the group can start by itself. */
  setState(group, state) {
    const record = this.#groups.get(group);
    if (!record || record.state === state) return;
    record.state = state;
    this.#tell(record, { state: this.#stateOf(record) });
  }
  stopping() {
    if (this.#isStopping) return;
    this.#isStopping = true;
    for (const record of this.#groups.values()) this.#tell(record, { state: "stopping" });
  }
  /** Tells a caller about a group, now and with each change, until what it returns is called. */
  watch(group, tell) {
    const record = this.#groups.get(group);
    const watcher = { tell, behind: false };
    record.watchers.add(watcher);
    this.#send(record, watcher, this.#whole(record));
    return () => void record.watchers.delete(watcher);
  }
  /** Every worker that listens for jobs. */
  *workers() {
    for (const { workers } of this.#groups.values())
      for (const known of workers.values()) if (known.isOpen) yield known;
  }
  close() {
    clearTimeout(this.#timer);
  }
  #mark(group, slot, epoch, change) {
    const record = this.#groups.get(group);
    const known = record?.workers.get(peerKey({ slot, epoch }));
    if (!record || !known) return;
    const before = known.isOpen && known.isReady;
    Object.assign(known, change);
    const after = known.isOpen && known.isReady;
    if (before === after) return;
    if (after) this.#tell(record, { up: [peerOf(known)] });
    else this.#tell(record, { down: [{ slot, epoch }] });
  }
  #whole(record) {
    const up = [...record.workers.values()].filter(({ isOpen, isReady }) => isOpen && isReady).map(peerOf);
    return { terms: record.terms, whole: true, up, state: this.#stateOf(record) };
  }
  #stateOf({ state }) {
    return this.#isStopping ? "stopping" : state;
  }
  #tell(record, update) {
    for (const watcher of record.watchers) if (!watcher.behind) this.#send(record, watcher, update);
  }
  #send(record, watcher, update) {
    watcher.behind = !watcher.tell(update);
    if (!watcher.behind || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = void 0;
      for (const each of this.#groups.values()) {
        for (const late of each.watchers) if (late.behind) this.#send(each, late, this.#whole(each));
      }
    }, AGAIN_MS);
    this.#timer.unref();
  }
}
function peerOf({ slot, epoch, path, token, board }) {
  return { slot, epoch, path, token, board };
}

export { PROGRAMS_SOCKET as P, Registry as R, restartStuck as a, createRequests as c, needWorker as n, registries as r, servePrograms as s };
