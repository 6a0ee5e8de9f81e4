#!/usr/bin/env node
import { readFileSync, realpathSync, write, fstatSync, constants, openSync, closeSync, writeSync } from 'node:fs';
import { styleText, promisify, stripVTControlCharacters } from 'node:util';
import { defineCommand, runCommand, renderUsage } from 'citty';
import { n as nearest, i as isRecord } from './shared/poolable.BerJKBEm.mjs';
import { P as PoolError, m as messageOf, e as errorCodes } from './shared/poolable.DdW9wZ4H.mjs';
import { s as stripControl, a as readLock, c as control, l as logs, r as readBoard } from './shared/poolable.uf24edo2.mjs';
import { relative, dirname, join, resolve, basename, isAbsolute } from 'node:path';
import { c as createPool, r as resolveConfig } from './shared/poolable.CTjttrVd.mjs';
import { m as builtin, p as createDecisions, D as DEFAULT_TAP, q as partnersOf, t as preference, u as preferred, v as choose, U as UNABLE, x as refuseTwins, y as urlOf } from './shared/poolable.CrzQ4Mcc.mjs';
import { d as deathSignal, r as runtimeTraits, o as ownRuntime, f as findInstalled, i as isUntried, a as allRuntimes } from './shared/poolable.2FItBVVl.mjs';
import { mkdtemp, writeFile, rm, readdir, stat } from 'node:fs/promises';
import { totalmem, availableParallelism, tmpdir } from 'node:os';
import { connect, createConnection } from 'node:net';
import { spawn, execFile } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL, fileURLToPath } from 'node:url';
import { v as verifyPrivate, b as baseDirectory, i as isPoolName, p as poolDirectory } from './shared/poolable.g9yVlwtV.mjs';
import { c as createFrameDecoder, e as encodeFrame } from './shared/poolable.DA7cRZI2.mjs';
import { f as formatDuration } from './shared/poolable.Cyn1lGc9.mjs';
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import './shared/poolable.CBWgDNvk.mjs';
import 'node:timers/promises';
import 'node:crypto';
import 'hookable';
import './shared/poolable.Bfg37jxG.mjs';
import './shared/poolable.CtQKisq1.mjs';
import './shared/poolable.DghgEwJh.mjs';
import './shared/poolable.CWFjaEwD.mjs';
import 'tapable';
import 'node:dns/promises';
import 'node:module';

function splitRest(words) {
  const at = words.indexOf("--");
  return at === -1 ? { own: [...words], rest: void 0 } : { own: words.slice(0, at), rest: words.slice(at + 1) };
}
function checkArguments(command, definitions, words) {
  const names = Object.entries(definitions);
  const positionals = names.filter(([, { type }]) => type === "positional");
  const options = new Map(names.filter(([, { type }]) => type !== "positional"));
  const given = /* @__PURE__ */ new Map();
  const values = [];
  const queue = [...words];
  for (let word = queue.shift(); word !== void 0; word = queue.shift()) {
    if (!word.startsWith("-") || word === "-" || /^-\d+$/.test(word)) {
      values.push(word);
      continue;
    }
    const [, name = "", inline] = /^--?([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const option = word.startsWith("--") ? options.get(name) : void 0;
    if (!option) throw unknownOption(command, word, name, [...options.keys()]);
    if (given.has(name)) throw usage(`--${name} is given twice`);
    given.set(name, optionWord(name, option, inline, queue));
  }
  const takesMore = positionals.at(-1)?.[1].valueHint?.endsWith("\u2026") === true;
  if (values.length > positionals.length && !takesMore) {
    throw usage(
      `unexpected argument ${show$1(values[positionals.length])}; see \`poolable ${command} --help\``
    );
  }
  for (const [index, [name, { required }]] of positionals.entries()) {
    if (required !== false && values[index] === void 0) {
      throw usage(`poolable ${command} needs <${name}>; see \`poolable ${command} --help\``);
    }
  }
  return [...given.values(), "--", ...values];
}
function optionWord(name, option, inline, queue) {
  if (option.type === "boolean") {
    if (inline !== void 0) throw usage(`--${name} takes no value`);
    return `--${name}`;
  }
  const next = queue[0];
  const value = inline ?? (next === void 0 || /^-(?!\d)/.test(next) ? void 0 : queue.shift());
  if (value === void 0 || value === "") throw usage(`--${name} needs a value: ${option.description}`);
  return `--${name}=${value}`;
}
function wholeNumber(what, text, min, max) {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw usage(`${what}: ${show$1(text)} is not a whole number from ${min} to ${max}`);
}
function textOf(value) {
  return typeof value === "string" ? value : void 0;
}
function usage(message) {
  return new PoolError("E_USAGE", message);
}
function show$1(text) {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}\u2026` : text);
}
function unknownOption(command, word, name, known) {
  const near = nearest(name, known);
  const all = [...known, "help"].map((option) => `--${option}`).join(", ");
  const hint = near ? `did you mean --${near}?` : `poolable ${command} takes ${all}`;
  return usage(`unknown option ${show$1(word.split("=")[0])}; ${hint}`);
}

function paintFor(target, env = process.env) {
  return wantsColour(target, env) ? (format, text) => styleText(format, text, UNCHECKED) : (_format, text) => text;
}
function wantsColour(target, env = process.env) {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0";
  return target.isTTY === true && env.TERM !== "dumb";
}
const UNCHECKED = { validateStream: false };

const RUNNING = /* @__PURE__ */ new Set([
  "E_RUNNING",
  "E_NOT_RUNNING",
  "E_CONTROL",
  "E_SCALE_REFUSED",
  "E_RELOAD_REFUSED",
  "E_RESTART_REFUSED",
  "E_STATE"
]);
function exitCodeOf(error) {
  if (lacksPermission(error)) return 2;
  return error instanceof PoolError && !RUNNING.has(error.code) ? 2 : 1;
}
function lacksPermission(error) {
  if (!(error instanceof Error)) return false;
  return error.name === "NotCapable" || lacksPermission(error.cause);
}
function describeError(error) {
  const line = `${paintFor(process.stderr)("red", "poolable:")} ${stripControl(messageOf(error))}`;
  const wanted = process.env.DEBUG?.split(",").includes("poolable");
  return wanted && error instanceof Error ? `${line}
${error.stack}` : line;
}

const OF_CONFIG = /* @__PURE__ */ new Set([
  "E_CONFIG",
  "E_ENTRY",
  "E_LISTEN",
  "E_PLUGIN",
  "E_RUNTIME"
]);
async function blame(file, cwd, work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PoolError) || !OF_CONFIG.has(error.code)) throw error;
    throw new PoolError(error.code, `${relative(cwd, file)}: ${error.message}`, { cause: error });
  }
}

function foresee({ config, runtimes, abilities }, of) {
  const strategies = new Map(builtin.map((strategy) => [strategy.name, strategy]));
  const ableOf = (runtime) => abilities.get(runtime) ?? UNABLE;
  const requestOf = ({ group, listener }) => ({
    group,
    listener,
    runtime: runtimes.get(group.runtime),
    abilities: ableOf(group.runtime),
    partners: partnersOf(config, { group, listener })
  });
  const decisions = createDecisions();
  decisions.canShareSocket.tap(DEFAULT_TAP, ({ strategy, group: inGroup, listener: { name } }) => {
    const known = strategies.get(strategy);
    if (!known) return `there is no such strategy; known are ${[...strategies.keys()].join(", ")}`;
    const group = config.groups.find((each) => each.name === inGroup);
    const listener = group.listen.find((each) => each.name === name);
    return known.refusal(requestOf({ group, listener })) ?? true;
  });
  const [first = of] = partnersOf(config, of);
  const request = requestOf(first);
  const preferring = preference(request, ableOf, strategies, preferred(request.partners));
  const choice = choose({ decisions }, request, strategies, preferring);
  return first.group === of.group ? choice : { ...choice, reason: `${choice.reason}; the socket of group ${first.group.name}` };
}

async function attempt(runtime, probe, entry, limitMs) {
  const { name, title } = probe;
  const begin = performance.now();
  let listener;
  let reason;
  try {
    if (probe.listens) listener = await runtime.openListener({ port: 0, host: "127.0.0.1" });
    reason = await run(runtime, probe, entry, limitMs, listener);
  } catch (error) {
    reason = messageOf(error);
  } finally {
    listener?.close();
  }
  const told = reason?.replaceAll(`${dirname(entry)}/`, "") ?? null;
  return { name, title, can: reason === null, reason: told, tookMs: Math.round(performance.now() - begin) };
}
function run(runtime, { permissions = "all" }, entry, limitMs, listener) {
  const listeners = listener ? [{ name: "default", fd: listener.fd, host: listener.host, port: listener.port }] : [];
  return new Promise((resolve) => {
    let outcome;
    const timer = setTimeout(() => {
      outcome ??= `no answer in ${limitMs / 1e3} s`;
      worker.signal("SIGKILL", "group");
    }, limitMs);
    const worker = runtime.spawn(
      {
        pool: "doctor",
        slot: "probe#0",
        group: "probe",
        type: "service",
        epoch: 1,
        generation: 1,
        heartbeatMs: limitMs,
        entry,
        args: [],
        execArgv: [],
        permissions,
        env: runtime.environment({}),
        cwd: dirname(entry),
        listeners
      },
      {
        spawned() {
        },
        frame(frame) {
          if (frame.type === "ready" && listener) visit(listener);
          if (frame.type === "error") outcome ??= messageIn(frame);
          if (frame.type !== "goodbye") return;
          outcome ??= frame.kind === "done" ? null : String(frame.reason);
          worker.send({ type: "ack" });
        },
        violation: ({ detail }) => outcome ??= detail,
        disconnected() {
        },
        output() {
        },
        exited(end) {
          clearTimeout(timer);
          resolve(outcome === void 0 ? howItEnded(end) : outcome);
        }
      }
    );
  });
}
function visit({ port, host }) {
  const socket = connect({ port, host });
  socket.on("error", () => {
  }).resume();
}
function messageIn({ error }) {
  return isRecord(error) ? messageOf(new Error(String(error.message))) : "it failed";
}
function howItEnded({ spawnError, code, signal, stderrTail }) {
  if (spawnError !== void 0) return spawnError;
  const line = stderrTail.split("\n").find((text) => /error/i.test(text));
  return `it ended with ${signal ?? `code ${code}`}${line === void 0 ? "" : `: ${line.trim().slice(0, 200)}`}`;
}

async function probeDeathSignal(limitMs) {
  const guard = await deathSignal();
  if (guard.length === 0) {
    return process.platform === "linux" ? "setpriv (util-linux) is not there, or the supervisor has capabilities, which undo what it does" : "only Linux can";
  }
  const [file, ...args] = [...guard, "sh", "-c", "echo worker $$; exec sleep 600"].map(
    (word) => JSON.stringify(word)
  );
  const options = `{ stdio: ["ignore", "inherit", "ignore"], detached: true }`;
  const source = `void process.getBuiltinModule("node:child_process").spawn(${file}, [${args.join()}], ${options})`;
  const words = [...runtimeTraits[ownRuntime].evaluate, source];
  const supervisor = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "ignore"] });
  let [text, worker] = ["", 0];
  const end = (pid) => {
    try {
      if (pid) process.kill(pid, "SIGKILL");
    } catch {
    }
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end(supervisor.pid);
    end(worker);
    supervisor.stdout.destroy();
  }, limitMs);
  supervisor.on("error", () => {
  });
  supervisor.stdout.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
    worker = Number(/worker (\d+)\n/.exec(text)?.[1] ?? 0);
    if (worker !== 0) end(supervisor.pid);
  });
  await once(supervisor.stdout, "close").catch(() => {
  });
  clearTimeout(timer);
  if (worker === 0) return "the process that was to try it did not start";
  return late ? `the worker was still there after ${limitMs / 1e3} s` : true;
}

const PLACES = { mount: "/sys/fs/cgroup", own: "/proc/self/cgroup" };
function memoryLimit(places = PLACES) {
  const limits = [
    ...upward(places, "", "memory.max").map(Number),
    ...upward(places, "memory", "memory.limit_in_bytes").map(Number)
  ];
  return least(limits.filter((bytes) => bytes > 0 && bytes < 2 ** 60));
}
function cpuLimit(places = PLACES) {
  const first = upward(places, "cpu", "cpu.cfs_quota_us").map(Number);
  const periods = upward(places, "cpu", "cpu.cfs_period_us").map(Number);
  const limits = [
    ...upward(places, "", "cpu.max").map((text) => Number(text.split(" ")[0]) / Number(text.split(" ")[1])),
    ...first.map((quota, index) => quota / periods[index])
  ];
  return least(limits.filter((share) => share > 0));
}
function upward({ mount, own: file }, controller, name) {
  const own = read$1(file)?.split("\n").map((line) => line.split(":")).find(([, names = ""]) => names.split(",").includes(controller));
  if (!own) return [];
  const folders = [];
  for (let path = own.slice(2).join(":"); ; path = path.slice(0, path.lastIndexOf("/"))) {
    folders.push([mount, controller, path.replace(/^\/|\/$/g, "")].filter((part) => part !== "").join("/"));
    if (path === "" || path === "/") break;
  }
  return folders.flatMap((folder) => read$1(`${folder}/${name}`)?.trim() ?? []);
}
function least(numbers) {
  return numbers.length === 0 ? void 0 : Math.min(...numbers);
}
function read$1(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return void 0;
  }
}

const GIB = 1024 ** 3;
const BACKLOG = 511;
const limitRows = [
  {
    name: "openFiles",
    title: "open files of a process",
    read: openFiles,
    text: ({ soft, hard }) => `${soft ?? "any number"}, at most ${hard ?? "any number"}`,
    note: ({ soft }) => soft !== null && soft < 4096 ? "a worker holds no more connections than that: raise it with ulimit -n, or LimitNOFILE of systemd" : void 0
  },
  {
    name: "listenQueue",
    title: "connections that may wait for a socket (net.core.somaxconn)",
    read: () => number("/proc/sys/net/core/somaxconn"),
    text: String,
    note: (value) => value < BACKLOG ? `a listener's backlog of ${BACKLOG} is cut to it` : void 0
  },
  {
    name: "migrateRequests",
    title: "connections that wait move to a sibling (net.ipv4.tcp_migrate_req)",
    read: () => number("/proc/sys/net/ipv4/tcp_migrate_req"),
    text: (value) => value === 1 ? "yes" : "no",
    note: (value) => value === 1 ? void 0 : "a worker with a socket of its own (reuse-port) loses what waits when it ends; set to 1, it would not"
  },
  {
    name: "memory",
    title: "memory of the control group",
    read: () => ({ limit: memoryLimit() ?? null, machine: totalmem() }),
    text: ({ limit, machine }) => limit === null ? `no limit; the machine has ${gibibytes(machine)}` : `${gibibytes(limit)} of the machine's ${gibibytes(machine)}`
  },
  {
    name: "cpu",
    title: "processors of the control group",
    read: () => ({ limit: cpuLimit() ?? null, machine: availableParallelism() }),
    text: ({ limit, machine }) => limit === null ? `no limit; ${machine} are there` : `${Number(limit.toFixed(2))} of ${machine}`,
    note: ({ limit, machine }) => limit !== null && limit < machine ? `more than ${Math.max(1, Math.floor(limit))} busy workers only wait for each other` : void 0
  }
];
function readLimits() {
  return limitRows.map(({ name, title, read: read2, text, note }) => {
    const value = read2();
    if (value === null) return { name, title, value, text: "unknown on this system", note: null };
    return { name, title, value, text: text(value), note: note?.(value) ?? null };
  });
}
function openFiles() {
  const [, soft, hard] = /^Max open files\s+(\w+)\s+(\w+)/m.exec(read("/proc/self/limits") ?? "") ?? [];
  if (soft === void 0 || hard === void 0) return null;
  const count = (text) => text === "unlimited" ? null : Number(text);
  return { soft: count(soft), hard: count(hard) };
}
function number(path) {
  const text = read(path)?.trim();
  return text === void 0 || !/^\d+$/.test(text) ? null : Number(text);
}
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return void 0;
  }
}
function gibibytes(bytes) {
  return `${Number((bytes / GIB).toFixed(1))} GiB`;
}

const UNLISTED = "unlisted.txt";
const probes = [
  {
    name: "channel",
    title: "talks with the supervisor over a Unix socket",
    known: { node: "yes", bun: "yes", deno: "yes" },
    entry: { file: "channel.mjs", source: "export default { run() {} };" }
  },
  {
    name: "inherit",
    title: "listens on an inherited socket",
    known: { node: "yes", bun: "yes", deno: "yes" },
    listens: true,
    entry: {
      file: "inherit.mjs",
      source: `
        import { once } from "node:events";
        import { createServer } from "node:net";
        export default {
          async run(worker) {
            const server = createServer((socket) => socket.end());
            const connected = once(server, "connection");
            await worker.listen(server);
            await connected;
          },
        };`
    }
  },
  {
    name: "reusePort",
    title: "binds a port that others have too (SO_REUSEPORT)",
    known: { node: "22.12", bun: "yes", deno: "yes" },
    entry: {
      file: "reuse-port.mjs",
      source: `
        import { once } from "node:events";
        import { createServer } from "node:net";
        const listen = async (port) => {
          const server = createServer().listen({ port, host: "127.0.0.1", reusePort: true });
          await once(server, "listening");
          return server.address().port;
        };
        export default { run: async () => void (await listen(await listen(0))) };`
    }
  },
  {
    name: "typescript",
    title: "runs TypeScript",
    known: { node: "22.18", bun: "yes", deno: "yes" },
    entry: {
      file: "typescript.ts",
      source: `
        interface Definition { run(): void }
        export default { run(): void {} } satisfies Definition;`
    }
  },
  {
    name: "permissions",
    title: "is kept to its permissions",
    known: { node: "yes", bun: "no", deno: "yes" },
    permissions: { net: true, env: true, sys: true },
    entry: {
      file: "permissions.mjs",
      source: `
        import { readFileSync } from "node:fs";
        export default {
          run() {
            try {
              readFileSync("${UNLISTED}");
            } catch (error) {
              if (error.code === "ERR_ACCESS_DENIED" || error.name === "NotCapable") return;
              throw error;
            }
            throw new Error("it has read a file that no permission names");
          },
        };`
    }
  }
];

const PROBE_MS = 15e3;
async function examine(all, options = {}) {
  const folder = await mkdtemp(join(tmpdir(), "poolable-doctor-"));
  try {
    await writeFile(join(folder, UNLISTED), "");
    for (const { entry } of probes) await writeFile(join(folder, entry.file), entry.source);
    const [deathSignal, ...runtimes] = await Promise.all([
      probeDeathSignal(PROBE_MS),
      ...all.map((runtime) => examineOne(runtime, options, folder))
    ]);
    const version = process.versions[ownRuntime];
    const supervisor = { runtime: ownRuntime, version, file: process.execPath };
    return { supervisor, runtimes, deathSignal, limits: readLimits() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
async function examineOne(runtime, { executables = {}, root = "." }, folder) {
  const name = runtime.name;
  const { title } = runtimeTraits[name];
  try {
    const where = { given: executables[name], root: resolve(root), env: process.env };
    const [installed] = await Promise.all([findInstalled(name, where), runtime.open()]);
    const [sockets = null, ...abilities] = await Promise.all([
      runtime.socketAbilities?.(),
      ...probes.map((probe) => attempt(runtime, probe, join(folder, probe.entry.file), PROBE_MS))
    ]);
    const note = isUntried(name, installed.version) ? "newer than any version that was tried" : null;
    return { name, title, installed, problem: null, note, abilities, sockets };
  } catch (error) {
    const problem = messageOf(error);
    return { name, title, installed: null, problem, note: null, abilities: [], sockets: null };
  } finally {
    await runtime.close();
  }
}

async function diagnose(given) {
  const { root, executables } = given?.config ?? {};
  const runtimes = allRuntimes({ root, executables });
  const pool = given && createPool(given.config, { runtimes }).config;
  if (pool) refuseTwins(pool);
  const examination = await examine(runtimes, { root, executables });
  const all = {
    config: pool ?? { groups: [] },
    runtimes: new Map(runtimes.map((runtime) => [runtime.name, runtime])),
    abilities: new Map(
      examination.runtimes.flatMap(({ name, sockets }) => sockets ? [[name, sockets]] : [])
    )
  };
  const plugins = [given?.config.plugins].flat(Infinity);
  const ownSockets = plugins.some((plugin) => plugin?.name === "sockets");
  const groups = pool?.groups.map((group) => {
    const { name, type, runtime, min, max } = group;
    const about = { name, type, runtime, min, max };
    try {
      const found = examination.runtimes.find((each) => each.name === runtime);
      refuseUnable(group, found, all.runtimes.get(runtime));
      const listeners = listenersOf(group, all, ownSockets);
      for (const { strategy } of listeners) refuseDeaf(group, found, strategy);
      return { ...about, listeners, problem: null };
    } catch (error) {
      return { ...about, listeners: [], problem: messageOf(error) };
    }
  });
  const choices = examination.runtimes.flatMap((found) => choicesOf(found, all));
  return {
    ...examination,
    choices: [orphans(examination), ...choices],
    config: given && groups ? { file: given.file, groups } : null
  };
}
function refuseUnable(group, { problem, abilities, title }, runtime) {
  const path = `groups.${group.name}`;
  if (problem !== null) throw new PoolError("E_RUNTIME", `${path}.runtime: ${problem}`);
  const refusal = runtime.refuse?.(group);
  if (refusal) throw new PoolError("E_RUNTIME", `${path}.${refusal.key}: ${refusal.reason}`);
  refuseInability(group, abilities, title, "channel");
}
function refuseDeaf(group, found, strategy) {
  if (strategy === null) return;
  refuseInability(group, found.abilities, found.title, strategy === "reuse-port" ? "reusePort" : "inherit");
}
function refuseInability(group, abilities, title, needed) {
  const failed = abilities.find(({ name, can }) => name === needed && !can);
  if (!failed) return;
  const why = `no worker on ${title} ${failed.title}: ${failed.reason}`;
  throw new PoolError("E_RUNTIME", `groups.${group.name}.runtime: ${why}`);
}
function listenersOf(group, all, ownSockets) {
  const foreseen = [];
  for (const listener of group.listen) {
    const { name } = listener;
    const at = urlOf(listener);
    const choice = ownSockets ? DECIDED_BY_PLUGIN : foresee(all, { group, listener });
    foreseen.push({ name, at, strategy: choice.strategy?.name ?? null, reason: choice.reason });
  }
  return foreseen;
}
const DECIDED_BY_PLUGIN = { strategy: null, reason: "the config's own plugin sockets decides" };
function choicesOf({ name, title, problem }, all) {
  if (problem !== null) return [];
  const listen = { "": 3e3, ", preferring what is fast": { port: 3001, prefer: "fast" } };
  return Object.entries(listen).map(([how, listener]) => {
    const about = `a port that workers on ${title} share${how}`;
    const groups = { reactor: { entry: "entry", runtime: name, listen: listener, workers: 2 } };
    const config = resolveConfig({ name: "doctor", groups }, [name]);
    try {
      const [{ strategy, reason }] = listenersOf(config.groups[0], { ...all, config }, false);
      return { about, choice: strategy, reason };
    } catch (error) {
      return { about, choice: "none", reason: messageOf(error).replace("groups.reactor.", "") };
    }
  });
}
function orphans({ deathSignal }) {
  const about = "the end of workers whose supervisor was killed";
  if (deathSignal === true)
    return { about, choice: "the system's", reason: "setpriv lets the kernel end them at once" };
  return { about, choice: "their own", reason: `a thread in each looks every 250 ms: ${deathSignal}` };
}

function renderDiagnosis(diagnosis, paint, cwd) {
  const { supervisor, runtimes, limits, choices, config } = diagnosis;
  const { runtime, version, file } = supervisor;
  const title = runtimes.find(({ name }) => name === runtime)?.title ?? runtime;
  const section = (heading, lines2) => [
    "",
    paint("bold", heading),
    ...lines2
  ];
  const lines = [
    `A pool that is started here is supervised by ${title} ${version} (${file}).`,
    ...runtimes.flatMap((each) => section(each.title, runtimeLines(each, paint))),
    ...section(
      "Limits",
      limits.flatMap(({ title: title2, text, note }) => [`  ${title2}: ${text}`, ...noteLine(note, paint)])
    ),
    ...section(
      "What poolable chooses",
      choices.map(({ about, choice, reason }) => `  ${about}: ${paint("cyan", choice)} (${reason})`)
    )
  ];
  if (config) {
    const groups = config.groups.flatMap((group) => groupLines(group, paint));
    lines.push(...section(relative(cwd, config.file), groups));
  }
  return lines.join("\n");
}
function runtimeLines({ installed, problem, note, abilities }, paint) {
  if (!installed) return [`  ${paint("yellow", "not usable")}: ${stripControl(String(problem))}`];
  const { version, file, because } = installed;
  return [
    `  ${version}, ${file} (${because})`,
    ...noteLine(note, paint),
    ...abilities.map(
      ({ title, can, reason }) => can ? `  ${paint("green", "yes")}  ${title}` : `  ${paint("yellow", "no")}   ${title}: ${stripControl(String(reason))}`
    )
  ];
}
function groupLines(group, paint) {
  const { name, type, runtime, min, max, listeners, problem } = group;
  const workers = min === max ? `${min}` : `${min} to ${max}`;
  const noun = max === 1 ? "worker" : "workers";
  return [
    `  ${name}: ${workers} ${type} ${noun} on ${runtime}`,
    ...listeners.map(({ at, strategy, reason }) => {
      const how = strategy === null ? reason : `${paint("cyan", strategy)} (${reason})`;
      return `    ${stripControl(at)}: ${how}`;
    }),
    ...problem === null ? [] : [`    ${paint("red", "cannot run")}: ${stripControl(problem)}`]
  ];
}
function noteLine(note, paint) {
  return note === null ? [] : [paint("dim", `    ${note}`)];
}

async function loadConfig(file, { afresh = false } = {}) {
  let module;
  try {
    module = await (afresh ? importAgain(file) : importFile(file));
  } catch (error) {
    throw new PoolError("E_CONFIG_LOAD", await describe$1(file, error), { cause: error });
  }
  const config = module.default;
  if (isRecord(config)) return config;
  const found = config === void 0 ? "has no default export" : `exports ${kindOf(config)} by default`;
  throw new PoolError(
    "E_CONFIG_LOAD",
    `${show(file)} ${found}; expected \`export default defineConfig({ \u2026 })\``
  );
}
async function importFile(file) {
  if (isRunnable(file)) return import(pathToFileURL(file).href);
  const { createJiti } = await import('jiti');
  return createJiti(import.meta.url, { moduleCache: false, fsCache: false, interopDefault: false }).import(
    file
  );
}
async function importAgain(file) {
  const { importAfresh } = await import('./chunks/_afresh.mjs');
  const { module, policies } = await importAfresh(
    file,
    isRunnable(file) ? void 0 : import.meta.resolve("jiti")
  );
  if (policies.length === 0) return module;
  const name = process.versions.bun ? realpathSync(file) : pathToFileURL(file).href;
  const again = await (isRunnable(file) ? import(`${name}?again=${++count}`) : importFile(file));
  const [{ groups }, { groups: withPolicies }] = [module.default, again.default];
  for (const name2 of policies) groups[name2].restart = withPolicies[name2]?.restart;
  return module;
}
let count = 0;
function isRunnable(file) {
  return /\.m?js$/.test(file) || stripsTypes();
}
function stripsTypes() {
  const { features, versions } = process;
  return Boolean(features.typescript || versions.bun || versions.deno);
}
async function describe$1(file, error) {
  const text = messageOf(error);
  const told = syntaxErrorOf(error);
  if (told) return told;
  const parsed = /^ParseError: (.*?)\s+(\/.*):(\d+):\d+$/.exec(text);
  if (parsed) return `${show(parsed[2])}:${parsed[3]}: ${parsed[1]}`;
  const place = placeOf(file, error) ?? (error instanceof SyntaxError ? await placeOfSyntaxError(file) : void 0);
  return `${place ?? show(file)}: ${text}`;
}
function placeOf(file, error) {
  const stack = error instanceof Error ? String(error.stack) : "";
  const first = /^(file:\/\/\S+|\/.*):(\d+)\n/.exec(stack);
  if (first) return `${show(first[1])}:${first[2]}`;
  for (const [, path = "", line] of stack.matchAll(/^ +at (?:.*\()?(file:\/\/.+?|\/.+?):(\d+):\d+\)?$/gm)) {
    const plain = path.startsWith("file:") ? fileURLToPath(path) : path;
    if (plain.startsWith(dirname(file)) && !plain.includes("/node_modules/")) return `${show(plain)}:${line}`;
  }
  return void 0;
}
function syntaxErrorOf(error) {
  const { message, position } = Object(error);
  if (position?.file) return `${show(position.file)}:${position.line}: ${String(message)}`;
  const [, text, file, line] = /^SyntaxError: (.*)\n[^]*\bat (file:\S+):(\d+):\d+$/.exec(String(message)) ?? [];
  return file && `${show(file)}:${line}: ${text}`;
}
async function placeOfSyntaxError(file) {
  if (process.versions.bun || process.versions.deno) return void 0;
  const checked = promisify(execFile)(process.execPath, ["--check", file], { timeout: 5e3 });
  const { stderr } = await checked.catch((error) => ({ stderr: error.stderr ?? "" }));
  const line = /^(?:file:\/\/)?(.+):(\d+)\n/.exec(stderr);
  return line ? `${show(line[1])}:${line[2]}` : void 0;
}
function show(path) {
  const plain = path.startsWith("file:") ? fileURLToPath(path) : path;
  const near = relative(process.cwd(), plain);
  return near === "" || near.startsWith("..") ? plain : near;
}
function kindOf(value) {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

const MAX_REPLY_BYTES = 64 * 1024 * 1024;
const ANSWER_MS = 5e3;
async function connectControl(directory) {
  const name = basename(directory);
  const socket = await open(directory, name);
  const pid = (await readLock(directory).catch(() => void 0))?.pid;
  const label = `pool "${name}"${pid === void 0 ? "" : ` (pid ${pid})`}`;
  const waiting = /* @__PURE__ */ new Map();
  const decoder = createFrameDecoder(MAX_REPLY_BYTES);
  let count = 0;
  let ended;
  function end(message, code = "E_CONTROL") {
    ended ??= new PoolError(code, message);
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
    socket.destroy();
  }
  function settle(frame) {
    if (frame.type === "progress" && typeof frame.line === "string")
      waiting.get(frame.id)?.tell?.(frame.line);
    if (frame.type !== "reply") return;
    const error = frame.ok === true ? void 0 : toError(frame.error);
    if (frame.id === null) return end(error?.message ?? `${label} answered nonsense`);
    const call = waiting.get(frame.id);
    waiting.delete(frame.id);
    if (error) call?.reject(error);
    else call?.resolve(frame.result);
  }
  socket.on("data", (chunk) => {
    const fault = decoder.push(chunk, settle);
    if (fault) end(`${label} answered nonsense: ${fault.detail}`);
  });
  socket.on("error", () => {
  });
  socket.on("close", () => end(`${label} closed the connection before it answered`));
  return {
    call(command, args = {}, onProgress) {
      if (ended) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        const id = ++count;
        const silent = () => end(`${label} does not answer`);
        const timer = command === "status" ? setTimeout(silent, ANSWER_MS) : void 0;
        const done = () => clearTimeout(timer);
        waiting.set(id, {
          resolve: (result) => (done(), resolve(result)),
          reject: (error) => (done(), reject(error)),
          tell: onProgress
        });
        socket.write(encodeFrame({ type: "command", id, command, args }));
      });
    },
    close: () => void socket.destroy()
  };
}
async function open(directory, name) {
  try {
    for (const path of [dirname(directory), directory]) await verifyPrivate(path);
    return await new Promise((resolve, reject) => {
      const socket = createConnection(join(directory, "control.sock"));
      socket.once("error", reject);
      socket.once("connect", () => resolve(socket.off("error", reject)));
    });
  } catch (error) {
    if (error instanceof PoolError) throw error;
    const { code } = error;
    if (code === "ENOENT" || code === "ECONNREFUSED") {
      throw new PoolError("E_NOT_RUNNING", `pool "${name}" is not running: start it with \`poolable start\``);
    }
    const message = code === "EAGAIN" ? "does not answer" : `cannot be reached: ${error.message}`;
    throw new PoolError("E_CONTROL", `pool "${name}" ${message}`, { cause: error });
  }
}
function toError(value) {
  const { code, message } = Object(value);
  const known = typeof code === "string" && Object.hasOwn(errorCodes, code) ? code : "E_CONTROL";
  return new PoolError(known, typeof message === "string" ? message : "the pool gave no reason");
}

async function runningPools() {
  const base = baseDirectory();
  const names = await readdir(base).catch(() => []);
  if (names.length > 0) await verifyPrivate(base);
  const found = await Promise.all(
    names.filter(isPoolName).map(async (name) => {
      const owner = await readLock(join(base, name)).catch(() => void 0);
      return owner ? { name, pid: owner.pid } : void 0;
    })
  );
  return found.filter((pool) => pool !== void 0).toSorted((a, b) => a.name < b.name ? -1 : 1);
}

const TYPES = ["reactor", "job", "service"];
function entryConfig(file, options, cwd) {
  const name = options.name ?? nameOf(file);
  const group = { entry: file, env: { "*": true }, args: [...options.rest ?? []] };
  return { name, root: cwd, groups: { [nameOf(file)]: { ...group, ...groupOptions(options) } } };
}
function overrideConfig(config, file, options) {
  if (options.rest) throw usage("`--` and what follows is for an entry; a config has args for each group");
  const root = resolve(dirname(file), typeof config.root === "string" ? config.root : ".");
  const name = options.name ?? config.name;
  const changes = groupOptions(options);
  if (Object.keys(changes).length === 0) return { ...config, name, root };
  const groups = isRecord(config.groups) ? Object.entries(config.groups) : [];
  if (groups.length !== 1) {
    const names = groups.map(([group2]) => group2).join(", ");
    throw usage(
      `--workers, --port and --type need a config with one group, and this one has ${names || "none"}`
    );
  }
  const [group, given] = groups[0];
  return { ...config, name, root, groups: { [group]: { ...given, ...changes } } };
}
function groupOptions({ workers, port, type }) {
  if (type !== void 0 && !TYPES.includes(type))
    throw usage(`--type: ${show$1(type)} is not one of ${TYPES.join(", ")}`);
  return {
    ...workers !== void 0 && { workers: parseWorkers(workers) },
    ...port !== void 0 && { listen: wholeNumber("--port", port, 0, 65535) },
    ...type !== void 0 && { type }
  };
}
function checkName(name) {
  if (name === void 0 || isPoolName(name)) return;
  throw usage(`--name: ${show$1(name)} is no pool name; use letters, digits, ".", "_" and "-", 40 at most`);
}
function parseWorkers(text) {
  const [, low, high] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  if (low === void 0 || high === void 0) return wholeNumber("--workers", text, 1, 1e4);
  const max = wholeNumber("--workers", high, 1, 1e4);
  return { min: wholeNumber("--workers", low, 0, max), max };
}
function nameOf(file) {
  const name = basename(file).replace(/(?<=.)\.[^.]*$/, "").replace(/[^\w.-]+/g, "-").replace(/^[.-]+/, "").slice(0, 40);
  return name === "" ? "pool" : name;
}

const NAMES = ["ts", "mts", "js", "mjs"].map((extension) => `poolable.config.${extension}`);
function workingFolder() {
  const [real, { PWD = "" }] = [process.cwd(), process.env];
  try {
    return isAbsolute(PWD) && realpathSync(PWD) === realpathSync(real) ? PWD : real;
  } catch {
    return real;
  }
}
async function findTarget(argument, cwd) {
  const path = resolve(cwd, argument ?? ".");
  const info = await stat(path).catch(() => void 0);
  if (info?.isDirectory()) {
    const file = await findConfig(path);
    if (file) return { kind: "config", file };
    const where = argument === void 0 ? "here" : `in ${argument}`;
    const wayOut = "write a poolable.config.ts, or name a file: `poolable start ./worker.js`";
    throw new PoolError(
      "E_CONFIG_MISSING",
      `there is no poolable.config.{ts,mts,js,mjs} ${where}: ${wayOut}`
    );
  }
  if (!info)
    throw new PoolError(
      "E_CONFIG_MISSING",
      `${argument} does not exist: name a config, an entry or a folder`
    );
  return { kind: /\.config\.[cm]?[jt]s$/.test(basename(path)) ? "config" : "entry", file: path };
}
async function findConfig(folder) {
  for (const name of NAMES) {
    const file = join(folder, name);
    if ((await stat(file).catch(() => void 0))?.isFile()) return file;
  }
  return void 0;
}

const doctor = defineCommand({
  meta: {
    name: "doctor",
    description: "Say which runtimes are here, what each can do, and what poolable makes of it"
  },
  args: {
    target: {
      type: "positional",
      required: false,
      description: "A config, a folder with one, or an entry; the config here, if there is one, without it"
    },
    json: { type: "boolean", description: "Print JSON" }
  },
  async run({ args }) {
    const cwd = workingFolder();
    const given = await readTarget(textOf(args.target), cwd);
    const diagnosis = given ? await blame(given.file, cwd, () => diagnose(given)) : await diagnose();
    const text = args.json ? JSON.stringify(diagnosis, null, 2) : renderDiagnosis(diagnosis, paintFor(process.stdout), cwd);
    console.log(text);
    if (diagnosis.config?.groups.some(({ problem }) => problem !== null)) process.exitCode = 1;
  }
});
async function readTarget(argument, cwd) {
  if (argument === void 0 && await findConfig(cwd) === void 0) return void 0;
  const { kind, file } = await findTarget(argument, cwd);
  const config = kind === "entry" ? entryConfig(file, {}, cwd) : overrideConfig(await loadConfig(file), file, {});
  return { file, config };
}

const remoteArguments = {
  name: {
    type: "string",
    description: "The pool; else the one of the config here, else the only one that runs"
  },
  json: { type: "boolean", description: "Print JSON" }
};
const poolArgument = {
  pool: { type: "positional", required: false, description: "The pool, as --name" }
};
function namedPool(args) {
  const [pool, name] = [textOf(args.pool), textOf(args.name)];
  if (pool !== void 0 && name !== void 0)
    throw usage("name the pool once: as an argument or with --name");
  return pool ?? name;
}
async function callPool(name, command, args, onProgress) {
  const client = await connectControl(poolDirectory(name ?? await choosePool()));
  try {
    return await client.call(command, args, onProgress);
  } finally {
    client.close();
  }
}
async function choosePool() {
  const file = await findConfig(process.cwd());
  if (file) {
    const { name } = await loadConfig(file).catch((error) => {
      const message = `${messageOf(error)}; --name chooses a pool without the config`;
      throw new PoolError("E_CONFIG_LOAD", message, { cause: error });
    });
    if (typeof name === "string") return name;
  }
  const pools = await runningPools();
  if (pools.length === 1) return pools[0].name;
  if (pools.length === 0) {
    throw new PoolError("E_NOT_RUNNING", "no pool is running: start one with `poolable start`");
  }
  throw usage(`more than one pool is running, choose with --name: ${pools.map(describe).join(", ")}`);
}
function describe({ name, pid }) {
  return `${name} (pid ${pid})`;
}

const reload = defineCommand({
  meta: { name: "reload", description: "Replace workers by ones with the code and config of now" },
  args: {
    groups: {
      type: "positional",
      required: false,
      valueHint: "group\u2026",
      description: "Groups; all without any"
    },
    hard: { type: "boolean", description: "Stop all workers first, then start all" },
    ...remoteArguments
  },
  async run({ args }) {
    const groups = args._.length > 0 ? args._ : void 0;
    const say = (line) => void (args.json || process.stderr.write(`${line}
`));
    const report = await callPool(
      textOf(args.name),
      "reload",
      { groups, hard: args.hard === true },
      say
    );
    console.log(args.json ? JSON.stringify(report) : sentence(report));
    if (report.reason !== null || report.failed > 0) process.exitCode = 1;
  }
});
function sentence(report) {
  const { generation, replaced, failed, forcedKills, rolledBack, reason, tookMs } = report;
  const took = formatDuration(tookMs);
  if (rolledBack) return `generation ${generation} was rolled back after ${took}: ${reason}`;
  if (reason !== null) return `the reload to generation ${generation} did not finish: ${reason}`;
  const forced = forcedKills > 0 ? `, ${forcedKills} had to be killed` : "";
  return `generation ${generation}: ${replaced} replaced, ${failed} failed${forced}, in ${took}`;
}

const restart = defineCommand({
  meta: { name: "restart", description: "Replace one worker and wait until the new one is ready" },
  args: {
    worker: { type: "positional", description: "The slot of the worker, as status shows it: web#0" },
    ...remoteArguments
  },
  async run({ args }) {
    const answer = await callPool(textOf(args.name), "restart", { slot: args.worker });
    console.log(args.json ? JSON.stringify(answer) : `${args.worker} was restarted and is ready`);
  }
});

const scale = defineCommand({
  meta: { name: "scale", description: "Set how many workers a group has, and wait until it has them" },
  args: {
    group: { type: "positional", description: "The group" },
    count: { type: "positional", description: "How many workers: 4, or +1 and -1 for more and fewer" },
    ...remoteArguments
  },
  async run({ args }) {
    const call = { group: args.group, ...parseCount(args.count ?? "") };
    const answer = await callPool(textOf(args.name), "scale", call);
    const { from, to } = answer;
    console.log(args.json ? JSON.stringify(answer) : `${args.group} has ${to} workers, it had ${from}`);
  }
});
function parseCount(text) {
  const [, sign, digits] = /^([+-]?)(.*)$/s.exec(text);
  const number = wholeNumber("scale", digits, 0, 1e4);
  if (!sign) return { count: number };
  return { delta: sign === "-" ? -number : number };
}

function takeConsole(out, err) {
  const [stdout, stderr] = [writableTo(out), writableTo(err)];
  const own = new Console({ stdout, stderr });
  const methods = console;
  for (const [name, method] of Object.entries(own))
    if (typeof method === "function" && typeof methods[name] === "function") methods[name] = method;
  process.stdout.write = stdout.write.bind(stdout);
  process.stderr.write = stderr.write.bind(stderr);
}
function writableTo(output) {
  return new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      output.write(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
      done();
    }
  });
}

const LAST_LINES_MS = 1e3;
async function leave(code, outputs) {
  await Promise.all(outputs.map((output) => output.flush(LAST_LINES_MS)));
  if (ownRuntime === "node" && outputs.some(({ isStuck }) => isStuck)) process.kill(process.pid, "SIGKILL");
  process.exit(code);
}

function openSink(fd) {
  const last = (bytes) => isFile(fd) ? writeSome(fd, bytes) : 0;
  if (ownRuntime === "deno") {
    const { Deno } = globalThis;
    const stream = fd === 1 ? Deno.stdout : Deno.stderr;
    return { write: (bytes) => stream.write(bytes).catch(zeroIfFull), last };
  }
  const own = reopen(fd) ?? (isNonBlocking(fd) ? fd : void 0);
  if (own !== void 0) {
    const write2 = (bytes) => writeSome(own, bytes);
    return { write: write2, last: write2 };
  }
  return {
    write: (bytes) => new Promise((resolve, reject) => {
      write(fd, bytes, 0, bytes.length, null, (error, taken) => error ? reject(error) : resolve(taken));
    }).catch(zeroIfFull),
    last
  };
}
function writeSome(fd, bytes) {
  try {
    return writeSync(fd, bytes, 0, bytes.length);
  } catch (error) {
    return zeroIfFull(error);
  }
}
function zeroIfFull(error) {
  if (error.code === "EAGAIN") return 0;
  throw error;
}
function reopen(fd) {
  if (process.platform !== "linux") return void 0;
  try {
    const before = fstatSync(fd);
    if (!before.isFIFO() && !before.isCharacterDevice()) return void 0;
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    const own = openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    const after = fstatSync(own);
    if (after.rdev === before.rdev && after.ino === before.ino) return own;
    closeSync(own);
    return void 0;
  } catch {
    return void 0;
  }
}
function isNonBlocking(fd) {
  try {
    if (!fstatSync(fd).isSocket()) return false;
    void (fd === 1 ? process.stdout : process.stderr);
    const [, flags] = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"));
    return (Number.parseInt(flags, 8) & constants.O_NONBLOCK) !== 0;
  } catch {
    return false;
  }
}
function isFile(fd) {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

const MAX_WAITING_BYTES = 1024 * 1024;
const RESERVED_BYTES = 128 * 1024;
const CHUNK_BYTES = 64 * 1024;
const FIRST_TRY_MS = 1;
const LAST_TRY_MS = 64;
const AFTER_ERROR_MS = 1e3;
function openOutput(fd) {
  return createOutput(openSink(fd));
}
function createOutput(sink) {
  const waiting = [];
  let waitingBytes = 0;
  let chunk = new Uint8Array(0);
  let dropped = 0;
  let why = "";
  let tryMs = FIRST_TRY_MS;
  let state = "free";
  let timer;
  const flushed = [];
  function push(text) {
    waiting.push(text);
    waitingBytes += Buffer.byteLength(text);
  }
  function add(text, room) {
    if (waitingBytes >= room) {
      if (state !== "failed") why = "the reader is too slow";
      dropped++;
      return;
    }
    tellDropped();
    push(text);
    if (state === "free") pump();
  }
  function tellDropped() {
    if (dropped === 0) return;
    push(`(${dropped} ${dropped === 1 ? "line was" : "lines were"} dropped: ${why})
`);
    dropped = 0;
  }
  function next() {
    if (chunk.length > 0) return true;
    if (waiting.length === 0) tellDropped();
    let bytes = 0;
    let count = 0;
    while (count < waiting.length && bytes < CHUNK_BYTES) bytes += waiting[count++].length;
    chunk = Buffer.from(waiting.splice(0, count).join(""));
    return chunk.length > 0;
  }
  function pump() {
    clearTimeout(timer);
    if (!next()) {
      state = "free";
      for (const then of flushed.splice(0)) then();
      return;
    }
    state = "writing";
    try {
      const taken = sink.write(chunk);
      if (typeof taken === "number") took(taken);
      else taken.then(took, failed);
    } catch (error) {
      failed(error);
    }
  }
  function took(bytes) {
    chunk = chunk.subarray(bytes);
    waitingBytes -= bytes;
    if (bytes === 0) {
      again("full", tryMs);
      tryMs = Math.min(LAST_TRY_MS, tryMs * 2);
      return;
    }
    tryMs = FIRST_TRY_MS;
    state = "turn";
    setImmediate(pump);
  }
  function failed(error) {
    const { code } = error;
    why = code === "ENOSPC" ? "no space left on the device" : `it cannot be written (${code ?? error})`;
    again("failed", AFTER_ERROR_MS);
    for (const then of flushed.splice(0)) then();
  }
  function again(how, ms) {
    state = how;
    timer = setTimeout(pump, ms).unref();
  }
  process.once("exit", () => {
    let isMore = state !== "writing";
    while (isMore && next()) {
      try {
        const taken = sink.last(chunk);
        chunk = chunk.subarray(taken);
        isMore = taken > 0;
      } catch {
        isMore = false;
      }
    }
  });
  return {
    line: (text, ofWorker = false) => add(`${text}
`, ofWorker ? MAX_WAITING_BYTES - RESERVED_BYTES : MAX_WAITING_BYTES),
    write: (text) => add(text, MAX_WAITING_BYTES),
    flush(ms) {
      if (state === "free") return Promise.resolve();
      return new Promise((resolve) => {
        const late = setTimeout(resolve, ms);
        flushed.push(() => {
          clearTimeout(late);
          resolve();
        });
        if (state === "failed") pump();
      });
    },
    get isStuck() {
      return state === "writing";
    }
  };
}

const ECHO_MS = 100;
function handleSignals(pool, say) {
  let askedAt;
  let forced = false;
  function stop(signal) {
    if (askedAt !== void 0) return;
    askedAt = performance.now();
    void pool.stop({ reason: signal });
  }
  function onStop(signal) {
    if (askedAt === void 0) {
      const again = signal === "SIGINT" ? "press Ctrl-C again" : `send ${signal} again`;
      say(`${signal}: stopping; ${again} to kill what is left`);
      return stop(signal);
    }
    if (forced || performance.now() - askedAt < ECHO_MS) return;
    forced = true;
    say(`${signal}: killing what is left`);
    void pool.stop({ now: true, reason: signal });
  }
  function reload(signal, hard) {
    say(`${signal}: ${hard ? "hard" : "soft"} reload`);
    pool.reload({ hard }).catch(() => {
    });
  }
  const handlers = {
    SIGINT: onStop,
    SIGTERM: onStop,
    // To a supervisor in a terminal it says that the terminal is closed; a service is told to reload.
    SIGHUP: (signal) => process.stdin.isTTY ? stop(signal) : reload(signal, false),
    SIGUSR2: (signal) => reload(signal, false),
    // Node opens its debugger at SIGUSR1 only while nobody listens to it.
    SIGUSR1: (signal) => reload(signal, true)
  };
  const entries = Object.entries(handlers);
  for (const [signal, handler] of entries) process.on(signal, handler);
  return () => entries.forEach(([signal, handler]) => process.off(signal, handler));
}
function handleFaults(pool, say) {
  let failed = false;
  function onFault(error) {
    say(`uncaught error in the supervisor, stopping: ${messageOf(error)}`);
    if (error instanceof Error && error.stack) say(error.stack);
    failed = true;
    void pool.stop({ reason: "uncaught error in the supervisor" });
  }
  process.on("uncaughtException", onFault).on("unhandledRejection", onFault);
  return () => failed;
}

const start = defineCommand({
  meta: { name: "start", description: "Start a pool and stay with it until it ends" },
  args: {
    target: {
      type: "positional",
      required: false,
      description: "A config, a folder with one, or a worker's entry"
    },
    workers: { type: "string", description: "How many workers: 2, or 1-4 for a range" },
    port: { type: "string", description: "The TCP port to listen on, 0 for any" },
    type: { type: "string", description: "What the workers are: reactor, job or service" },
    name: { type: "string", description: "The name of the pool" }
  },
  async run({ args, data }) {
    const { rest } = data;
    const [name, workers, port, type] = [args.name, args.workers, args.port, args.type].map(textOf);
    const paint = paintFor(process.stdout);
    const [output, errors] = [openOutput(1), openOutput(2)];
    takeConsole(output, errors);
    let exitCode;
    try {
      const source = await findSource(textOf(args.target), { name, workers, port, type, rest });
      const config = await source.read();
      exitCode = await source.blame(async () => {
        const pool = compose(config, source.reread, output, paint);
        return await supervise(pool, (line) => output.line(line));
      });
    } catch (error) {
      errors.line(describeError(error));
      exitCode = exitCodeOf(error);
    }
    await leave(exitCode, [output, errors]);
  }
});
async function findSource(argument, options) {
  const cwd = workingFolder();
  checkName(options.name);
  const { kind, file } = await findTarget(argument, cwd);
  if (kind === "entry") {
    const read = async () => entryConfig(file, options, cwd);
    return { read, reread: read, blame: (work) => work() };
  }
  return {
    read: async () => overrideConfig(await loadConfig(file), file, options),
    reread: async () => overrideConfig(await loadConfig(file, { afresh: true }), file, options),
    blame: (work) => blame(file, cwd, work)
  };
}
function compose(config, load, output, paint) {
  const write = (line) => output.line(line);
  const directory = isPoolName(config.name) ? poolDirectory(config.name) : void 0;
  const plugins = [
    control({ directory, audit: write }),
    banner(write, paint),
    logs({ write: (line, ofWorker) => output.line(line, ofWorker), paint }),
    config.plugins
  ];
  const { root, executables } = config;
  return createPool(
    { ...config, plugins },
    { runtimes: allRuntimes({ directory, root, executables }), load, directory }
  );
}
function banner(write, paint) {
  return {
    name: "banner",
    setup({ name, config: { groups } }) {
      write(`${paint("bold", `poolable ${name}`)}  pid ${process.pid}`);
      const width = Math.max(...groups.map((group) => group.name.length));
      for (const { name: name2, type, runtime, min, max } of groups) {
        const workers = min === max ? `${min}` : `${min} to ${max}`;
        const noun = max === 1 ? "worker" : "workers";
        write(`  ${name2.padEnd(width)}  ${workers} ${type} ${noun} on ${runtime}`);
      }
    }
  };
}
async function supervise(pool, say) {
  const ignoreSignals = handleSignals(pool, say);
  const hasFailed = handleFaults(pool, say);
  try {
    await pool.start();
  } catch (error) {
    ignoreSignals();
    throw error;
  }
  const { exitCode } = await pool.closed;
  return hasFailed() ? 1 : exitCode;
}

const COLUMNS = [
  "SLOT",
  "STATE",
  "PID",
  "EPOCH",
  "RESTARTS",
  "UPTIME",
  "MEMORY",
  "BUSY",
  "WORK",
  "LAST EXIT"
];
const BOARD_COLUMNS = ["SLOT", "STATE", "PID", "EPOCH", "UPTIME", "SILENT", "MEMORY", "BUSY", "WORK"];
const COLOURS = {
  ready: "green",
  starting: "cyan",
  draining: "cyan",
  stopping: "yellow",
  killing: "yellow",
  backoff: "yellow",
  failed: "red",
  idle: "dim",
  permanent: "dim"
};
function renderStatus({ pool, groups }, workers, paint) {
  const about = `pid ${pool.pid}, up ${formatDuration(pool.uptimeMs)}, generation ${pool.generation}`;
  const lines = [`${paint("bold", stripControl(pool.name))}  ${pool.state}, ${about}`];
  for (const group of groups) {
    const ready = group.slots.filter(({ state }) => state === "ready").length;
    const range = group.min === group.max ? "" : ` (${group.min} to ${group.max})`;
    const kind = [group.type, group.runtime, group.strategy].filter((word) => word !== null).join(", ");
    lines.push(
      "",
      `${paint("bold", stripControl(group.name))}  ${ready} of ${group.desired} ready${range}, ${kind}`
    );
    const rows = group.slots.map((slot) => cellsOf(slot, boardOf(slot, workers)));
    lines.push(...renderRows([COLUMNS, ...rows], paint).map((line) => `  ${line}`));
  }
  return lines.join("\n");
}
function renderBoard({ head, workers }, paint) {
  const now = Date.now();
  const rows = workers.map(
    ({ slot, state }) => [
      slot,
      state.state,
      String(state.pid),
      String(state.epoch),
      formatDuration(Math.max(0, now - state.startedAt)),
      formatDuration(Math.max(0, now - state.updatedAt)),
      ...figuresOf(state)
    ].map(stripControl)
  );
  const title = `${paint("bold", stripControl(head.pool))}  pid ${head.pid}, as its workers tell`;
  return [title, "", ...renderRows([BOARD_COLUMNS, ...rows], paint)].join("\n");
}
function boardOf({ id, pid }, workers) {
  return workers.find(({ slot, state }) => slot === id && state.pid === pid)?.state;
}
function figuresOf(state) {
  if (!state) return ["\u2013", "\u2013", "\u2013"];
  const { rss, utilisation, requests, jobsAccepted, jobsProcessed, jobsFailed, jobsRunning } = state;
  const jobs = `${counted(jobsProcessed + jobsFailed, "job")}, ${jobsRunning} now`;
  const work = jobsAccepted > 0 ? jobs : requests > 0 ? counted(requests, "request") : "\u2013";
  return [`${Math.round(rss / 2 ** 20)} MiB`, `${Math.round(utilisation * 100)} %`, work];
}
function cellsOf(slot, board) {
  const { id, state, pid, epoch, restarts, uptimeMs, lastExit } = slot;
  const last = lastExit ? `${lastExit.class}: ${lastExit.reason}` : "\u2013";
  const uptime = pid === null ? "\u2013" : formatDuration(uptimeMs);
  const about = [id, state, String(pid ?? "\u2013"), String(epoch), String(restarts), uptime];
  return [...about, ...figuresOf(board), last].map(stripControl);
}
function renderRows(rows, paint) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map(
    (row, index) => row.map((cell, column) => {
      const padded = column === row.length - 1 ? cell : cell.padEnd(widths[column]);
      if (index === 0) return paint("dim", padded);
      const colour = column === 1 ? COLOURS[cell] : void 0;
      return colour ? paint(colour, padded) : padded;
    }).join("  ")
  );
}
function counted(count, what) {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

const status = defineCommand({
  meta: { name: "status", description: "Show a running pool, its groups and its workers" },
  args: {
    ...poolArgument,
    ...remoteArguments
  },
  async run({ args }) {
    const chosen = namedPool(args) ?? await choosePool();
    const board = () => readBoard(poolDirectory(chosen));
    const paint = paintFor(process.stdout);
    try {
      const answer = await callPool(chosen, "status", {});
      const { workers = [] } = board() ?? {};
      if (args.json) console.log(JSON.stringify({ ...answer, scoreboard: workers }, null, 2));
      else console.log(renderStatus(answer, workers, paint));
    } catch (error) {
      const found = error instanceof PoolError && error.code === "E_CONTROL" ? board() : void 0;
      if (!found) throw error;
      console.log(
        args.json ? JSON.stringify({ scoreboard: found.workers }, null, 2) : renderBoard(found, paint)
      );
      throw error;
    }
  }
});

const stop = defineCommand({
  meta: { name: "stop", description: "Stop a pool and wait until no worker is left" },
  args: {
    ...poolArgument,
    now: { type: "boolean", description: "Kill the workers instead of letting them finish" },
    ...remoteArguments
  },
  async run({ args }) {
    const answer = await callPool(namedPool(args), "stop", { now: args.now === true });
    const { exitCode, reason } = answer;
    const line = `the pool has stopped with exit code ${exitCode}: ${stripControl(reason)}`;
    console.log(args.json ? JSON.stringify(answer) : line);
  }
});

const commands = {
  start,
  status,
  reload,
  restart,
  scale,
  stop,
  doctor
};

const poolable = defineCommand({
  meta: { name: "poolable", description: "Runs pools of worker processes and keeps them alive" },
  subCommands: commands
});
async function main(words) {
  const { own, rest } = splitRest(words);
  const [name, ...given] = own;
  if (name === void 0 || ["help", "--help", "-h"].includes(name)) return printUsage(poolable);
  if (name === "--version" || name === "-v") return console.log(readVersion());
  const command = Object.hasOwn(commands, name) ? commands[name] : void 0;
  if (!command) throw unknownCommand(name);
  if (given.includes("--help") || given.includes("-h")) return printUsage(command, poolable);
  if (rest && name !== "start") throw usage("`--` and what follows is for the entry of `poolable start`");
  const rawArgs = checkArguments(name, command.args, given);
  await runCommand(command, { rawArgs, data: { rest } });
}
function unknownCommand(name) {
  const near = nearest(name, Object.keys(commands));
  const hint = near ? `did you mean ${near}?` : `there are ${Object.keys(commands).join(", ")}`;
  return usage(`unknown ${name.startsWith("-") ? "option" : "command"} ${show$1(name)}; ${hint}`);
}
async function printUsage(command, parent) {
  const text = await renderUsage(command, parent);
  console.log(wantsColour(process.stdout) ? text : stripVTControlCharacters(text));
}
function readVersion() {
  const file = new URL("../package.json", import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).version;
}
process.stdout.on("error", () => {
});
process.stderr.on("error", () => {
});
try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(describeError(error));
  process.exitCode = exitCodeOf(error);
}
