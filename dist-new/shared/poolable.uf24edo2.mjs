import { f as formatDuration } from './poolable.Cyn1lGc9.mjs';
import { m as messageOf, P as PoolError } from './poolable.DdW9wZ4H.mjs';
import { d as definePlugin, B as BOARD_FILE } from './poolable.CrzQ4Mcc.mjs';
import { join, basename } from 'node:path';
import { o as openReader } from './poolable.CBWgDNvk.mjs';
import { unlink, readFile, lstat, writeFile, link, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as setTimeout$1 } from 'node:timers/promises';
import { c as createFrameDecoder, e as encodeFrame } from './poolable.DA7cRZI2.mjs';
import { p as poolDirectory, c as createPrivate } from './poolable.g9yVlwtV.mjs';
import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const actions = {
  idle: "stays idle",
  permanent: "ended for good",
  fail: "failed",
  shutdown: "the pool shuts down"
};
function exitSentence(fact) {
  const { report, verdict, action, delayMs, reason, by } = fact;
  const who = report.pid === void 0 ? "never ran" : `pid ${report.pid} ended after ${formatDuration(report.uptimeMs)}`;
  const when = delayMs > 0 ? `restart in ${formatDuration(delayMs)}` : "restart now";
  const what = action === "restart" ? when : actions[action];
  return `${fact.slot} ${who}: ${verdict.class} (${verdict.reason}); ${what}: ${reason} [${by}]`;
}

const SEQUENCES = (
  // oxlint-disable-next-line no-control-regex
  /(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]{0,4096}(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]{0,8}[0-~]/g
);
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;
function stripControl(text) {
  return text.replace(SEQUENCES, "").replace(CONTROLS, "");
}

const COLOURS = ["cyan", "magenta", "blue", "green", "yellow"];
const LEVELS = { debug: "dim", warn: "yellow", error: "red" };
const logs = definePlugin(
  ({ write, paint = (_, text) => text }) => ({
    name: "logs",
    setup(pool) {
      const colours = new Map(
        pool.config.groups.map(({ name, index }) => [name, COLOURS[index % COLOURS.length]])
      );
      const say = (format, text) => {
        const line = stripControl(text);
        write(format ? paint(format, line) : line, false);
      };
      const about = (fact, text, format, isOwn = false) => {
        const line = stripControl(text);
        write(
          `${paint(colours.get(fact.group), fact.slot)} ${paint("dim", "|")} ${format ? paint(format, line) : line}`,
          isOwn
        );
      };
      const ofWorker = (fact, text, format) => about(fact, text, format, true);
      const observers = {
        "listener:opened": ({ group, at, strategy, reason }) => say(void 0, `${group} listens on ${at} (${strategy}: ${reason})`),
        "pool:running": ({ pool: name }) => say("green", `pool ${name} is running`),
        "pool:critical": ({ reason, exitCode }) => say("red", `critical, exit code ${exitCode}: ${reason}`),
        // With another code it is critical, which has been said.
        "pool:stopping": ({ reason, exitCode }) => exitCode === 0 ? say(void 0, `stopping: ${reason}`) : void 0,
        "pool:stopped": ({ exitCode, reason }) => say(void 0, `stopped with exit code ${exitCode}: ${reason}`),
        "reload:started": ({ generation, hard, groups, slot }) => slot === void 0 ? say(
          "cyan",
          `${hard ? "hard" : "soft"} reload of ${groups.join(", ")} to generation ${generation}`
        ) : say("cyan", `${slot}: its worker is replaced`),
        "reload:refused": ({ reason }) => say("red", `not reloaded: ${reason}`),
        "reload:progress": ({ slot, generation }) => say(void 0, `${slot} is on generation ${generation}`),
        "reload:done": ({ generation, replaced, failed, slot }) => slot === void 0 && say(
          failed > 0 ? "red" : "green",
          `reloaded to generation ${generation}: ${replaced} replaced, ${failed} failed`
        ),
        "reload:rolledback": ({ generation, reason, slot }) => say(
          "red",
          slot === void 0 ? `generation ${generation} rolled back: ${reason}` : `${slot} was not replaced: ${reason}`
        ),
        "pool:away": ({ ms }) => say("yellow", `the supervisor was away for ${formatDuration(ms)}: no silence meanwhile counts`),
        "group:scaled": ({ group, from, to, by }) => say(void 0, `${group} scaled from ${from} to ${to} by ${by}`),
        "group:refused": ({ group, to, by, reason }) => say("yellow", `${group} not scaled to ${to} by ${by}: ${reason}`),
        "worker:ready": (fact) => about(fact, `ready in ${formatDuration(fact.tookMs)}, pid ${fact.pid}`, "dim"),
        "worker:silent": (fact) => {
          const [silent, left] = [formatDuration(fact.silentMs), formatDuration(fact.leftMs)];
          about(fact, `says nothing for ${silent}, and is killed in ${left} unless it does`, "yellow");
        },
        "worker:evidence": (fact) => {
          about(fact, fact.evidence.summary, "yellow");
          for (const line of fact.evidence.stack?.split("\n") ?? []) about(fact, `    ${line.trim()}`, "dim");
        },
        "worker:recovered": (fact) => about(fact, `speaks again after ${formatDuration(fact.silentMs)}`, "yellow"),
        "worker:recycling": (fact) => about(fact, `is replaced: ${fact.reason}`),
        "worker:draining": (fact) => about(fact, `draining: ${fact.reason}`, "dim"),
        "worker:alarm": ({ slot, pid, reason }) => say("red", `${slot} pid ${pid}: ${reason}`),
        "worker:log": (fact) => ofWorker(fact, fact.message + dataOf(fact.data), LEVELS[fact.level]),
        "worker:output": (fact) => ofWorker(fact, fact.line, fact.stream === "stderr" ? "yellow" : void 0),
        "restart:decided": (fact) => say(fact.verdict.counts > 0 ? "yellow" : void 0, exitSentence(fact)),
        "plugin:error": ({ plugin, stage, error }) => say("red", `plugin ${plugin}, ${stage}: ${messageOf(error)}`),
        "plugin:slow": ({ plugin, tookMs }) => say("yellow", `plugin ${plugin} takes ${formatDuration(tookMs)} to set up`)
      };
      return pool.hooks.addHooks(observers);
    }
  })
);
function dataOf(data) {
  return data === void 0 ? "" : ` ${JSON.stringify(data)}`;
}

function readBoard(directory) {
  const reader = openReader(join(directory, BOARD_FILE));
  if (!reader) return void 0;
  const { head } = reader;
  const workers = head.slots.flatMap(
    (slot, index) => reader.offsets(index).flatMap((offset) => {
      const state = reader.read(offset);
      return state && state.pid > 0 ? [{ slot, state }] : [];
    })
  );
  reader.close();
  return { head, workers };
}

const COMMANDS = /* @__PURE__ */ new Map([
  ["status", checkStatus],
  ["restart", checkRestart],
  ["reload", checkReload],
  ["scale", checkScale],
  ["stop", checkStop]
]);
function checkCommand(name, args) {
  const check = typeof name === "string" ? COMMANDS.get(name) : void 0;
  if (!check) throw wrong(`no such command; there are ${[...COMMANDS.keys()].join(", ")}`);
  if (typeof args !== "object" || args === null || Array.isArray(args)) throw wrong("args must be an object");
  return check(args);
}
function checkStatus(args) {
  only(args);
  return { audit: void 0, run: async (pool) => pool.status() };
}
function checkRestart(args) {
  only(args, "slot");
  const slot = text(args, "slot");
  return { audit: `restart ${slot}`, run: (pool) => pool.restart(slot).then(() => ({ slot })) };
}
function checkReload(args) {
  only(args, "groups", "hard");
  const { groups, hard = false } = args;
  if (typeof hard !== "boolean") throw wrong("hard must be true or false");
  if (groups !== void 0 && !isNames(groups)) throw wrong("groups must be a list of names");
  return {
    audit: ["reload", ...groups ?? [], ...hard ? ["--hard"] : []].join(" "),
    async run(pool, tell) {
      const forget = pool.hooks.hook(
        "reload:progress",
        ({ slot, generation, replaced }) => tell(`${slot} is on generation ${generation} (${replaced} replaced)`)
      );
      try {
        return await pool.reload({ hard, groups });
      } finally {
        forget();
      }
    }
  };
}
function isNames(value) {
  return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string");
}
function checkScale(args) {
  only(args, "group", "count", "delta");
  const group = text(args, "group");
  const relative = args.delta !== void 0;
  if (relative === (args.count !== void 0)) throw wrong("scale takes either count or delta");
  const number = relative ? integer(args, "delta", -1e4) : integer(args, "count", 0);
  return {
    audit: `scale ${group} ${relative && number >= 0 ? "+" : ""}${number}`,
    async run(pool) {
      const count = relative ? desiredOf(pool, group) + number : number;
      return { group, ...await pool.scale(group, count, "control") };
    }
  };
}
function checkStop(args) {
  only(args, "now");
  const now = args.now ?? false;
  if (typeof now !== "boolean") throw wrong("now must be true or false");
  return { audit: now ? "stop --now" : "stop", run: (pool) => stop(pool, now) };
}
function stop(pool, now) {
  return new Promise((resolve) => {
    pool.hooks.hookOnce("pool:stopped", ({ exitCode, reason }) => resolve({ exitCode, reason }));
    void pool.stop({ now, reason: now ? "poolable stop --now" : "poolable stop" }).then(resolve);
  });
}
function desiredOf(pool, group) {
  const { groups } = pool.status();
  const found = groups.find(({ name }) => name === group);
  if (found) return found.desired;
  const names = groups.map(({ name }) => name).join(", ");
  throw new PoolError("E_UNKNOWN_GROUP", `no group "${group}"; there are ${names}`);
}
function only(args, ...names) {
  for (const name of Object.keys(args)) {
    if (!names.includes(name)) throw wrong(`the only arguments are: ${names.join(", ") || "none"}`);
  }
}
function text(args, name) {
  const value = args[name];
  if (typeof value === "string" && /^[^\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u.test(value)) return value;
  throw wrong(`${name} must be text of 1 to 200 printable characters`);
}
function integer(args, name, min) {
  const value = args[name];
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= 1e4) return value;
  throw wrong(`${name} must be a whole number from ${min} to 10000`);
}
function wrong(message) {
  return new PoolError("E_CONTROL", message);
}

const MAX_REQUEST_BYTES = 64 * 1024;
const MAX_PENDING = 16;
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;
const IDLE_MS = 1e4;
function serveClient(socket, id, context) {
  const decoder = createFrameDecoder(MAX_REQUEST_BYTES);
  let pending = 0;
  let closing = false;
  let idle;
  let onQuiet = () => {
  };
  function rest() {
    clearTimeout(idle);
    if (pending > 0) return;
    idle = setTimeout(() => refuse("no command came, the connection is closed"), context.idleMs ?? IDLE_MS);
    idle.unref();
    onQuiet();
  }
  function write(frame) {
    if (!socket.writable) return;
    socket.write(encodeFrame(frame));
    if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
  }
  function fail(requestId, error) {
    const code = error instanceof PoolError ? error.code : "E_CONTROL";
    write({ type: "reply", id: requestId, ok: false, error: { code, message: messageOf(error) } });
  }
  function refuse(message) {
    if (closing) return;
    closing = true;
    fail(null, new PoolError("E_CONTROL", message));
    socket.destroySoon();
  }
  async function answer(requestId, frame) {
    pending++;
    clearTimeout(idle);
    try {
      if (pending > MAX_PENDING)
        throw new PoolError("E_CONTROL", `more than ${MAX_PENDING} commands are pending`);
      const command = checkCommand(frame.command, frame.args ?? {});
      if (command.audit !== void 0) context.audit(`control client ${id}: ${command.audit}`);
      const result = await command.run(
        context.pool,
        (line) => write({ type: "progress", id: requestId, line })
      );
      write({ type: "reply", id: requestId, ok: true, result });
    } catch (error) {
      fail(requestId, error);
    } finally {
      pending--;
      rest();
    }
  }
  socket.on("error", () => {
  });
  socket.on("close", () => {
    closing = true;
    clearTimeout(idle);
    onQuiet();
  });
  socket.on("data", (chunk) => {
    if (closing) return;
    const fault = decoder.push(chunk, (frame) => {
      if (frame.type !== "command" || !isRequestId(frame.id)) {
        refuse("not a command: expected { type: 'command', id, command, args }");
        return false;
      }
      void answer(frame.id, frame);
      return !closing;
    });
    if (fault) refuse(fault.detail);
  });
  socket.on("end", () => {
    if (pending === 0) socket.end();
    else onQuiet = () => socket.end();
  });
  rest();
  return {
    finish: () => new Promise((resolve) => {
      const leave = () => void (socket.destroyed ? resolve() : socket.end(() => resolve()));
      socket.once("close", () => resolve());
      onQuiet = leave;
      if (pending === 0) leave();
    }),
    destroy: () => void socket.destroy()
  };
}
function isRequestId(id) {
  return typeof id === "string" ? id.length <= 64 : Number.isSafeInteger(id);
}

const MAX_CLIENTS = 32;
const FLUSH_MS = 1e3;
async function openControlServer(path, context) {
  await unlink(path).catch(() => {
  });
  const clients = /* @__PURE__ */ new Map();
  let count = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (clients.size >= MAX_CLIENTS) return turnAway(socket);
    clients.set(socket, serveClient(socket, ++count, context));
    socket.once("close", () => clients.delete(socket));
  });
  await new Promise((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", (error) => {
      reject(new PoolError("E_CONTROL", `cannot listen on ${path}: ${error.message}`, { cause: error }));
    });
    const before = process.umask(127);
    try {
      server.listen(path);
    } finally {
      process.umask(before);
    }
  });
  let reportedAt = -Infinity;
  server.removeAllListeners("error").on("error", (error) => {
    if (performance.now() - reportedAt < 1e4) return;
    reportedAt = performance.now();
    context.pool.report("control", "accept", error);
  });
  return {
    async close() {
      const closed = new Promise((resolve) => server.close(() => resolve()));
      const finished = Promise.all([...clients.values()].map((client) => client.finish()));
      await Promise.race([finished, setTimeout$1(FLUSH_MS, void 0, { ref: false })]);
      for (const client of clients.values()) client.destroy();
      await closed;
    }
  };
}
function turnAway(socket) {
  socket.on("error", () => {
  });
  const error = { code: "E_CONTROL", message: `more than ${MAX_CLIENTS} clients are connected, try again` };
  socket.write(encodeFrame({ type: "reply", id: null, ok: false, error }));
  socket.destroySoon();
}

async function identifySelf() {
  return { pid: process.pid, startTime: await startTimeOf(process.pid) ?? "" };
}
async function isAlive({ pid, startTime }) {
  const now = await startTimeOf(pid);
  if (now === void 0) return false;
  return now === "" || startTime === "" || now === startTime;
}
async function startTimeOf(pid) {
  if (!Number.isSafeInteger(pid) || pid <= 0) return void 0;
  if (process.platform === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields.length >= 20) return isZombie(fields[0]) ? void 0 : fields[19];
  } else if (process.platform !== "win32") {
    const started = await startTimeByPs(pid);
    if (started !== void 0) return isZombie(started) ? void 0 : started.replace(/^\S+\s+/, "");
  }
  try {
    process.kill(pid, 0);
    return "";
  } catch (error) {
    return error.code === "EPERM" ? "" : void 0;
  }
}
async function startTimeByPs(pid) {
  try {
    const env = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
    const { stdout } = await promisify(execFile)("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { env });
    return stdout.trim() || void 0;
  } catch {
    return void 0;
  }
}
function isZombie(state) {
  return state.startsWith("Z") || state.startsWith("X");
}

const PATIENCE_MS = 5e3;
async function acquireLock(directory) {
  const owner = { ...await identifySelf(), id: randomBytes(8).toString("hex") };
  const path = join(directory, "lock");
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (; ; ) {
    if (await linkFile(path, owner)) break;
    const found = await readOwner(path);
    if (!found) continue;
    if (await isAlive(found)) throw alreadyRunning(directory, found.pid);
    const rival = await bury(path, found.id, owner);
    if (!rival) continue;
    if (performance.now() > giveUpAt) {
      throw new PoolError(
        "E_RUNNING",
        `pool "${basename(directory)}" is being started by process ${rival.pid}`
      );
    }
    await setTimeout$1(5 + Math.random() * 20);
  }
  await sweep(directory);
  return {
    owner,
    async release() {
      if ((await readOwner(path))?.id === owner.id) await unlink(path).catch(() => {
      });
    }
  };
}
async function readLock(directory) {
  const owner = await readOwner(join(directory, "lock"));
  return owner && await isAlive(owner) ? owner : void 0;
}
function alreadyRunning(directory, pid) {
  const name = basename(directory);
  const wayOut = `stop it with \`poolable stop --name ${name}\`, or start under another --name`;
  return new PoolError("E_RUNNING", `pool "${name}" is already running as process ${pid}: ${wayOut}`);
}
async function bury(path, id, owner) {
  for (let level = 0; ; level++) {
    const tombstone = `${path}.${id}.dead.${level}`;
    if (await linkFile(tombstone, owner)) {
      if ((await readOwner(path))?.id === id) await unlink(path);
      await unlink(tombstone).catch(() => {
      });
      return void 0;
    }
    const holder = await readOwner(tombstone);
    if (!holder) return void 0;
    if (await isAlive(holder)) return holder;
  }
}
async function sweep(directory) {
  for (const file of await readdir(directory).catch(() => [])) {
    if (/^lock\..+\.(?:dead\.\d+|new)$/.test(file)) await unlink(join(directory, file)).catch(() => {
    });
  }
}
async function linkFile(path, owner) {
  const draft = `${path}.${owner.id}.new`;
  try {
    await writeFile(draft, JSON.stringify(owner), { flag: "wx", mode: 384 });
    await link(draft, path);
    return true;
  } catch (error) {
    const code = error.code;
    if (code === "EEXIST" || code === "ENOENT") return false;
    throw new PoolError("E_CONTROL", `cannot lock ${path}: ${error.message}`, { cause: error });
  } finally {
    await unlink(draft).catch(() => {
    });
  }
}
async function readOwner(path) {
  try {
    const text = await readFile(path, "utf8");
    const owner = parseOwner(text);
    if (owner) return owner;
    const { ino, mtimeMs } = await lstat(path);
    return { pid: 0, startTime: "", id: `junk-${ino}-${Math.trunc(mtimeMs)}` };
  } catch (error) {
    if (error.code === "ENOENT") return void 0;
    throw new PoolError("E_CONTROL", `cannot read ${path}: ${error.message}`, { cause: error });
  }
}
function parseOwner(text) {
  try {
    const { pid, startTime, id } = JSON.parse(text);
    const whole = Number.isSafeInteger(pid) && typeof startTime === "string" && /^[0-9a-f]{16}$/.test(id);
    return whole ? { pid, startTime, id } : void 0;
  } catch {
    return void 0;
  }
}

const control = definePlugin((options = {}) => ({
  name: "control",
  async setup(pool) {
    const directory = options.directory ?? poolDirectory(pool.name);
    await createPrivate(directory);
    const lock = await acquireLock(directory);
    try {
      const server = await openControlServer(join(directory, "control.sock"), {
        pool,
        audit: (line) => options.audit?.(line)
      });
      return async () => {
        await server.close();
        await lock.release();
      };
    } catch (error) {
      await lock.release();
      throw error;
    }
  }
}));

export { readLock as a, control as c, exitSentence as e, logs as l, readBoard as r, stripControl as s };
