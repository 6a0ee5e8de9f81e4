import { randomBytes, createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, existsSync, accessSync, constants as constants$1, statSync, realpathSync, readlinkSync, linkSync, lstatSync, rmSync } from 'node:fs';
import { readdir, mkdtemp, mkdir, rm } from 'node:fs/promises';
import * as net from 'node:net';
import { connect, createServer, isIP } from 'node:net';
import { join, dirname, resolve as resolve$1, delimiter } from 'node:path';
import { P as PoolError, m as messageOf } from './poolable.DdW9wZ4H.mjs';
import { C as CREDIT_WINDOW, j as judgeFrame, P as PROTOCOL_VERSION } from './poolable.Bfg37jxG.mjs';
import { c as createFrameDecoder, e as encodeFrame } from './poolable.DA7cRZI2.mjs';
import { lookup } from 'node:dns/promises';
import { createRequire } from 'node:module';
import { networkInterfaces, constants, tmpdir } from 'node:os';
import { getSystemErrorName, promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { execFile, spawn } from 'node:child_process';
import { i as isRecord } from './poolable.BerJKBEm.mjs';

const isMac = process.platform === "darwin";
const ERROR_PLACE = isMac ? "__error" : "__errno_location";
const NAMES = isMac ? ["/usr/lib/libSystem.B.dylib"] : ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];
const signatures = [
  { name: "socket", takes: ["int", "int", "int"], gives: "int" },
  { name: "setsockopt", takes: ["int", "int", "int", "bytes", "int"], gives: "int" },
  { name: "getsockopt", takes: ["int", "int", "int", "bytes", "bytes"], gives: "int" },
  { name: "bind", takes: ["int", "bytes", "int"], gives: "int" },
  { name: "getsockname", takes: ["int", "bytes", "bytes"], gives: "int" },
  { name: "listen", takes: ["int", "int"], gives: "int" },
  { name: "fcntl", takes: ["int", "int", "int"], gives: "int" },
  { name: "dup", takes: ["int"], gives: "int" },
  { name: "close", takes: ["int"], gives: "int" },
  { name: ERROR_PLACE, takes: [], gives: "pointer" }
];
function openLibrary(open) {
  const failures = [];
  for (const name of NAMES) {
    try {
      return open(name, ERROR_PLACE);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new Error(`the C library was not found as ${NAMES.join(" or ")}`, { cause: failures });
}
const unix = { inet: 2, unix: 1, stream: 1, setFlags: 2, closeOnExec: 1, ipv6Level: 41 };
const numbersOf$1 = {
  linux: {
    ...unix,
    inet6: 10,
    streamFlags: 524288 | 2048,
    socketLevel: 1,
    type: 3,
    reuseAddress: 2,
    reusePort: 15,
    ipv6Only: 26,
    lengthFirst: false
  },
  darwin: {
    ...unix,
    inet6: 30,
    streamFlags: 0,
    socketLevel: 65535,
    type: 4104,
    reuseAddress: 4,
    reusePort: 512,
    ipv6Only: 27,
    lengthFirst: true
  }
};
function ownNumbers() {
  const numbers = numbersOf$1[process.platform];
  if (!numbers) throw new Error(`the numbers of ${process.platform}'s system calls are not known`);
  return numbers;
}

const words$1 = { int: "i32", bytes: "ptr", pointer: "ptr" };
function bunLibc() {
  const { dlopen, read } = createRequire(import.meta.url)("bun:ffi");
  const wanted = signatures.map(({ name, takes, gives }) => [
    name,
    { args: takes.map((word) => words$1[word]), returns: words$1[gives] }
  ]);
  return openLibrary((library, errorPlace) => {
    const { symbols } = dlopen(library, Object.fromEntries(wanted));
    return { ...symbols, errno: () => read.i32(symbols[errorPlace](), 0) };
  });
}

const words = { int: "i32", bytes: "buffer", pointer: "pointer" };
function denoLibc() {
  const { Deno } = globalThis;
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") {
    throw new Error("Deno needs --allow-ffi to open sockets for workers");
  }
  const wanted = signatures.map(({ name, takes, gives }) => [
    name,
    { parameters: takes.map((word) => words[word]), result: words[gives] }
  ]);
  return openLibrary((library, errorPlace) => {
    const { symbols } = Deno.dlopen(library, Object.fromEntries(wanted));
    return { ...symbols, errno: () => new Deno.UnsafePointerView(symbols[errorPlace]()).getInt32() };
  });
}

function encodeAddress(ip, port) {
  const { inet, inet6 } = ownNumbers();
  const bytes = ip.includes(":") ? begin(inet6, 28) : begin(inet, 16);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, port);
  if (!ip.includes(":")) {
    bytes.set(ip.split(".").map(Number), 4);
    return bytes;
  }
  const [address = "", zone] = ip.split("%");
  groupsOf(address).forEach((group, index) => view.setUint16(8 + 2 * index, group));
  if (zone !== void 0) view.setUint32(24, zoneNumber(zone), true);
  return bytes;
}
function encodePath(path) {
  const text = new TextEncoder().encode(path);
  const bytes = begin(ownNumbers().unix, 2 + text.length + 1);
  bytes.set(text, 2);
  return bytes;
}
function decodeAddress(bytes) {
  const { inet, inet6, lengthFirst } = ownNumbers();
  const family = bytes[lengthFirst ? 1 : 0];
  const view = new DataView(bytes.buffer);
  if (family === inet) return { host: [...bytes.subarray(4, 8)].join("."), port: view.getUint16(2) };
  if (family !== inet6) return {};
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(8 + 2 * index).toString(16));
  return { host: shortened(groups.join(":")), port: view.getUint16(2) };
}
function begin(family, length) {
  const bytes = new Uint8Array(length);
  if (ownNumbers().lengthFirst) bytes.set([length, family]);
  else bytes[0] = family;
  return bytes;
}
function groupsOf(address) {
  const [before = [], after = []] = shortened(address).split("::").map((part) => part === "" ? [] : part.split(":"));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}
function shortened(address) {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
function zoneNumber(zone) {
  const known = networkInterfaces()[zone]?.find(({ family }) => family === "IPv6");
  return known?.family === "IPv6" ? known.scopeid : Number(zone) || 0;
}

const FIRST_FD$1 = 3;
function lendAsStdio(fds) {
  return { stdio: fds, numbers: fds.map((_, index) => FIRST_FD$1 + index), done() {
  } };
}
function lendByNumber(libc, fds) {
  const copies = fds.map((fd) => libc.dup(fd));
  const done = () => copies.forEach((fd) => void (fd !== -1 && libc.close(fd)));
  if (copies.includes(-1)) {
    done();
    throw new Error("out of descriptors: raise the limit of open files (ulimit -n)");
  }
  return { stdio: [], numbers: copies, done };
}

const ADDRESS_BYTES = 128;
const MOST_INHERITED = 1024;
const errorNames = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));
function bunSockets(libc) {
  return { ...libcSockets(libc), lend: lendAsStdio };
}
function denoSockets(libc) {
  const { setFlags, closeOnExec } = ownNumbers();
  return {
    ...libcSockets(libc),
    lend(fds) {
      for (let fd = FIRST_FD$1; fd < MOST_INHERITED; fd++) libc.fcntl(fd, setFlags, closeOnExec);
      return lendByNumber(libc, fds);
    }
  };
}
function libcSockets(libc) {
  const numbers = ownNumbers();
  const lastError = () => {
    const errno = libc.errno();
    return errorNames.get(errno) ?? `error ${errno}`;
  };
  const set = (fd, level, name, value) => libc.setsockopt(fd, level, name, bytesOf(value), 4);
  function nameOf(fd) {
    const address = new Uint8Array(ADDRESS_BYTES);
    return libc.getsockname(fd, address, bytesOf(ADDRESS_BYTES)) === 0 ? decodeAddress(address) : {};
  }
  function boundOf(fd) {
    let open2 = true;
    return {
      fd,
      ...nameOf(fd),
      listen: (backlog) => libc.listen(fd, backlog) === 0 ? void 0 : lastError(),
      close() {
        if (open2) libc.close(fd);
        open2 = false;
      }
    };
  }
  function open(family, ...work) {
    const fd = libc.socket(family, numbers.stream | numbers.streamFlags, 0);
    if (fd === -1) return lastError();
    for (const step of work) {
      if (step(fd) === 0) continue;
      const error = lastError();
      libc.close(fd);
      return error;
    }
    return boundOf(fd);
  }
  return {
    bind(ip, port, family, reusePort) {
      const { inet, inet6, socketLevel, reuseAddress, ipv6Level, ipv6Only } = numbers;
      const address = encodeAddress(ip, port);
      return open(
        family === 6 ? inet6 : inet,
        (fd) => set(fd, socketLevel, reuseAddress, 1),
        (fd) => reusePort ? set(fd, socketLevel, numbers.reusePort, 1) : 0,
        (fd) => family === 6 ? set(fd, ipv6Level, ipv6Only, 0) : 0,
        (fd) => libc.bind(fd, address, address.length)
      );
    },
    bindPath(path) {
      const address = encodePath(path);
      return open(numbers.unix, (fd) => libc.bind(fd, address, address.length));
    },
    adopt(fd) {
      const type = bytesOf(0);
      const known = libc.getsockopt(fd, numbers.socketLevel, numbers.type, type, bytesOf(type.length));
      return known === 0 && type[0] === numbers.stream ? boundOf(fd) : void 0;
    }
  };
}
function bytesOf(value) {
  return new Uint8Array(new Int32Array([value]).buffer);
}

const REUSE_PORT = 2;
function nodeSockets() {
  const { _createServerHandle: create } = net;
  return {
    bind(ip, port, family, reusePort) {
      const handle = create(ip, port, family, -1, reusePort ? REUSE_PORT : 0);
      if (typeof handle === "number") return getSystemErrorName(handle);
      const error = handle.getsockname({});
      if (error === 0) return boundOf(handle);
      handle.close();
      return getSystemErrorName(error);
    },
    bindPath(path) {
      const handle = create(path, -1, -1, -1, 0);
      return typeof handle === "number" ? getSystemErrorName(handle) : boundOf(handle);
    },
    adopt(fd) {
      try {
        const handle = create(null, 0, -1, fd, 0);
        return typeof handle === "number" ? void 0 : { ...boundOf(handle), fd };
      } catch {
        return void 0;
      }
    },
    lend: lendAsStdio
  };
}
function boundOf(handle) {
  const bound = {};
  handle.getsockname?.(bound);
  return {
    fd: handle.fd,
    host: bound.address,
    port: bound.port,
    listen(backlog) {
      const error = handle.listen(backlog);
      return error === 0 ? void 0 : getSystemErrorName(error);
    },
    close: () => handle.close()
  };
}

const runtimeTraits = {
  node: {
    title: "Node",
    minimum: "20.19",
    untried: "27",
    variable: "POOLABLE_NODE",
    evaluate: ["-p"],
    environment: [],
    tellsStacks: true,
    install: "see https://nodejs.org"
  },
  bun: {
    title: "Bun",
    minimum: "1.4",
    untried: "2",
    variable: "POOLABLE_BUN",
    package: { name: "bun", executables: ["bin/bun", "bin/bun.exe"] },
    evaluate: ["-p"],
    environment: ["BUN_INSTALL", "BUN_INSTALL_CACHE_DIR", "XDG_CACHE_HOME", "NPM_CONFIG_REGISTRY"],
    tellsStacks: false,
    install: "npm install bun"
  },
  deno: {
    title: "Deno",
    minimum: "2.9",
    untried: "3",
    variable: "POOLABLE_DENO",
    package: { name: "deno", executables: ["deno", "deno.exe"] },
    evaluate: ["eval", "-p"],
    environment: [
      "DENO_DIR",
      "DENO_CERT",
      "DENO_TLS_CA_STORE",
      "XDG_CACHE_HOME",
      "NPM_CONFIG_REGISTRY",
      "JSR_URL"
    ],
    tellsStacks: false,
    install: "npm install deno"
  }
};
const ownRuntime = process.versions["bun"] ? "bun" : process.versions["deno"] ? "deno" : "node";

const made = {
  node: nodeSockets,
  bun: () => bunSockets(bunLibc()),
  deno: () => denoSockets(denoLibc())
};
let own;
function socketCalls() {
  if (own === void 0) {
    try {
      own = made[ownRuntime]();
    } catch (error) {
      own = error instanceof Error ? error.message : String(error);
    }
  }
  return own;
}

function isAtLeast(version, minimum) {
  const [have, need] = [numbersOf(version), numbersOf(minimum)];
  for (const [index, number] of need.entries()) {
    const difference = (have[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
function numbersOf(version) {
  return version.split(/[^\d.]/, 1)[0].split(".").map(Number);
}

const FIRST = "22.12";
function hasReusePort(version) {
  return isAtLeast(version, FIRST) || `Node ${version} cannot open SO_REUSEPORT sockets, ${FIRST} and newer can`;
}
function openReusePortAbility() {
  const calls = socketCalls();
  if (typeof calls === "string") return calls;
  const known = ownRuntime === "node" ? hasReusePort(process.versions.node) : true;
  if (known !== true) return known;
  const sockets = [];
  try {
    while (sockets.length < 2) {
      const socket = calls.bind("127.0.0.1", sockets[0]?.port ?? 0, 4, true);
      if (typeof socket === "string") return "this system refused a second SO_REUSEPORT socket on one port";
      sockets.push(socket);
    }
    if (sockets.every((socket) => socket.listen(1) === void 0)) return true;
    return "this system lets only one socket listen on a port";
  } finally {
    for (const socket of sockets) socket.close();
  }
}
const MIGRATE = "/proc/sys/net/ipv4/tcp_migrate_req";
function migrateQueueAbility() {
  try {
    return readFileSync(MIGRATE, "utf8").trim() === "1" || "net.ipv4.tcp_migrate_req is 0";
  } catch {
    return "this system has no net.ipv4.tcp_migrate_req";
  }
}

async function deathSignal() {
  if (process.platform !== "linux" || gainsCapabilities()) return [];
  const words = ["setpriv", "--pdeathsig", "KILL", "--"];
  try {
    await promisify(execFile)(words[0], [...words.slice(1), "true"]);
    return words;
  } catch {
    return [];
  }
}
function gainsCapabilities() {
  if (process.getuid?.() === 0) return false;
  try {
    const [, permitted = "0"] = /^CapPrm:\s*(\w+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return BigInt(`0x${permitted}`) !== 0n;
  } catch {
    return true;
  }
}

const DEFAULT_NAMES = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "LC_*",
  "TZ",
  "TMPDIR",
  "TMP",
  "TEMP",
  "TERM",
  // Without them TLS fails behind a company's own authority.
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "COLORTERM",
  "FORCE_COLOR",
  "NO_COLOR",
  "NODE_ENV",
  "HOSTNAME",
  "SYSTEMROOT",
  "WINDIR",
  "COMSPEC",
  "PATHEXT",
  "APPDATA",
  "LOCALAPPDATA",
  "USERPROFILE"
];
function workerEnvironment(source, overrides = {}, more = []) {
  const result = /* @__PURE__ */ new Map();
  const pass = (pattern) => {
    for (const [name, value] of Object.entries(source)) {
      if (value !== void 0 && matches(pattern, name)) result.set(name, value);
    }
  };
  for (const pattern of [...DEFAULT_NAMES, ...more]) pass(pattern);
  for (const [pattern, wish] of Object.entries(overrides)) {
    if (wish === true) pass(pattern);
    else if (wish === false) {
      for (const name of [...result.keys()]) if (matches(pattern, name)) result.delete(name);
    } else if (!pattern.endsWith("*")) result.set(pattern, wish);
  }
  for (const name of [...result.keys()]) if (isOurs(name)) result.delete(name);
  return Object.fromEntries(result);
}
function matches(pattern, name) {
  if (process.platform === "win32") {
    pattern = pattern.toUpperCase();
    name = name.toUpperCase();
  }
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
function isOurs(name) {
  return name.startsWith("POOLABLE_") || name === "NODE_CHANNEL_FD";
}

const STATES = {
  R: "running",
  S: "sleeping",
  I: "sleeping",
  D: "waiting",
  T: "stopped",
  t: "traced"
};
const TICKS = 100;
function processFigures(pid) {
  if (process.platform !== "linux") return void 0;
  const main = `/proc/${pid}/task/${pid}`;
  const stat = read(`${main}/stat`);
  const status = read(`/proc/${pid}/status`);
  if (stat === void 0 || status === void 0) return void 0;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [cpu, queued] = (read(`${main}/schedstat`) ?? "").split(" ").map((ns) => Number(ns) / 1e6);
  const ticks = Number(fields[11]) + Number(fields[12]);
  const waitsIn = read(`${main}/wchan`);
  const bytes = (name) => 1024 * Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
  return {
    state: STATES[fields[0]] ?? "ended",
    cpuMs: cpu || 1e3 * ticks / TICKS,
    queuedMs: Number.isFinite(queued) ? queued : void 0,
    waitsIn: waitsIn && waitsIn !== "0" ? waitsIn : void 0,
    rss: bytes("VmRSS"),
    swapped: bytes("VmSwap")
  };
}
function read(path) {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return void 0;
  }
}

function findExecutables(name, { given, root, env }) {
  const { variable } = runtimeTraits[name];
  const said = env[variable] || void 0;
  if (given !== void 0) return [named(given, `executables.${name}`, root, env)];
  if (said !== void 0) return [named(said, variable, process.cwd(), env)];
  const own = ownRuntime === name ? [process.execPath] : [];
  const beside = join(dirname(process.execPath), fileName(name));
  const found = [
    ...own.map((file) => [file, "the supervisor runs on it"]),
    [packaged(name, root), "it is in node_modules"],
    [beside, "it is beside the supervisor's executable"],
    ...pathOf$1(env, fileName(name)).map((file) => [file, "the PATH has it"])
  ];
  const files = /* @__PURE__ */ new Map();
  for (const [path, because] of found) {
    const file = path !== void 0 && isExecutable(path) ? unwrapped(name, path) : void 0;
    if (file !== void 0 && !files.has(file)) files.set(file, because);
  }
  return [...files].map(([file, because]) => ({ file, because }));
}
function named(text, key, folder, env) {
  const isPath = text.includes("/") || text.includes("\\");
  const file = isPath ? resolve$1(folder, text) : pathOf$1(env, fileName(text)).find(isExecutable) ?? text;
  return { file, because: `${key} says so`, said: true };
}
function packaged(name, root) {
  const { package: npm } = runtimeTraits[name];
  if (!npm) return void 0;
  for (let folder = resolve$1(root); ; folder = dirname(folder)) {
    const found = join(folder, "node_modules", npm.name);
    if (existsSync(join(found, "package.json"))) return inPackage(npm, found);
    if (dirname(folder) === folder) return void 0;
  }
}
function inPackage(npm, folder) {
  try {
    const manifest = join(realpathSync(folder), "package.json");
    const { optionalDependencies = {} } = JSON.parse(readFileSync(manifest, "utf8"));
    const require = createRequire(manifest);
    const folders = [manifest, ...Object.keys(optionalDependencies).map((name) => manifestOf(require, name))];
    return folders.flatMap((path) => path === void 0 ? [] : npm.executables.map((file) => join(dirname(path), file))).find((path) => isExecutable(path) && !isScript(path));
  } catch {
    return void 0;
  }
}
function manifestOf(require, name) {
  try {
    return require.resolve(`${name}/package.json`);
  } catch {
    return void 0;
  }
}
function unwrapped(name, path) {
  const { package: npm } = runtimeTraits[name];
  const real = realpathSync(path);
  const own = npm && join("node_modules", npm.name, "/");
  const at = own === void 0 ? -1 : real.lastIndexOf(own);
  return at === -1 ? path : inPackage(npm, real.slice(0, at + own.length));
}
function isScript(path) {
  return statSync(path).size < 1e6;
}
function pathOf$1({ PATH = "" }, file) {
  const folders = PATH.split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, file));
}
function fileName(name) {
  return process.platform === "win32" && !name.endsWith(".exe") ? `${name}.exe` : name;
}
function isExecutable(path) {
  try {
    accessSync(path, constants$1.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

const RUNTIMES = ["bun", "deno", "node"];
const ANSWER_MS = 1e4;
const QUESTION = "JSON.stringify({ versions: process.versions, typescript: Boolean(process.features.typescript) })";
async function findInstalled(name, where) {
  const { title, minimum, install, variable, package: npm } = runtimeTraits[name];
  const wayOut = `set executables.${name} in the config, or ${variable}`;
  const passedOver = [];
  for (const candidate of findExecutables(name, where)) {
    const { file, because, said } = candidate;
    const { versions, typescript } = await ask(name, candidate);
    const version = versionOf(name, versions);
    if (version === void 0) {
      if (said) throw refusal(name, candidate, `it is ${titleOf(versions)}`);
      passedOver.push(`${file} is ${titleOf(versions)}`);
      continue;
    }
    if (!isAtLeast(version, minimum)) {
      throw new PoolError(
        "E_RUNTIME",
        `${title} ${version} is too old, ${minimum} or newer is needed: ${file} (${because}); ${wayOut}`
      );
    }
    if (!mayRun(file)) throw refusal(name, candidate, "the supervisor's Deno needs --allow-run for it");
    return { file, because, version, typescript };
  }
  const but = passedOver.length > 0 ? ` (${passedOver.join(", ")})` : "";
  const looked = npm ? `in no node_modules from ${where.root} upward and not on the PATH` : "not on the PATH";
  throw new PoolError(
    "E_RUNTIME",
    `${title} is not installed: it is ${looked}${but}; ${install}, or ${wayOut}`
  );
}
function isUntried(name, version) {
  return isAtLeast(version, runtimeTraits[name].untried);
}
function mayRun(command) {
  const { Deno } = globalThis;
  return !Deno || Deno.permissions.querySync({ name: "run", command }).state === "granted";
}
function refusal(name, { file, because }, why, cause) {
  const { title } = runtimeTraits[name];
  return new PoolError("E_RUNTIME", `${file} cannot be run as ${title}: ${why} (${because})`, { cause });
}
async function ask(name, candidate) {
  const { file } = candidate;
  const { evaluate } = runtimeTraits[name];
  if (file === process.execPath) {
    const { features, versions } = process;
    return { versions, typescript: Boolean(features.typescript) };
  }
  if (!isExecutable(file)) {
    const why = existsSync(file) ? "it is not executable" : "there is no such executable";
    throw refusal(name, candidate, why);
  }
  let stdout;
  try {
    ({ stdout } = await promisify(execFile)(file, [...evaluate, QUESTION], { timeout: ANSWER_MS }));
  } catch (error) {
    throw refusal(name, candidate, whyFailed(error), error);
  }
  return answerOf(stdout) ?? { versions: {}, typescript: false };
}
function answerOf(stdout) {
  try {
    const answer = JSON.parse(stdout);
    if (!isRecord(answer) || !isRecord(answer.versions)) return void 0;
    const versions = answer.versions;
    const isVersion = (name) => /^\d+\.\d+/.test(String(versions[name] ?? "0.0"));
    if (!RUNTIMES.every(isVersion)) return void 0;
    return { versions, typescript: answer.typescript === true };
  } catch {
    return void 0;
  }
}
function whyFailed(error) {
  const { killed, code, signal, stderr = "" } = error;
  if (killed) return `it gave no answer in ${ANSWER_MS / 1e3} s`;
  if (typeof code === "string") return messageOf(error);
  const said = stderr.split("\n").find((line) => line.trim() !== "");
  return `it ended with ${signal ?? `code ${code}`}${said === void 0 ? "" : `: ${said.slice(0, 200)}`}`;
}
function versionOf(name, versions) {
  const isOther = name === "node" && (versions["bun"] ?? versions["deno"]) !== void 0;
  return isOther ? void 0 : versions[name];
}
function titleOf(versions) {
  const name = RUNTIMES.find((each) => versions[each] !== void 0);
  return name === void 0 ? "something else" : runtimeTraits[name].title;
}

const FIRST_FD = 3;
function takePassedListeners(env = process.env) {
  const [pid, count] = [Number(env["LISTEN_PID"]), Number(env["LISTEN_FDS"])];
  const names = (env["LISTEN_FDNAMES"] ?? "").split(":");
  for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]) delete env[name];
  if (pid !== process.pid || !Number.isInteger(count) || count < 1) return [];
  return Array.from({ length: count }, (_, index) => adopt(FIRST_FD + index, names[index])).flat();
}
function adopt(fd, given) {
  const calls = socketCalls();
  const socket = typeof calls === "string" ? void 0 : calls.adopt(fd);
  if (!socket) return [];
  const { host, port, close } = socket;
  const name = given === "" || given === "unknown" ? void 0 : given;
  return [{ fd, name, ...port === void 0 ? { path: pathOf(fd) } : { host, port }, close }];
}
function pathOf(fd) {
  try {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`)) ?? [];
    if (inode === void 0) return void 0;
    const rows = readFileSync("/proc/net/unix", "utf8").split("\n");
    const row = rows.map((line) => line.trim().split(/\s+/)).find((columns) => columns[6] === inode);
    return row?.slice(7).join(" ") || void 0;
  } catch {
    return void 0;
  }
}

const HELLO_MS = 1e4;
const HELLO_BYTES = 64 * 1024;
const MAX_OUTGOING_BYTES = 1024 * 1024;
const FREE = /* @__PURE__ */ new Set(["hello", "ready", "goodbye"]);
function createConnection(socket, handlers) {
  const decoder = createFrameDecoder();
  let greeted = false;
  let open = true;
  let strangerBytes = 0;
  let unreturned = 0;
  const timer = setTimeout(() => socket.destroy(), HELLO_MS);
  const destroy = () => {
    open = false;
    socket.destroy();
  };
  const violate = (violation) => {
    destroy();
    handlers.violation(violation);
    return false;
  };
  const write = (frame) => {
    if (open && socket.writable) socket.write(encodeFrame(frame));
  };
  const returnCredit = () => {
    const n = unreturned;
    unreturned = 0;
    write({ type: "credit", n });
  };
  function greet(frame) {
    const verdict = handlers.hello(frame);
    if (verdict === false) destroy();
    else if (verdict !== true) return violate(verdict);
    if (verdict !== true) return false;
    greeted = true;
    clearTimeout(timer);
    return true;
  }
  function take(frame) {
    if (!greeted && !greet(frame)) return false;
    if (!FREE.has(frame.type)) {
      if (unreturned === CREDIT_WINDOW) {
        return violate({
          kind: "creditExceeded",
          detail: `more than ${CREDIT_WINDOW} frames without credit`
        });
      }
      if (unreturned++ === 0) setImmediate(returnCredit);
    }
    handlers.frame(frame);
    return open;
  }
  socket.on("data", (chunk) => {
    if (!open) return;
    if (!greeted) strangerBytes += chunk.length;
    const fault = decoder.push(chunk, take);
    if (!open) return;
    if (!greeted && (fault || strangerBytes > HELLO_BYTES)) destroy();
    else if (fault) violate(fault);
  });
  socket.on("error", () => {
  });
  socket.on("close", () => {
    open = false;
    clearTimeout(timer);
    handlers.closed();
  });
  return {
    send(frame) {
      if (!open || !socket.writable || socket.writableLength > MAX_OUTGOING_BYTES) return false;
      try {
        write(frame);
        return true;
      } catch {
        return false;
      }
    },
    destroy
  };
}

const MAX_SOCKET_PATH = process.platform === "linux" ? 107 : 103;
function checkSocketPath(path) {
  const bytes = Buffer.byteLength(path);
  if (process.platform === "win32" || bytes <= MAX_SOCKET_PATH) return;
  throw new PoolError(
    "E_LISTEN",
    `the socket path ${path} is ${bytes} bytes long and ${MAX_SOCKET_PATH} are possible: choose a shorter folder`
  );
}

const NO_FOLDER = /* @__PURE__ */ new Set(["EACCES", "ENOENT", "ENOTDIR"]);
async function openUnixListener(calls, path) {
  checkSocketPath(path);
  await clear(path);
  const temporary = join(dirname(path), `.${randomBytes(4).toString("hex")}`);
  checkSocketPath(temporary);
  const socket = calls.bindPath(temporary);
  if (typeof socket === "string")
    throw refuse(path, NO_FOLDER.has(socket) ? "its folder does not exist or cannot be written to" : socket);
  let own;
  try {
    linkSync(temporary, path);
    own = lstatSync(path);
  } catch (error) {
    socket.close();
    throw refuse(path, messageOf(error), error);
  }
  rmSync(temporary, { force: true });
  return {
    fd: socket.fd,
    path,
    close() {
      const now = lstatSync(path, { throwIfNoEntry: false });
      if (now && now.ino === own.ino && now.dev === own.dev) rmSync(path, { force: true });
      socket.close();
    }
  };
}
async function clear(path) {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (!there) return;
  if (!there.isSocket()) throw refuse(path, "a file that is not a socket is there");
  const code = await probe(path);
  if (code === void 0) throw refuse(path, "another program listens on it");
  if (code === "ECONNREFUSED") rmSync(path, { force: true });
  else if (code !== "ENOENT") throw refuse(path, code);
}
function probe(path) {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(void 0);
    });
    socket.once("error", (error) => resolve(error.code ?? error.message));
  });
}
function refuse(path, reason, cause) {
  return new PoolError("E_LISTEN", `cannot listen on ${path}: ${reason}`, { cause });
}

const MAX_STRANGERS = 64;
const NAME = /^w[0-9a-f]{12}\.sock$/;
async function openChannel(directory) {
  const name = `w${randomBytes(6).toString("hex")}`;
  const path = process.platform === "win32" ? `\\\\.\\pipe\\poolable-${name}` : join(directory, `${name}.sock`);
  checkSocketPath(path);
  if (process.platform !== "win32") await removeStale(directory);
  const expected = /* @__PURE__ */ new Map();
  const sockets = /* @__PURE__ */ new Set();
  let strangers = 0;
  function accept(socket) {
    if (strangers >= MAX_STRANGERS) return void socket.destroy();
    strangers++;
    let known;
    let stranger = true;
    const admit = () => {
      if (stranger) strangers--;
      stranger = false;
    };
    sockets.add(socket);
    const connection = createConnection(socket, {
      hello(frame) {
        known = find(expected, frame.token);
        if (!known) return false;
        admit();
        const wrong = judgeHello(frame, known);
        if (wrong) {
          const first = known.connection;
          if (first) {
            known.handlers.violation(wrong);
            known = void 0;
            first.destroy();
            return false;
          }
        }
        known.connection = connection;
        return wrong ?? true;
      },
      frame: (frame) => known?.handlers.frame(frame),
      violation: (violation) => known?.handlers.violation(violation),
      closed() {
        admit();
        sockets.delete(socket);
        if (!known || known.gone) return;
        known.gone = true;
        known.handlers.disconnected();
      }
    });
  }
  const server = createServer({ allowHalfOpen: false }, accept);
  await listen(server, path);
  server.on("error", () => {
  });
  return {
    path,
    expect(token, epoch, handlers) {
      const digest = digestOf(token);
      const entry = { digest, epoch, handlers, connection: void 0, gone: false };
      expected.set(digest.toString("hex"), entry);
      return {
        get connected() {
          return entry.connection !== void 0 && !entry.gone;
        },
        send: (frame) => entry.connection?.send(frame) ?? false,
        disconnect: () => entry.connection?.destroy(),
        forget() {
          expected.delete(digest.toString("hex"));
          entry.connection?.destroy();
        }
      };
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => {
        server.close(() => {
          if (process.platform !== "win32") rmSync(path, { force: true });
          resolve();
        });
      });
    }
  };
}
async function removeStale(directory) {
  const names = await readdir(directory).catch(() => []);
  const paths = names.filter((name) => NAME.test(name)).map((name) => join(directory, name));
  await Promise.all(
    paths.map(async (path) => {
      if (await probe(path) === "ECONNREFUSED") rmSync(path, { force: true });
    })
  );
}
function listen(server, path) {
  return new Promise((resolve, reject) => {
    const fail = (error) => reject(new PoolError("E_LISTEN", `the workers' socket ${path}: ${error.message}`, { cause: error }));
    server.once("error", fail);
    const before = process.umask(127);
    try {
      server.listen(path, () => {
        server.off("error", fail);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}
function digestOf(token) {
  return createHash("sha256").update(token).digest();
}
function find(expected, token) {
  if (typeof token !== "string" || token.length > 1024) return void 0;
  const digest = digestOf(token);
  const entry = expected.get(digest.toString("hex"));
  return entry && timingSafeEqual(entry.digest, digest) ? entry : void 0;
}
function judgeHello(frame, worker) {
  const early = judgeFrame("connected", frame);
  if (early) return early;
  if (worker.connection)
    return { kind: "secondHello", detail: "a second connection with the token of this worker" };
  if (frame.protocol !== PROTOCOL_VERSION) {
    const theirs = typeof frame.protocol === "number" ? frame.protocol : "none";
    return { kind: "protocolMismatch", detail: `protocol ${theirs} instead of ${PROTOCOL_VERSION}` };
  }
  if (frame.epoch !== worker.epoch) return { kind: "badHello", detail: `not epoch ${worker.epoch}` };
  return void 0;
}

async function openListener(address) {
  const calls = socketCalls();
  if (typeof calls === "string") throw new PoolError("E_LISTEN", calls);
  if (address.path !== void 0) return openUnixListener(calls, address.path);
  const port = address.port ?? 0;
  const host = address.host ?? "127.0.0.1";
  const { ip, family } = await resolve(host, port);
  const socket = calls.bind(ip, port, family, address.reusePort === true);
  if (typeof socket === "string") throw failure(host, port, socket);
  return { fd: socket.fd, port: socket.port, host: ip, close: socket.close };
}
async function resolve(host, port) {
  const known = isIP(host);
  if (known !== 0) return { ip: host, family: known };
  try {
    const { address, family } = await lookup(host);
    return { ip: address, family };
  } catch (error) {
    throw new PoolError(
      "E_LISTEN",
      `cannot listen on ${host}:${port}: no address is known for the name ${host}`,
      {
        cause: error
      }
    );
  }
}
function failure(host, port, code) {
  const at = `cannot listen on ${host.includes(":") ? `[${host}]` : host}:${port}`;
  const reasons = {
    EADDRINUSE: `port ${port} is in use: stop the program that has it, or choose another port`,
    EACCES: port < 1024 ? `ports below 1024 need privileges: choose a higher port, or grant CAP_NET_BIND_SERVICE` : "permission denied",
    EADDRNOTAVAIL: `this machine has no address ${host}: use one of its own, 127.0.0.1, or 0.0.0.0 for all`
  };
  return new PoolError("E_LISTEN", `${at}: ${reasons[code] ?? code}`, { cause: new Error(code) });
}

let file;
function countOomKills() {
  if (file === void 0) file = eventsFile();
  if (file === null) return void 0;
  try {
    const line = readFileSync(file, "utf8").split("\n").find((entry) => entry.startsWith("oom_kill "));
    return line === void 0 ? void 0 : Number(line.slice("oom_kill ".length));
  } catch {
    return void 0;
  }
}
function eventsFile() {
  if (process.platform !== "linux") return null;
  try {
    const own = readFileSync("/proc/self/cgroup", "utf8").split("\n").find((entry) => entry.startsWith("0::"));
    return own === void 0 ? null : `/sys/fs/cgroup${own.slice("0::".length)}/memory.events`;
  } catch {
    return null;
  }
}

const MAX_LINE_BYTES = 16 * 1024;
const TAIL_BYTES = 8 * 1024;
const NEWLINE = 10;
const RETURN = 13;
function createLineReader(onLine, limit = MAX_LINE_BYTES) {
  let held = new Uint8Array(0);
  const find = (from) => {
    const newline = held.subarray(from, from + limit + 1).indexOf(NEWLINE);
    if (newline !== -1) {
      const end = from + newline;
      return [end > from && held[end - 1] === RETURN ? end - 1 : end, end + 1];
    }
    if (held.length - from <= limit) return void 0;
    const at = from + boundary(held.subarray(from), limit);
    return [at, at];
  };
  return {
    push(chunk) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    },
    take(count) {
      let from = 0;
      let taken = 0;
      try {
        for (let found; taken < count && (found = find(from)); taken++) {
          const [end, next] = found;
          const line = held.subarray(from, end);
          from = next;
          onLine(textOf(line));
        }
      } finally {
        held = held.subarray(from);
        if (taken < count) held = Uint8Array.prototype.slice.call(held);
      }
      return taken;
    },
    end() {
      const end = held[held.length - 1] === RETURN ? held.length - 1 : held.length;
      if (held.length > 0) onLine(textOf(held.subarray(0, end)));
      held = new Uint8Array(0);
    },
    drop() {
      held = new Uint8Array(0);
    },
    get waiting() {
      return held.length;
    }
  };
}
function createTail(limit = TAIL_BYTES) {
  let kept = new Uint8Array(0);
  return {
    push(chunk) {
      const bytes = chunk.length >= limit ? chunk : Buffer.concat([kept, chunk]);
      kept = Uint8Array.prototype.slice.call(bytes, Math.max(0, bytes.length - limit));
    },
    text() {
      let start = 0;
      while (start < 3 && isContinuation(kept[start])) start++;
      return textOf(kept.subarray(start));
    }
  };
}
function boundary(bytes, limit) {
  let at = limit;
  while (at > limit - 3 && isContinuation(bytes[at])) at--;
  return isContinuation(bytes[at]) ? limit : at;
}
function isContinuation(byte) {
  return byte !== void 0 && (byte & 192) === 128;
}
function textOf(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
}

const LINES_PER_TURN = 256;
const MS_PER_TURN = 4;
const LINES_AT_ONCE = 32;
const PAUSE_MS = 1;
const ready = [];
let lines = 0;
let endsAt = 0;
let isScheduled = false;
function takeTurns(source) {
  ready.push(source);
  if (isScheduled) {
    if (hasRoom()) take();
    return;
  }
  lines = 0;
  endsAt = performance.now() + MS_PER_TURN;
  take();
  isScheduled = true;
  if (ready.length > 0) setTimeout(next, PAUSE_MS);
  else setImmediate(next);
}
function next() {
  isScheduled = false;
  const source = ready.shift();
  if (source) takeTurns(source);
}
function hasRoom() {
  return lines < LINES_PER_TURN && performance.now() < endsAt;
}
function take() {
  while (ready.length > 0 && hasRoom()) {
    const source = ready.shift();
    const taken = source.take(LINES_AT_ONCE);
    lines += taken;
    if (taken === LINES_AT_ONCE) ready.push(source);
  }
}

const LAST_LINES = 256;
function readOutput(streams, onLine, onEnded) {
  const tail = createTail();
  const closers = [];
  let open = 0;
  for (const name of ["stdout", "stderr"]) {
    const stream = streams[name];
    if (!stream) continue;
    open++;
    const lines = createLineReader((line) => onLine(name, line));
    let isBusy = false;
    let hasEnded = false;
    let done = false;
    const finish = () => {
      if (done) return;
      done = true;
      lines.end();
      if (--open === 0) onEnded();
    };
    const source = {
      take(limit) {
        const taken = done ? 0 : lines.take(limit);
        if (taken === limit) return taken;
        isBusy = false;
        if (hasEnded) finish();
        else if (stream.isPaused()) stream.resume();
        return taken;
      }
    };
    const begin = () => {
      if (isBusy) return;
      isBusy = true;
      takeTurns(source);
    };
    const end = () => {
      hasEnded = true;
      begin();
    };
    stream.on("data", (chunk) => {
      if (done) return;
      if (name === "stderr") tail.push(chunk);
      lines.push(chunk);
      begin();
      if (isBusy) stream.pause();
    });
    stream.on("error", () => {
    });
    stream.on("end", end);
    stream.on("close", end);
    closers.push(() => {
      if (!done && lines.take(LAST_LINES) === LAST_LINES && lines.waiting > 0) {
        onLine(name, `(${lines.waiting} bytes of its last output were dropped)`);
        lines.drop();
      }
      finish();
      stream.destroy();
    });
  }
  return {
    get ended() {
      return open === 0;
    },
    tail,
    close() {
      for (const close of closers) close();
    }
  };
}

const LAST_WORDS_MS = 500;
function spawnWorker(channel, command, request, sink) {
  const token = randomBytes(32).toString("hex");
  const oomBefore = countOomKills();
  const { guard = [] } = command;
  let child;
  let output;
  let exit;
  let reported = false;
  let failed = false;
  let descriptors = [];
  const link = channel.expect(token, request.epoch, {
    frame(frame) {
      if (frame.type === "hello") link.send(welcomeOf(request, descriptors));
      if (!reported) sink.frame(frame);
    },
    violation: (violation) => void (reported || sink.violation(violation)),
    disconnected() {
      if (!reported) sink.disconnected();
      settle();
    }
  });
  function report(end) {
    if (reported) return;
    output?.close();
    reported = true;
    link.forget();
    sink.exited(end);
  }
  function settle(atLast = false) {
    if (!exit || !atLast && (link.connected || !output?.ended)) return;
    output?.close();
    const oomAfter = countOomKills();
    const oomKills = oomBefore === void 0 || oomAfter === void 0 ? void 0 : oomAfter - oomBefore;
    report({
      ...exit,
      stderrTail: output?.tail.text() ?? "",
      ...oomKills === void 0 ? {} : { oomKills }
    });
  }
  const fail = (error) => {
    failed = true;
    report({ code: null, signal: null, spawnError: explain(error, command, request), stderrTail: "" });
  };
  let lent;
  try {
    lent = lend(request);
    descriptors = lent.numbers;
    const [file, ...args] = [...guard, command.file, ...command.args];
    child = spawn(file, args, {
      cwd: request.cwd,
      env: { ...request.env, ...channelEnvironment(channel.path, token, request, guard.length > 0) },
      stdio: ["ignore", "pipe", "pipe", ...lent.stdio],
      detached: true,
      shell: false,
      windowsHide: true
    });
  } catch (error) {
    setImmediate(fail, error);
    return { send: () => false, signal: () => false, disconnect() {
    } };
  } finally {
    lent?.done();
  }
  const pid = child.pid;
  child.on("error", (error) => {
    if (pid === void 0) fail(error);
  });
  if (pid !== void 0) {
    output = readOutput(
      { stdout: child.stdout, stderr: child.stderr },
      (stream, line) => void (reported || sink.output(stream, line)),
      () => settle()
    );
    child.once("spawn", () => sink.spawned(pid));
    child.once("exit", (code, signal) => {
      exit = { code, signal };
      killGroup(pid);
      setTimeout(settle, LAST_WORDS_MS, true);
      afterTurns(3, () => settle());
    });
  }
  return {
    send: (frame) => !reported && link.send(frame),
    signal(signal, target) {
      if (pid === void 0 || failed || exit) return false;
      return kill(target === "group" ? -pid : pid, signal);
    },
    disconnect: () => link.disconnect()
  };
}
function killGroup(pid) {
  if (process.platform !== "win32") kill(-pid, "SIGKILL");
}
function kill(target, signal) {
  try {
    return process.kill(process.platform === "win32" ? Math.abs(target) : target, signal);
  } catch {
    return false;
  }
}
function afterTurns(turns, then) {
  if (turns === 0) then();
  else setImmediate(() => afterTurns(turns - 1, then));
}
function channelEnvironment(path, token, request, guarded) {
  return {
    POOLABLE_CHANNEL: path,
    POOLABLE_TOKEN: token,
    POOLABLE_EPOCH: String(request.epoch),
    POOLABLE_SLOT: request.slot,
    POOLABLE_SUPERVISOR: String(process.pid),
    POOLABLE_GUARDED: guarded ? "1" : ""
  };
}
function lend({ listeners }) {
  const fds = listeners.flatMap(({ fd }) => fd ?? []);
  const calls = socketCalls();
  return typeof calls === "string" ? { stdio: [], numbers: [], done() {
  } } : calls.lend(fds);
}
function welcomeOf(request, descriptors) {
  const { pool, slot, group, type, epoch, generation, heartbeatMs, welcome: plugins = {} } = request;
  const numbers = descriptors.values();
  const listeners = request.listeners.map(({ fd, ...listener }) => ({
    ...listener,
    fd: fd === void 0 ? void 0 : numbers.next().value
  }));
  const config = {
    pool,
    slot,
    group,
    type,
    epoch,
    generation,
    heartbeatMs,
    listeners,
    plugins,
    credit: CREDIT_WINDOW
  };
  return { type: "welcome", config };
}
function explain(error, command, request) {
  const code = error?.code;
  if (code === "ENOENT") return `cannot start ${command.file} in ${request.cwd}: one of them does not exist`;
  return `cannot start ${command.file}: ${messageOf(error)}`;
}

function createRuntime(adapter, options) {
  const { name } = adapter;
  const { executable: given, root = "." } = options;
  let installed;
  let channel;
  let temporary;
  let guard = [];
  async function prepare() {
    installed ??= await findInstalled(name, { given, root: resolve$1(root), env: process.env });
    return installed;
  }
  return {
    name,
    async prepare() {
      await prepare();
    },
    refuse(group) {
      const { entry } = group;
      const fault = faultOf(entry);
      if (fault !== void 0) return { key: "entry", reason: `the entry ${entry} ${fault}` };
      return installed && adapter.refuse(group, installed);
    },
    spawn(request, sink) {
      if (!channel || !installed) return neverStarted(`the ${name} runtime is not open`, sink);
      const words = adapter.words(request, { installed, channel: channel.path, half: workerHalf(installed) });
      return spawnWorker(channel, { file: installed.file, args: words, guard }, request, sink);
    },
    realPath(path) {
      try {
        return realpathSync(path);
      } catch {
        return path;
      }
    },
    environment: (overrides) => workerEnvironment(process.env, overrides, runtimeTraits[name].environment),
    openListener,
    async socketAbilities() {
      const calls = socketCalls();
      const open = typeof calls === "string" ? calls : true;
      const openReusePort = openReusePortAbility();
      const bindReusePort = installed ? adapter.bindReusePort(installed) : `${name} is not prepared`;
      const { serveInherited } = adapter;
      return { open, openReusePort, bindReusePort, serveInherited, migrateQueue: migrateQueueAbility() };
    },
    takePassedListeners: () => takePassedListeners(),
    tellsStacks: runtimeTraits[name].tellsStacks,
    figures: processFigures,
    async open() {
      await prepare();
      if (options.directory === void 0) temporary = await mkdtemp(join(tmpdir(), "poolable-"));
      else await mkdir(options.directory, { recursive: true, mode: 448 });
      [channel, guard] = await Promise.all([openChannel(temporary ?? options.directory), deathSignal()]);
    },
    async close() {
      await channel?.close();
      channel = void 0;
      if (temporary !== void 0) await rm(temporary, { recursive: true, force: true });
      temporary = void 0;
    }
  };
}
function faultOf(entry) {
  try {
    return statSync(entry).isDirectory() ? "is a folder: name a file in it" : void 0;
  } catch (error) {
    const { code } = error;
    return code === "ENOENT" || code === "ENOTDIR" ? "does not exist" : `cannot be read: ${code}`;
  }
}
function workerHalf({ typescript }) {
  const { features } = process;
  return fileURLToPath(
    import.meta.url.endsWith(".ts") && features.typescript && typescript ? new URL("./worker/main.ts", import.meta.url) : import.meta.resolve("poolable/worker/main")
  );
}
function neverStarted(spawnError, sink) {
  setImmediate(() => sink.exited({ code: null, signal: null, spawnError, stderrTail: "" }));
  return { send: () => false, signal: () => false, disconnect() {
  } };
}

function bun(options = {}) {
  return createRuntime(adapter$2, options);
}
const adapter$2 = {
  name: "bun",
  words: ({ execArgv, entry, args }, { half }) => [...execArgv, half, entry, ...args],
  refuse({ permissions }) {
    if (permissions === "all") return void 0;
    const reason = "Bun has no permissions: run the group on Deno or Node, or leave permissions out";
    return { key: "permissions", reason };
  },
  bindReusePort: () => true,
  serveInherited: "Bun.serve listens only on a socket of its own"
};

const PATHS = ["read", "write", "ffi"];
function denoPermissions(permissions, needs) {
  if (permissions === "all") return ["--allow-all"];
  const { channel, listeners = [] } = needs;
  const bound = listeners.filter(({ reusePort }) => reusePort);
  const hosts = bound.map(
    ({ host = "127.0.0.1", port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`
  );
  const own = {
    read: [channel],
    write: [channel],
    net: [`unix:${channel}`, ...hosts],
    env: ["POOLABLE_*"]
  };
  const kinds = /* @__PURE__ */ new Set([...Object.keys(own), ...Object.keys(permissions)]);
  const flags = [...kinds].flatMap((kind) => {
    const given = permissions[kind] ?? false;
    if (given === true) return `--allow-${kind}`;
    const texts = [...own[kind] ?? [], ...given === false ? [] : given];
    if (texts.length === 0) return [];
    const paths = PATHS.includes(kind) ? texts.map((path) => resolve$1(needs.cwd, path)) : texts;
    return `--allow-${kind}=${paths.join(",")}`;
  });
  return ["--no-prompt", ...flags];
}
function refuseDenoPermissions(permissions) {
  if (permissions === "all") return void 0;
  for (const [kind, given] of Object.entries(permissions)) {
    const text = Array.isArray(given) ? given.find((each) => each.includes(",")) : void 0;
    if (text === void 0) continue;
    return `Deno takes no ${kind} permission with a comma in it, which ${JSON.stringify(text)} has: list each alone, or the folder above`;
  }
  return void 0;
}
const NODE_FREE = ["net", "env", "sys"];
const NODE_WHOLE = {
  run: "--allow-child-process",
  ffi: "--allow-addons"
};
function refuseNodePermissions(permissions) {
  if (permissions === "all") return void 0;
  const open = NODE_FREE.filter((kind) => permissions[kind] !== true);
  if (open.length > 0) {
    const add = open.map((kind) => `${kind}: true`).join(", ");
    return `Node cannot deny ${open.join(" or ")} to a worker: write ${add}, or run the group on Deno`;
  }
  const lists = Object.keys(NODE_WHOLE).filter((kind) => Array.isArray(permissions[kind]));
  if (lists.length === 0) return void 0;
  return `Node allows ${lists.join(" and ")} as a whole or not at all: write true or false, or run the group on Deno`;
}
function nodePermissions(permissions, needs, version) {
  if (permissions === "all") return [];
  const files = (kind, own) => {
    const given = permissions[kind] ?? false;
    if (given === true) return [`--allow-fs-${kind}=*`];
    const texts = given === false ? [] : given.map((path) => resolve$1(needs.cwd, path));
    return [.../* @__PURE__ */ new Set([...own, ...texts])].map((path) => `--allow-fs-${kind}=${path}`);
  };
  const whole = Object.entries(NODE_WHOLE).filter(([kind]) => permissions[kind] === true);
  return [
    isAtLeast(version, "22.13") ? "--permission" : "--experimental-permission",
    ...isAtLeast(version, "25") ? ["--allow-net"] : [],
    ...files("read", [`${dirname(needs.half)}/*`, needs.entry]),
    ...files("write", []),
    ...whole.map(([, flag]) => flag)
  ];
}

function deno(options = {}) {
  return createRuntime(adapter$1, options);
}
const adapter$1 = {
  name: "deno",
  /**
   * The entry is Deno's own main module: so its configuration is found, `import.meta.main` holds, and neither it nor
   * what it imports needs a permission to be read. The worker's half is loaded before it.
   */
  words({ permissions, execArgv, entry, args, cwd, listeners }, { channel, half }) {
    const flags = denoPermissions(permissions, { channel, cwd, listeners });
    const unstable = listeners.some(({ reusePort }) => reusePort) ? ["--unstable-net"] : [];
    return ["run", ...flags, ...unstable, ...execArgv, `--preload=${half}`, entry, ...args];
  },
  refuse({ permissions }) {
    const reason = refuseDenoPermissions(permissions);
    return reason === void 0 ? void 0 : { key: "permissions", reason };
  },
  bindReusePort: () => true,
  serveInherited: "Deno.serve listens only on a socket of its own"
};

function node(options = {}) {
  return createRuntime(adapter, options);
}
const adapter = {
  name: "node",
  words({ permissions, execArgv, entry, args, cwd }, { installed, channel, half }) {
    const flags = nodePermissions(permissions, { half, entry, cwd }, installed.version);
    return [...flags, ...execArgv, half, entry, ...args];
  },
  refuse({ entry, execArgv, permissions }, { version, typescript }) {
    const reason = refuseNodePermissions(permissions);
    if (reason !== void 0) return { key: "permissions", reason };
    if (!/\.[cm]?tsx?$|\.jsx$/.test(entry) || execArgv.length > 0) return void 0;
    if (entry.endsWith("x")) {
      const wayOut2 = "run the group on Bun or Deno, compile it, or give a loader in execArgv";
      return { key: "entry", reason: `the entry ${entry} is JSX, which Node cannot run: ${wayOut2}` };
    }
    if (typescript) return void 0;
    const wayOut = "use Node 22.18 or newer, Bun or Deno, or compile it";
    return {
      key: "entry",
      reason: `the entry ${entry} is TypeScript, which Node ${version} cannot run: ${wayOut}`
    };
  },
  bindReusePort: ({ version }) => hasReusePort(version),
  serveInherited: true
};

function allRuntimes({ executables = {}, ...options } = {}) {
  const made = { node, bun, deno };
  const names = Object.keys(made);
  return [ownRuntime, ...names.filter((name) => name !== ownRuntime)].map(
    (name) => made[name]({ ...options, executable: executables[name] })
  );
}

export { allRuntimes as a, bun as b, deno as c, deathSignal as d, openChannel as e, findInstalled as f, openListener as g, isUntried as i, node as n, ownRuntime as o, runtimeTraits as r, spawnWorker as s, workerEnvironment as w };
