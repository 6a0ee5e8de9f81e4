import { p as createDecisions, r as restart$1, k as sockets, g as scoreboard, j as jobs, s as scaling, h as health } from './poolable.CrzQ4Mcc.mjs';
import { P as PoolError, m as messageOf } from './poolable.DdW9wZ4H.mjs';
import { c as checkObject, r as refuse, i as isRecord } from './poolable.BerJKBEm.mjs';
import { a as parseDuration, f as formatDuration } from './poolable.Cyn1lGc9.mjs';
import { Hookable } from 'hookable';
import { S as SLOT_STATES, D as DEADLINES, i as isUp, P as POOL_STATES, n as notRunning } from './poolable.CBWgDNvk.mjs';
import { j as judgeFrame, p as phaseOf, g as goodbyeOf } from './poolable.Bfg37jxG.mjs';
import { a as allRuntimes } from './poolable.2FItBVVl.mjs';
import { s as systemClock } from './poolable.CtQKisq1.mjs';
import './poolable.DghgEwJh.mjs';

const PICK_STRATEGIES = [
  "leastJobs",
  "roundRobin",
  "random",
  "firstAvailable",
  "mostCapacity",
  "leastDelay"
];
const CALLABLE = {
  reactor: ["job", "service"],
  service: ["job"],
  job: ["job"]
};
const whole = (min, max) => ({
  accepts: `a whole number from ${min} to ${max}`,
  is: (value) => Number.isInteger(value) && value >= min && value <= max
});
const time$1 = {
  accepts: "milliseconds or text such as '30s'",
  is: (value) => (parseDuration(value) ?? 0) > 0
};
const oneOf$1 = (values) => ({
  accepts: values.map((value) => `'${value}'`).join(", "),
  is: (value) => values.includes(value)
});
const rules = {
  maxConcurrent: whole(1, 1e4),
  capacity: whole(1, 65535),
  timeLimit: time$1,
  slice: time$1,
  pick: oneOf$1(PICK_STRATEGIES),
  maxBytes: whole(1024, 1024 * 1024 * 1024),
  maxQueued: whole(1, 1e7),
  maxQueuedBytes: whole(1024, Number.MAX_SAFE_INTEGER),
  abortGrace: time$1,
  onIgnoredAbort: oneOf$1(["leave", "restart"])
};
function resolveJobs(path, given = {}) {
  checkObject(path, given, rules);
  const { maxConcurrent = 32, capacity = maxConcurrent } = given;
  return Object.freeze({
    maxConcurrent,
    capacity,
    timeLimit: parseDuration(given.timeLimit),
    slice: parseDuration(given.slice) ?? 5,
    pick: given.pick ?? "leastJobs",
    maxBytes: given.maxBytes ?? 16 * 1024 * 1024,
    maxQueued: given.maxQueued ?? 1e4,
    maxQueuedBytes: given.maxQueuedBytes ?? 64 * 1024 * 1024,
    abortGrace: parseDuration(given.abortGrace) ?? 5e3,
    onIgnoredAbort: given.onIgnoredAbort ?? "leave"
  });
}
function checkCalls(groups) {
  const known = new Map(groups.map((group) => [group.name, group]));
  for (const { name, type, calls } of groups) {
    for (const [index, callee] of calls.entries()) {
      const key = `groups.${name}.calls[${index}]`;
      const other = known.get(callee);
      if (!other)
        throw wrong(key, callee, `there is no such group; there are ${[...known.keys()].join(", ")}`);
      if (callee === name) throw wrong(key, callee, "a group does not call itself");
      if (!CALLABLE[type].includes(other.type)) {
        const allowed = CALLABLE[type].map((kind) => `'${kind}'`).join(" or ");
        throw wrong(key, callee, `it is a '${other.type}', and a '${type}' calls groups of type ${allowed}`);
      }
    }
  }
  for (const { name } of groups) {
    const circle = circleFrom(name, [name], known);
    if (circle) throw wrong(`groups.${name}.calls`, circle[1], `a circle: ${circle.join(" \u2192 ")}`);
  }
}
function circleFrom(start, path, known) {
  for (const callee of known.get(path.at(-1)).calls) {
    if (callee === start) return [...path, callee];
    const circle = path.includes(callee) ? void 0 : circleFrom(start, [...path, callee], known);
    if (circle) return circle;
  }
  return void 0;
}
function wrong(key, callee, why) {
  return new PoolError("E_CONFIG", `${key}: ${JSON.stringify(callee)} cannot be called: ${why}`);
}

const PERMISSION_KINDS = ["read", "write", "net", "env", "run", "sys", "ffi", "import"];

const MAX_SLOTS = 1e5;
const rule = (accepts, is) => ({ accepts, is });
const isText = (value) => typeof value === "string" && value !== "";
const isWhole = (value) => Number.isInteger(value) && value >= 0;
const isPort = (value) => isWhole(value) && value <= 65535;
const oneOf = (...values) => rule(values.map((value) => `'${value}'`).join(", "), (value) => values.includes(value));
const text = rule("text", isText);
const texts = rule(
  "a list of texts",
  (value) => Array.isArray(value) && value.every((item) => typeof item === "string")
);
const time = rule("milliseconds or text such as '30s'", (value) => (parseDuration(value) ?? 0) > 0);
const NAME = /^[A-Za-z0-9_][\w.-]{0,39}$/;
const name = rule(
  "1 to 40 letters, digits, '.', '_' or '-', the first a letter or digit",
  (value) => NAME.test(isText(value) ? value : "")
);
const poolRules = {
  name,
  groups: rule(
    "an object with at least one group",
    (value) => isRecord(value) && Object.keys(value).length > 0
  ),
  plugins: rule("a list of plugins", Array.isArray),
  strategy: oneOf("one-for-one", "one-for-all", "rest-for-one"),
  onViolation: oneOf("restart", "escalate", "shutdown"),
  root: text,
  executables: rule("an object of paths or commands", isRecord)
};
const groupRules = {
  entry: text,
  type: oneOf("reactor", "job", "service"),
  workers: rule("a whole number, or { min, max } with min <= max and max >= 1", isWorkers),
  runtime: text,
  listen: rule(
    "a port, a path, { port, host, path, backlog, name, strategy, prefer }, or a list of these",
    isListen
  ),
  calls: texts,
  jobs: rule("an object", isRecord),
  args: texts,
  env: rule("an object of texts, true or false", isEnvironment),
  cwd: text,
  execArgv: texts,
  permissions: rule("'all' or an object", (value) => value === "all" || isRecord(value)),
  restart: rule("a policy such as always() or limited({ max: 3 })", (value) => typeof value === "function"),
  hello: time,
  ready: time,
  heartbeat: time,
  drain: time,
  stop: time
};
const listenRules = {
  port: rule("a port from 0 to 65535", isPort),
  host: text,
  path: text,
  backlog: rule("a whole number from 1", (value) => isWhole(value) && value > 0),
  name,
  strategy: text,
  prefer: oneOf("lossless", "fast")
};
const permission = rule(
  "true, false or a list of texts",
  (value) => typeof value === "boolean" || Array.isArray(value) && value.every(isText)
);
const permissionRules = Object.fromEntries(PERMISSION_KINDS.map((kind) => [kind, permission]));
const TIMEOUTS = { hello: 1e4, ready: 3e4, heartbeat: 3e4, drain: 3e4, stop: 1e4 };
function resolveConfig(config, runtimes) {
  checkObject("", config, poolRules);
  if (config.name === void 0) refuse("name", void 0, name.accepts);
  if (config.groups === void 0) refuse("groups", void 0, poolRules.groups.accepts);
  if (config.executables !== void 0)
    checkObject(
      "executables",
      config.executables,
      Object.fromEntries(runtimes.map((known) => [known, text]))
    );
  const root = config.root ?? ".";
  const groups = Object.entries(config.groups).map(
    ([group, given], index) => resolveGroup(group, given, index, root, runtimes)
  );
  checkCalls(groups);
  const slots = groups.reduce((sum, group) => sum + group.max, 0);
  if (slots > MAX_SLOTS) refuse("groups", slots, `at most ${MAX_SLOTS} workers in all`);
  return Object.freeze({
    name: config.name,
    root,
    groups,
    strategy: config.strategy ?? "one-for-one",
    onViolation: config.onViolation ?? "escalate",
    plugins: config.plugins ?? []
  });
}
function resolveGroup(group, given, index, root, runtimes) {
  const path = `groups.${group}`;
  if (!NAME.test(group)) refuse(path, group, `a group name of ${name.accepts}`);
  checkObject(path, given, groupRules);
  const { permissions = "all" } = given;
  if (permissions !== "all") checkObject(`${path}.permissions`, permissions, permissionRules);
  if (given.entry === void 0)
    refuse(`${path}.entry`, void 0, "the path of the module that a worker runs");
  const runtime = given.runtime ?? runtimes[0];
  if (!runtimes.includes(runtime))
    refuse(`${path}.runtime`, runtime, runtimes.map((known) => `'${known}'`).join(", "));
  const listen = listeners(path, given.listen);
  const type = given.type ?? (listen.length > 0 ? "reactor" : "service");
  if (type === "job" && listen.length > 0) {
    throw new PoolError(
      "E_CONFIG",
      `${path}.listen: a group of type 'job' gets its work from calls and cannot listen`
    );
  }
  const { workers = 1 } = given;
  const [min, max] = typeof workers === "number" ? [workers, workers] : [workers.min, workers.max];
  return Object.freeze({
    name: group,
    index,
    type,
    entry: join(root, given.entry),
    runtime,
    min,
    max,
    listen,
    calls: given.calls ?? [],
    jobs: resolveJobs(`${path}.jobs`, given.jobs),
    args: given.args ?? [],
    env: given.env ?? {},
    cwd: given.cwd === void 0 ? root : join(root, given.cwd),
    execArgv: given.execArgv ?? [],
    permissions,
    restart: given.restart,
    timeouts: Object.fromEntries(
      Object.entries(TIMEOUTS).map(([key, fallback]) => [
        key,
        parseDuration(given[key]) ?? fallback
      ])
    )
  });
}
function listeners(path, listen) {
  if (listen === void 0) return [];
  const names = /* @__PURE__ */ new Set();
  return (Array.isArray(listen) ? listen : [listen]).map((item, index, all) => {
    const key = all.length > 1 ? `${path}.listen[${index}]` : `${path}.listen`;
    if (typeof item === "string" && /^\d+$/.test(item))
      refuse(key, item, `a port as a number (${item}), or a path`);
    const given = typeof item === "number" ? { port: item } : typeof item === "string" ? { path: item } : item;
    checkObject(key, given, listenRules);
    if (given.port === void 0 === (given.path === void 0))
      refuse(key, item, "either a port or a path");
    const called = given.name ?? (index === 0 ? "default" : String(given.port ?? given.path));
    if (names.has(called)) refuse(`${key}.name`, called, "a name that no other listener of the group has");
    names.add(called);
    return { ...given, name: called };
  });
}
function isWorkers(value) {
  if (isWhole(value)) return value >= 1;
  if (!isRecord(value) || Object.keys(value).some((key) => key !== "min" && key !== "max")) return false;
  return isWhole(value.min) && isWhole(value.max) && value.max >= 1 && value.min <= value.max;
}
function isListen(value) {
  if (Array.isArray(value))
    return value.length > 0 && value.every((item) => !Array.isArray(item) && isListen(item));
  return typeof value === "number" ? isPort(value) : isText(value) || isRecord(value);
}
function isEnvironment(value) {
  return isRecord(value) && Object.values(value).every((item) => typeof item === "string" || typeof item === "boolean");
}
function join(root, path) {
  return /^([/\\]|[A-Za-z]:)/.test(path) ? path : `${root.replace(/[/\\]$/, "")}/${path.replace(/^\.\//, "")}`;
}

const ACTIONS = ["restart", "idle", "permanent", "fail", "shutdown"];
const checks = {
  classifyExit(answer) {
    if (!isObject(answer)) return "not an exit verdict";
    if (typeof answer.class !== "string" || !answer.class) return "a verdict without a class";
    if (typeof answer.reason !== "string") return "a verdict without a reason";
    return isWithin(answer.counts, 0, 10) ? void 0 : `counts ${answer.counts}: accepted is 0 to 10`;
  },
  restart(answer) {
    if (!isObject(answer)) return "not a restart answer";
    if (!ACTIONS.includes(answer.action))
      return `action ${String(answer.action)}: accepted is ${ACTIONS.join(", ")}`;
    if (typeof answer.reason !== "string") return "a restart answer without a reason";
    if (answer.delayMs !== void 0 && !(Number.isFinite(answer.delayMs) && answer.delayMs >= 0)) {
      return `delayMs ${answer.delayMs}: accepted is a number of milliseconds from 0`;
    }
    if (answer.exitCode !== void 0 && !isWithin(answer.exitCode, 0, 255)) {
      return `exitCode ${answer.exitCode}: accepted is 0 to 255`;
    }
    return void 0;
  },
  bounce: (answer) => isTexts(answer) ? void 0 : "not a list of groups",
  scaleTarget: (answer) => isWithin(answer, 0, Number.MAX_SAFE_INTEGER) ? void 0 : `${answer} is not a number of workers`,
  refuseScale: (answer) => typeof answer === "string" && answer !== "" ? void 0 : "not a reason",
  reloadPlan(answer) {
    if (!isObject(answer)) return "not a plan";
    if (!isWithin(answer.surge, 1, Number.MAX_SAFE_INTEGER))
      return `surge ${answer.surge}: accepted is 1 or more`;
    const { minReadyMs, trialMs = 0, refusal } = answer;
    for (const [key, ms] of Object.entries({ minReadyMs, trialMs })) {
      if (!(Number.isFinite(ms) && ms >= 0))
        return `${key} ${ms}: accepted is a number of milliseconds from 0`;
    }
    const isReason = refusal === void 0 || typeof refusal === "string" && refusal !== "";
    return isReason ? void 0 : `refusal ${String(refusal)}: accepted is a reason`;
  },
  pickWorker: (answer) => typeof answer === "string" ? void 0 : "not the id of a slot",
  canShareSocket: (answer) => answer === true || typeof answer === "string" ? void 0 : "neither true nor a reason"
};
function wrongSpawnOptions(value) {
  if (!isObject(value)) return "no options";
  const { entry, args, execArgv, permissions, env, cwd, listeners } = value;
  if (typeof entry !== "string" || !entry) return "no entry";
  if (!isTexts(args) || !isTexts(execArgv)) return "arguments that are not a list of texts";
  if (permissions !== "all" && !arePermissions(permissions)) return "permissions that are none";
  if (!isObject(env) || !isTexts(Object.values(env))) return "an environment that is not of texts";
  if (typeof cwd !== "string") return "no folder to work in";
  return Array.isArray(listeners) ? void 0 : "listeners that are no list";
}
function isObject(value) {
  return typeof value === "object" && value !== null;
}
function isTexts(value) {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
function isWithin(value, low, high) {
  return Number.isInteger(value) && value >= low && value <= high;
}
function arePermissions(value) {
  if (!isObject(value)) return false;
  return Object.values(value).every((given) => typeof given === "boolean" || isTexts(given));
}

function createAsker(fault) {
  const decisions = createDecisions();
  let answeredBy = "";
  function guard(decision, check, tap) {
    const ask = tap.fn;
    return {
      ...tap,
      fn: (...asked) => {
        let answer;
        try {
          answer = ask(...asked);
        } catch (error) {
          fault(tap.name, decision, error);
          return void 0;
        }
        if (answer === void 0) return void 0;
        const wrong = check(answer, asked[0]);
        if (wrong !== void 0) {
          fault(tap.name, decision, new TypeError(`answered ${decision} with ${wrong}`));
          return void 0;
        }
        answeredBy = tap.name;
        return answer;
      }
    };
  }
  for (const [name, check] of Object.entries(checks)) {
    decisions[name].intercept({ register: (tap) => guard(name, check, tap) });
  }
  decisions.spawnOptions.intercept({ register: guardSpawn });
  return {
    decisions,
    classifyExit(report) {
      const answer = decisions.classifyExit.call(report);
      if (answer) return { answer, by: answeredBy };
      return { answer: { class: "unclassified", reason: "no plugin classified it", counts: 1 }, by: KERNEL };
    },
    restart(question) {
      const answer = decisions.restart.call(question);
      return answer ? { answer, by: answeredBy } : { answer: { action: "idle", reason: "no plugin decided" }, by: KERNEL };
    },
    bounce: (question) => decisions.bounce.call([], question),
    reloadPlan: (question) => decisions.reloadPlan.call({ surge: 1, minReadyMs: 1e3 }, question),
    scaleTarget: (target, question) => decisions.scaleTarget.call(target, question)
  };
}
const KERNEL = "poolable:kernel";
function guardSpawn(tap) {
  const change = tap.fn;
  const ask = async (options, about) => tap.type === "async" ? await new Promise((resolve, reject) => {
    change(options, about, (error, answer) => error ? reject(error) : resolve(answer));
  }) : await change(options, about);
  const fn = async (options, about) => {
    try {
      const answer = await ask(options, about);
      const wrong = wrongSpawnOptions(answer === void 0 ? options : answer);
      if (wrong !== void 0) throw new TypeError(`answered with ${wrong}`);
      return answer;
    } catch (error) {
      throw new Error(`plugin ${tap.name} failed in spawnOptions: ${messageOf(error)}`, { cause: error });
    }
  };
  return { ...tap, type: "promise", fn };
}

const FIXED_IN_POOL = ["name", "strategy", "onViolation"];
const FIXED = [
  "type",
  "runtime",
  "min",
  "max",
  "listen",
  "calls",
  "jobs"
];
function createGenerations(first, runtimes, runtimeNames) {
  const known = /* @__PURE__ */ new Map([[1, first.groups.map(pin)]]);
  let latest = 1;
  function pin(group) {
    const runtime = runtimes.get(group.runtime);
    return { ...group, entry: runtime.realPath(group.entry), cwd: runtime.realPath(group.cwd) };
  }
  return {
    get latest() {
      return latest;
    },
    group: (generation, index) => known.get(generation)[index],
    next(config) {
      const resolved = resolveConfig(config, runtimeNames);
      const { groups } = resolved;
      refuseChanges(first, resolved);
      for (const group of groups) checkNeeds(group, runtimes);
      known.set(++latest, groups.map(pin));
      return latest;
    },
    prune(inUse) {
      for (const generation of known.keys()) {
        if (!inUse.has(generation)) known.delete(generation);
      }
    }
  };
}
function checkNeeds(group, runtimes) {
  const refusal = runtimes.get(group.runtime).refuse?.(group);
  if (!refusal) return;
  const { key, reason } = refusal;
  throw new PoolError(key === "entry" ? "E_ENTRY" : "E_RUNTIME", `groups.${group.name}.${key}: ${reason}`);
}
function refuseChanges(old, next) {
  for (const key of FIXED_IN_POOL) {
    if (next[key] === old[key]) continue;
    const change = `${key}: ${JSON.stringify(next[key])} instead of ${JSON.stringify(old[key])}`;
    throw new PoolError("E_CONFIG", `${change}; a reload keeps it, restart the pool to change it`);
  }
  const { groups: before } = old;
  const { groups: after } = next;
  const names = (groups) => groups.map(({ name }) => name).join(", ");
  if (names(before) !== names(after)) {
    const change = `groups: ${names(after)} instead of ${names(before)}`;
    throw new PoolError("E_CONFIG", `${change}; a reload keeps the groups, restart the pool to change them`);
  }
  for (const [index, group] of after.entries()) {
    for (const key of FIXED) {
      if (JSON.stringify(group[key]) === JSON.stringify(before[index][key])) continue;
      const shown = key === "min" || key === "max" ? "workers" : key;
      throw new PoolError(
        "E_CONFIG",
        `groups.${group.name}.${shown}: a reload keeps it; restart the pool to change it`
      );
    }
  }
}

function createNotifier() {
  const hooks = new Hookable();
  function fault(name, error) {
    if (name !== "plugin:error") notify("plugin:error", { plugin: "observer", stage: name, error });
  }
  function notify(name, payload) {
    hooks.callHookWith(
      (observers) => {
        for (const observe of [...observers]) {
          try {
            const result = observe(payload);
            if (result instanceof Promise) result.catch((error) => fault(name, error));
          } catch (error) {
            fault(name, error);
          }
        }
      },
      name,
      [payload]
    );
  }
  return { hooks, notify };
}

const MAX_TEXT = 8 * 1024;
const MAX_CAUSES = 10;
const LEVELS = ["debug", "info", "warn", "error"];
function readLog(frame) {
  const level = LEVELS.includes(frame.level) ? frame.level : "info";
  return { level, message: readText(frame.message) ?? "", data: frame.data };
}
function readError(value, depth = 0) {
  const source = typeof value === "object" && value !== null ? value : {};
  const cause = source.cause === void 0 || depth >= MAX_CAUSES ? void 0 : readError(source.cause, depth + 1);
  const stack = readText(source.stack);
  return {
    name: readText(source.name) ?? "Error",
    message: readText(source.message) ?? "",
    ...stack === void 0 ? {} : { stack },
    ...cause === void 0 ? {} : { cause }
  };
}
function readText(value) {
  return typeof value === "string" ? value.slice(0, MAX_TEXT) : void 0;
}

const BUDGET_WINDOW_MS = 6e4;
const SLOT_BUDGET = 5;
const HEALTHY_MS = 6e4;
const AT_ONCE_UPTIME_MS = 1e4;
const UNCOUNTED_INTERVAL_MS = 1e3;
const SPAWN_INTERVAL_MS = 250;
const BACKOFF_BASE_MS = 250;
const BACKOFF_MAX_MS = 3e4;
const JITTER = 0.2;
function poolBudget(slots) {
  return Math.max(10, 3 * slots);
}
function backoffMs(streak, chance) {
  const wait = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** Math.min(streak, 20));
  return Math.min(BACKOFF_MAX_MS, Math.round(wait * (1 - JITTER + 2 * JITTER * chance)));
}
function isHealthy(worker, now) {
  return worker.ready && now - worker.readyAt >= HEALTHY_MS;
}
function withinWindow(times, now) {
  return times.filter((time) => now - time < BUDGET_WINDOW_MS);
}
const NO_COUNT = Object.freeze({ buckets: [] });
function addCount(rolling, count, now) {
  const second = Math.floor(now / 1e3);
  const kept = rolling.buckets.filter(([at]) => second - at < BUDGET_WINDOW_MS / 1e3);
  const last = kept.at(-1);
  return last?.[0] === second ? { buckets: [...kept.slice(0, -1), [second, last[1] + count]] } : { buckets: [...kept, [second, count]] };
}
function sumCount(rolling) {
  return rolling.buckets.reduce((sum, [, count]) => sum + count, 0);
}

function isOver({ state, ended }) {
  return state === "permanent" || state === "failed" || state === "idle" && ended;
}

const NO_COUNTS = {
  live: 0,
  starting: 0,
  ready: 0,
  pending: 0,
  wanted: 0,
  up: 0,
  unready: 0,
  over: 0,
  failed: 0,
  bootFailed: 0,
  surging: 0
};
const COUNT_NAMES = Object.keys(NO_COUNTS);
function isSurging({ seat, state, ticket }) {
  return seat === "surge" && (state !== "idle" || ticket !== null);
}
function countsOf(slot) {
  const { state, wanted } = slot;
  const over = isOver(slot);
  const up = wanted && !over;
  return {
    live: SLOT_STATES[state].process ? 1 : 0,
    starting: state === "starting" ? 1 : 0,
    ready: state === "ready" ? 1 : 0,
    pending: state === "backoff" || slot.ticket !== null ? 1 : 0,
    wanted: wanted ? 1 : 0,
    up: up ? 1 : 0,
    unready: up && state !== "ready" ? 1 : 0,
    over: over ? 1 : 0,
    failed: state === "failed" ? 1 : 0,
    bootFailed: slot.bootFailed ? 1 : 0,
    surging: isSurging(slot) ? 1 : 0
  };
}

const EMPTY_QUEUE = Object.freeze({ front: null, back: null });
function enqueue(queue, value) {
  return { front: queue.front, back: { value, next: queue.back } };
}
function dequeue(queue) {
  let front = queue.front;
  let back = queue.back;
  if (!front) {
    for (; back; back = back.next) front = { value: back.value, next: front };
  }
  return front ? { value: front.value, rest: { front: front.next, back } } : void 0;
}

const BITS = 5;
const MASK = (1 << BITS) - 1;
class Tree {
  length;
  #root;
  /** The bits of an index below those that choose in the root; 0 when the root holds the entries. */
  #shift;
  constructor(root, shift, length) {
    this.#root = root;
    this.#shift = shift;
    this.length = length;
  }
  get(index) {
    let node = this.#root;
    for (let shift = this.#shift; shift > 0; shift -= BITS) node = node[index >> shift & MASK];
    return node[index & MASK];
  }
  set(index, value) {
    return new Tree(withValue(this.#root, this.#shift, index, value), this.#shift, this.length);
  }
  *[Symbol.iterator]() {
    for (let index = 0; index < this.length; index++) yield this.get(index);
  }
}
function withValue(node, shift, index, value) {
  const copy = node.slice();
  const at = index >> shift & MASK;
  copy[at] = shift === 0 ? value : withValue(node[at], shift - BITS, index, value);
  return copy;
}
function vectorOf(values) {
  let level = values.slice();
  let shift = 0;
  for (; level.length > MASK + 1; shift += BITS) {
    const above = [];
    for (let start = 0; start < level.length; start += MASK + 1)
      above.push(level.slice(start, start + MASK + 1));
    level = above;
  }
  return new Tree(level, shift, values.length);
}

function initialState(config) {
  const groups = [];
  const slots = [];
  for (const group of config.groups) {
    groups.push({
      index: group.index,
      name: group.name,
      first: slots.length,
      min: group.min,
      max: group.max,
      timeouts: group.timeouts,
      desired: group.min,
      generation: 1,
      everReady: false,
      halting: "no",
      counts: { ...NO_COUNTS }
    });
    for (let index = 0; index < group.max; index++) {
      slots.push(idleSlot(slots.length, `${group.name}#${index}`, group.index));
    }
  }
  const mains = slots.length;
  for (const { id, group, index } of slots.slice()) {
    slots.push({ ...idleSlot(mains + index, id, group), seat: "surge", twin: index });
    slots[index] = { ...slots[index], twin: mains + index };
  }
  return {
    pool: {
      name: config.name,
      state: "init",
      ordered: config.strategy !== "one-for-one",
      generation: 1,
      counts: { ...NO_COUNTS },
      dormant: groups.filter((group) => group.desired === 0).length,
      halting: 0,
      awayMs: 0,
      queue: EMPTY_QUEUE,
      tickets: 0,
      exits: NO_COUNT,
      reload: null,
      lastReload: null,
      end: null
    },
    groups: vectorOf(groups),
    slots: vectorOf(slots)
  };
}
function idleSlot(index, id, group) {
  return {
    index,
    id,
    group,
    seat: "main",
    twin: index,
    state: "idle",
    wanted: false,
    ended: false,
    ticket: null,
    bootFailed: false,
    epoch: 0,
    generation: 0,
    restarts: 0,
    deadline: null,
    worker: null,
    startedAt: -Infinity,
    counted: [],
    streak: 0,
    lastExit: null
  };
}

function judgeExit(asker, { state, seat, worker, end, now, chance }) {
  const group = state.groups.get(seat.group);
  const report = reportOf(seat, group, end, now);
  const { answer: verdict, by: classifiedBy } = asker.classifyExit(report);
  const { slot, epoch } = worker;
  const event = { type: "exited", slot, epoch, report, verdict, classifiedBy, chance };
  if (verdict.class === "requested" || seat.seat === "surge") {
    const reason = report.intent ? "as asked" : "the old generation goes on";
    const answer2 = { action: "restart", reason };
    return { ...event, answer: answer2, decidedBy: KERNEL, bounce: [] };
  }
  const question = {
    report,
    verdict,
    now,
    counted: withinWindow(seat.counted, now).length + verdict.counts,
    limit: SLOT_BUDGET,
    streak: isHealthy(seat.worker, now) ? 0 : seat.streak,
    generation: seat.generation,
    group: {
      name: group.name,
      everReady: group.everReady,
      bootFailures: group.counts.bootFailed + (seat.bootFailed || report.ready ? 0 : 1),
      wanted: group.counts.wanted
    }
  };
  const { answer, by: decidedBy } = asker.restart(question);
  return { ...event, answer, decidedBy, bounce: verdict.counts > 0 ? asker.bounce(question) : [] };
}
function reportOf(slot, group, end, now) {
  const { worker } = slot;
  return Object.freeze({
    slot: slot.id,
    group: group.name,
    epoch: slot.epoch,
    pid: worker.pid,
    hello: worker.hello,
    ready: worker.ready,
    goodbye: worker.goodbye,
    goodbyeReason: worker.goodbyeReason,
    acked: worker.goodbye !== void 0,
    code: end.code,
    signal: end.signal,
    spawnError: end.spawnError,
    sentSignals: worker.sentSignals,
    intent: worker.intent,
    cause: worker.cause,
    violation: worker.violation,
    evidence: worker.evidence,
    uptimeMs: Math.max(0, now - worker.spawnedAt),
    error: worker.error,
    stderrTail: end.stderrTail,
    oomKills: end.oomKills
  });
}

const SLOW_SETUP_MS = 1e3;
const DISPOSE_LIMIT_MS = 1e4;
function createPluginList(notifier, clock) {
  const plugins = /* @__PURE__ */ new Map();
  const disposers = [];
  async function setupOne(plugin, pool) {
    const startedAt = clock.now();
    const cancel = clock.at(startedAt + SLOW_SETUP_MS, () => {
      notifier.notify("plugin:slow", { plugin: plugin.name, tookMs: clock.now() - startedAt });
    });
    try {
      const dispose = await plugin.setup(pool);
      if (typeof dispose === "function") disposers.push([plugin.name, dispose]);
    } catch (error) {
      if (error instanceof PoolError) throw error;
      throw new PoolError("E_PLUGIN", `plugin ${plugin.name} failed in setup: ${messageOf(error)}`, {
        cause: error
      });
    } finally {
      cancel();
    }
  }
  async function disposeOne(plugin, dispose) {
    let cancel;
    const late = new Promise((_, reject) => {
      const limit = formatDuration(DISPOSE_LIMIT_MS);
      cancel = clock.at(clock.now() + DISPOSE_LIMIT_MS, () => reject(new Error(`not done after ${limit}`)));
    });
    try {
      await Promise.race([dispose(), late]);
    } catch (error) {
      notifier.notify("plugin:error", { plugin, stage: "dispose", error });
    } finally {
      cancel();
    }
  }
  const list = {
    add(inputs) {
      for (const input of inputs) {
        if (!input) continue;
        if (Array.isArray(input)) {
          list.add(input);
          continue;
        }
        const { name, setup } = input;
        if (typeof name !== "string" || name === "" || typeof setup !== "function") {
          throw new PoolError(
            "E_PLUGIN",
            "plugins: expected { name, setup }; use definePlugin and call what it returns"
          );
        }
        if (plugins.has(name))
          throw new PoolError("E_PLUGIN", `plugins: two plugins are named ${name}; remove one`);
        plugins.set(name, input);
      }
    },
    async setup(pool) {
      try {
        for (const plugin of plugins.values()) await setupOne(plugin, pool);
      } catch (error) {
        await list.dispose();
        throw error;
      }
    },
    async dispose() {
      for (; ; ) {
        const next = disposers.pop();
        if (!next) return;
        await disposeOne(...next);
      }
    }
  };
  return list;
}

const PRECEDENCE = { stop: 4, scale: 3, reload: 2, bounce: 1, restart: 0 };
function move(draft, index, cause, why = cause) {
  const slot = draft.slot(index);
  const to = SLOT_STATES[slot.state].on[cause];
  if (!to) return false;
  const after = draft.change(index, { state: to });
  draft.fact("slot:state", { ...draft.named(after), seat: slot.seat, from: slot.state, to, cause: why });
  return true;
}
function arm(draft, index, kind, ms) {
  const slot = draft.slot(index);
  const at = draft.now + (ms ?? timeOf(timeoutsOf(draft, slot), kind));
  draft.change(index, { deadline: { kind, at, awayMs: draft.pool.awayMs } });
  draft.effect({ type: "arm", seat: index, at });
}
function disarm(draft, index) {
  if (!draft.slot(index).deadline) return;
  draft.change(index, { deadline: null });
  draft.effect({ type: "disarm", seat: index });
}
function timeoutsOf(draft, slot) {
  return timeoutsBy(draft.pool.reload, draft.group(slot.group), slot);
}
function timeoutsBy(reload, group, slot) {
  const plan = reload && reload.generation === slot.generation ? reload.plans.find((candidate) => candidate.group === slot.group) : void 0;
  return (plan ?? group).timeouts;
}
function silenceMs({ heartbeat }) {
  return Math.round(heartbeat * 5 / 6);
}
function timeOf(timeouts, kind) {
  const fixed = DEADLINES[kind].ms;
  if (fixed !== null) return fixed;
  if (kind === "stop" || kind === "term") return timeouts.stop / 2;
  if (kind === "silence") return silenceMs(timeouts);
  if (kind === "heartbeat") return timeouts.heartbeat - silenceMs(timeouts);
  return kind in timeouts ? timeouts[kind] : 0;
}
function end(draft, index, intent, how) {
  const slot = draft.slot(index);
  if (!slot.worker) {
    unqueue(draft, index);
    if (slot.state === "backoff") {
      disarm(draft, index);
      move(draft, index, "cancel", intent);
    }
    return;
  }
  const { intent: before } = slot.worker;
  if (!before || PRECEDENCE[intent] > PRECEDENCE[before]) draft.changeWorker(index, { intent });
  if (how === "kill") {
    kill(draft, index, void 0);
  } else if (how === "drain" && move(draft, index, "drain", intent)) {
    const { drain } = timeoutsOf(draft, slot);
    draft.effect({ type: "send", ...draft.addressed(slot), frame: { type: "drain", deadlineMs: drain } });
    draft.fact("worker:draining", { ...draft.named(draft.slot(index)), reason: intent });
    arm(draft, index, "drain");
  } else if (slot.state === "starting" || how === "stop") {
    stop(draft, index, intent);
  }
}
function stop(draft, index, why) {
  if (!move(draft, index, "stop", why)) return;
  const slot = draft.slot(index);
  const { stop: deadlineMs } = timeoutsOf(draft, slot);
  draft.effect({ type: "send", ...draft.addressed(slot), frame: { type: "stop", deadlineMs } });
  if (!slot.worker?.hello) signal(draft, index, "SIGTERM");
  arm(draft, index, "stop");
}
function kill(draft, index, cause) {
  const slot = draft.slot(index);
  if (!slot.worker) return;
  if (cause && !slot.worker.cause) draft.changeWorker(index, { cause });
  if (!move(draft, index, "kill", cause ?? slot.worker.intent ?? "kill")) return;
  signal(draft, index, "SIGKILL");
  arm(draft, index, "kill");
}
function signal(draft, index, name) {
  const slot = draft.slot(index);
  if (!slot.worker) return;
  draft.changeWorker(index, { sentSignals: [...slot.worker.sentSignals, name] });
  draft.effect({ type: "signal", ...draft.addressed(slot), signal: name });
}
function unqueue(draft, index) {
  if (draft.slot(index).ticket !== null) draft.change(index, { ticket: null });
}

const CONCURRENT_STARTS = 8;
const HELD = -1;
function turnHasCome(draft, groupIndex) {
  if (draft.pool.halting > 0) return false;
  if (!draft.pool.ordered) return true;
  for (let index = 0; index < groupIndex; index++) {
    if (draft.group(index).counts.unready > 0) return false;
  }
  return true;
}
function requestStart(draft, index) {
  const slot = draft.slot(index);
  if (slot.state !== "idle" || slot.ticket !== null || !isUp(draft.pool.state)) return;
  const early = slot.startedAt + SPAWN_INTERVAL_MS - draft.now;
  if (early > 0) {
    move(draft, index, "wait");
    return arm(draft, index, "backoff", early);
  }
  if (turnHasCome(draft, slot.group)) issueTicket(draft, index);
  else draft.change(index, { ticket: HELD });
}
function releaseHeld(draft, groupIndex) {
  for (const slot of draft.seatsOf(draft.group(groupIndex))) {
    if (slot.ticket === HELD) issueTicket(draft, slot.index);
  }
}
function issueTicket(draft, index) {
  const number = draft.pool.tickets++;
  draft.pool.queue = enqueue(draft.pool.queue, { slot: index, number });
  draft.change(index, { ticket: number });
}
function pump(draft) {
  while (draft.pool.counts.starting < CONCURRENT_STARTS) {
    const next = dequeue(draft.pool.queue);
    if (!next) return;
    draft.pool.queue = next.rest;
    const { index, group, ticket } = draft.slot(next.value.slot);
    if (ticket !== next.value.number) continue;
    if (turnHasCome(draft, group)) start$1(draft, index);
    else draft.change(index, { ticket: HELD });
  }
}
function generationOf(draft, slot) {
  const { reload } = draft.pool;
  const current = draft.group(slot.group).generation;
  if (!reload?.plans.some(({ group }) => group === slot.group)) return current;
  return reload.hard || slot.generation === reload.generation ? reload.generation : current;
}
function start$1(draft, index) {
  const slot = draft.slot(index);
  const epoch = Math.max(slot.epoch, draft.slot(slot.twin).epoch) + 1;
  const after = draft.change(index, {
    epoch,
    generation: generationOf(draft, slot),
    restarts: epoch === 1 ? 0 : slot.restarts + 1,
    ticket: null,
    ended: false,
    startedAt: draft.now,
    worker: {
      pid: void 0,
      spawnedAt: draft.now,
      hello: false,
      ready: false,
      readyAt: 0,
      heard: false,
      goodbye: void 0,
      goodbyeReason: void 0,
      error: void 0,
      sentSignals: [],
      intent: void 0,
      cause: void 0,
      violation: void 0,
      evidence: void 0
    }
  });
  move(draft, index, "start");
  arm(draft, index, "hello");
  draft.effect({ type: "spawn", ...draft.addressed(after), generation: after.generation });
}

function halt(draft, groupIndex) {
  if (draft.group(groupIndex).halting !== "no") return;
  draft.editGroup(groupIndex).halting = "waiting";
  draft.pool.halting++;
}
function advance(draft) {
  if (draft.pool.halting > 0 && !haltNext(draft)) return;
  if (!isUp(draft.pool.state)) return;
  for (let index = 0; index < draft.groupCount; index++) {
    if (draft.group(index).counts.pending > 0) releaseHeld(draft, index);
    if (draft.pool.ordered && draft.group(index).counts.unready > 0) return;
  }
}
function haltNext(draft) {
  for (let index = draft.groupCount - 1; index >= 0; index--) {
    if (draft.group(index).halting === "no") continue;
    if (draft.group(index).halting === "waiting") tell(draft, index);
    const gone = draft.group(index).counts.live === 0;
    if (!gone && draft.pool.ordered) return false;
    if (gone) {
      draft.editGroup(index).halting = "no";
      draft.pool.halting--;
    }
  }
  return draft.pool.halting === 0;
}
function tell(draft, index) {
  const group = draft.editGroup(index);
  group.halting = "told";
  const shutdown = draft.pool.state === "shutdown";
  const intent = shutdown ? "stop" : draft.pool.reload?.hard ? "reload" : "bounce";
  for (const slot of draft.seatsOf(group)) {
    if (shutdown || slot.worker) end(draft, slot.index, intent, "drain");
  }
}

function finishReload(draft, stopped) {
  const record = draft.pool.reload;
  if (!record) return;
  const reason = stopped ?? record.failure;
  const rolledBack = record.failure !== null;
  let failed = record.given.length;
  for (const { group, timeouts } of record.plans) {
    failed += draft.group(group).counts.failed;
    if (reason !== null || record.only !== null) continue;
    const edited = draft.editGroup(group);
    edited.generation = record.generation;
    edited.timeouts = timeouts;
  }
  if (reason === null && record.only === null) draft.pool.generation = record.generation;
  const { generation, hard, replaced, forced, only } = record;
  const slot = only === null ? void 0 : draft.slot(only).id;
  draft.pool.reload = null;
  draft.pool.lastReload = { generation, hard, rolledBack, reason, replaced, failed, forced };
  const fact = { pool: draft.pool.name, generation, hard, replaced, failed, forced, slot };
  if (reason === null) draft.fact("reload:done", fact);
  else draft.fact("reload:rolledback", { ...fact, reason });
}

const EXIT_ALL_FAILED = 75;
function shutdown(draft, order) {
  const { state } = draft.pool;
  if (state === "init") draft.pool.end = { exitCode: order.exitCode, reason: order.reason };
  if (state === "init") return terminate(draft);
  if (!isUp(state)) return;
  if (draft.pool.reload) finishReload(draft, order.reason);
  draft.pool.end = { exitCode: order.exitCode, reason: order.reason };
  movePool(draft, "shutdown");
  const fact = { pool: draft.pool.name, reason: order.reason, exitCode: order.exitCode };
  if (order.critical) draft.fact("pool:critical", fact);
  draft.fact("pool:stopping", fact);
  for (let index = 0; index < draft.groupCount; index++) {
    const inTurn = draft.pool.ordered && draft.group(index).counts.live > 0;
    for (const slot of draft.seatsOf(draft.group(index))) {
      if (!slot.worker || !inTurn) end(draft, slot.index, "stop", "drain");
    }
    if (inTurn) halt(draft, index);
  }
}
function force(draft) {
  for (let index = 0; index < draft.slotCount; index++) {
    if (draft.slot(index).worker) end(draft, index, "stop", "kill");
  }
}
function settle(draft) {
  const { pool } = draft;
  if (pool.counts.live > 0) return;
  if (pool.state === "shutdown") {
    terminate(draft);
  } else if (isUp(pool.state) && pool.counts.pending === 0 && pool.dormant === 0) {
    const failed = pool.counts.failed > 0;
    const reason = failed ? "every slot that is left has failed" : "every worker has ended for good";
    shutdown(draft, { exitCode: failed ? EXIT_ALL_FAILED : 0, reason, critical: failed });
    settle(draft);
  }
}
function terminate(draft) {
  movePool(draft, "terminated");
  const { exitCode, reason } = draft.pool.end;
  draft.fact("pool:stopped", { pool: draft.pool.name, exitCode, reason });
  draft.effect({ type: "closed" });
}
function movePool(draft, to) {
  const from = draft.pool.state;
  if (!POOL_STATES[from].next.includes(to)) return;
  draft.pool.state = to;
  draft.fact("pool:state", { pool: draft.pool.name, from, to });
}

function reload(draft, command) {
  if (draft.pool.state !== "running" || draft.pool.reload) return;
  const { generation, hard, plans, only = null } = command;
  const begun = { next: 0, failure: null, replaced: 0, forced: 0, given: [] };
  draft.pool.reload = { generation, hard, plans, only, ...begun };
  const groups = plans.map(({ group }) => draft.group(group).name);
  const slot = only === null ? void 0 : draft.slot(only).id;
  draft.fact("reload:started", { pool: draft.pool.name, generation, hard, groups, slot });
  if (!hard) return;
  movePool(draft, "restarting");
  for (const { group } of plans) {
    halt(draft, group);
    for (const slot2 of draft.slotsOf(draft.group(group))) renew(draft, slot2, generation);
  }
}
function renew(draft, slot, generation) {
  draft.change(slot.index, { generation, counted: [], streak: 0 });
  if (!slot.wanted || slot.state !== "backoff" && slot.state !== "failed" || isReplaced(draft, slot))
    return;
  disarm(draft, slot.index);
  move(draft, slot.index, "cancel", "reload");
  requestStart(draft, slot.index);
}
function advanceReload(draft) {
  const record = draft.pool.reload;
  if (record.hard) {
    const isBack = ({ group }) => draft.group(group).counts.unready === 0;
    if (draft.pool.halting > 0 || !record.plans.every(isBack)) return;
    movePool(draft, "running");
    const replaced = record.plans.reduce((sum, { group }) => sum + draft.group(group).counts.ready, 0);
    draft.pool.reload = { ...record, replaced };
    return finishReload(draft);
  }
  for (const plan of record.plans) {
    const group = draft.group(plan.group);
    const target = targetOf(record, group);
    let free = plan.surge - group.counts.surging;
    if (free <= 0) return;
    let isDone = group.counts.surging === 0;
    for (const slot of slotsFrom(draft, group, record.next)) {
      if (!isCandidate(record, slot, target) || isReplaced(draft, slot)) continue;
      isDone = false;
      if (isSurging(draft.slot(slot.twin))) continue;
      draft.change(slot.twin, { generation: target });
      requestStart(draft, slot.twin);
      draft.pool.reload = { ...record, next: slot.index + 1 };
      if (--free <= 0) return;
    }
    if (!isDone) return;
  }
  finishReload(draft);
}
function* slotsFrom(draft, group, from) {
  const { first, max } = group;
  const start = from >= first && from < first + max ? from - first : 0;
  for (let step = 0; step < max; step++) yield draft.slot(first + (start + step) % max);
}
function targetOf(record, group) {
  return record.failure === null ? record.generation : group.generation;
}
function isCandidate(record, slot, target) {
  if (!slot.wanted || slot.ended || slot.state === "permanent") return false;
  if (record.only !== null) return slot.index === record.only && slot.worker !== null && isUntouched(record);
  if (slot.generation === target) return false;
  return !record.given.includes(slot.index);
}
function isUntouched({ replaced, failure }) {
  return replaced === 0 && failure === null;
}
function isReplaced(draft, slot) {
  const { counts, desired } = draft.group(slot.group);
  return slot.state === "failed" && counts.up >= desired;
}
function minReadyMs(draft, surge) {
  return planOf(draft, surge)?.minReadyMs ?? 0;
}
function planOf(draft, surge) {
  return draft.pool.reload?.plans.find(({ group }) => group === surge.group);
}
function tryOut(draft, surgeIndex) {
  draft.changeWorker(surgeIndex, { heard: false });
  const surge = draft.slot(surgeIndex);
  draft.effect({ type: "send", ...draft.addressed(surge), frame: { type: "ping" } });
  draft.fact("reload:trial", { ...draft.named(surge), generation: surge.generation });
  arm(draft, surgeIndex, "trial", planOf(draft, surge)?.trialMs ?? 0);
}
function judgeTrial(draft, surgeIndex) {
  if (draft.slot(surgeIndex).worker?.heard) takeOver(draft, surgeIndex);
  else arm(draft, surgeIndex, "silence");
}
function heard(draft, surgeIndex) {
  draft.changeWorker(surgeIndex, { heard: true });
  const kind = draft.slot(surgeIndex).deadline?.kind;
  if (kind === "silence" || kind === "heartbeat") takeOver(draft, surgeIndex);
}
function takeOver(draft, surgeIndex) {
  const record = draft.pool.reload;
  const next = draft.slot(surgeIndex);
  const old = draft.slot(next.twin);
  if (!record || !old.wanted || old.ended || old.state === "permanent" || isReplaced(draft, old))
    return end(draft, surgeIndex, "reload", "drain");
  const { state, worker, epoch, generation, deadline, startedAt } = old;
  draft.change(surgeIndex, { state, worker, epoch, generation, deadline, startedAt, ticket: null });
  draft.change(old.index, {
    state: next.state,
    worker: next.worker,
    epoch: next.epoch,
    generation: next.generation,
    startedAt: next.startedAt,
    restarts: old.restarts + 1,
    ticket: null,
    ended: false,
    counted: [],
    streak: 0
  });
  arm(draft, old.index, "silence");
  retire(draft, surgeIndex);
  const replaced = record.replaced + 1;
  draft.pool.reload = { ...record, replaced };
  const named = draft.named(draft.slot(old.index));
  draft.fact("reload:progress", { ...named, generation: next.generation, replaced });
}
function retire(draft, index) {
  const old = draft.slot(index);
  if (old.deadline) draft.effect({ type: "arm", seat: index, at: old.deadline.at });
  else draft.effect({ type: "disarm", seat: index });
  if (old.worker) {
    const { drain: deadlineMs } = timeoutsOf(draft, old);
    draft.effect({ type: "send", ...draft.addressed(old), frame: { type: "reload", deadlineMs } });
  }
  end(draft, index, "reload", "drain");
  if (old.state === "failed") move(draft, index, "cancel", "reload");
}
function surgeExited(draft, seat, event) {
  const { report, verdict } = event;
  const slot = draft.change(seat, { worker: null });
  const named = draft.named(slot);
  draft.fact("worker:exited", { ...named, pid: report.pid, code: report.code, signal: report.signal });
  draft.fact("exit:classified", { ...named, report, verdict, by: event.classifiedBy });
  const { reason } = event.answer;
  draft.fact("restart:decided", {
    ...named,
    report,
    verdict,
    action: "idle",
    delayMs: 0,
    reason,
    by: event.decidedBy
  });
  move(draft, seat, "exit:idle", reason);
  const record = draft.pool.reload;
  if (!record) return;
  const isOld = record.only === null ? slot.generation !== targetOf(record, draft.group(slot.group)) : record.replaced > 0;
  if (isOld) {
    const forced = record.forced + (report.sentSignals.includes("SIGKILL") ? 1 : 0);
    draft.pool.reload = { ...record, forced };
  } else if (!report.intent) {
    fail(draft, record, slot, `${slot.id} did not come up: ${verdict.class} (${verdict.reason})`);
  }
}
function fail(draft, record, surge, reason) {
  if (record.failure !== null) {
    draft.pool.reload = { ...record, given: [...record.given, surge.twin] };
    return;
  }
  draft.pool.reload = { ...record, failure: reason };
  for (const { group } of record.plans) {
    for (const slot of draft.slotsOf(draft.group(group))) {
      const { index, generation } = draft.slot(slot.twin);
      if (generation === record.generation) end(draft, index, "reload", "drain");
    }
  }
}

const SILENCE = /* @__PURE__ */ new Set([
  "hello",
  "ready",
  "silence",
  "heartbeat",
  "channel",
  "leave"
]);
function due(draft, index) {
  const slot = draft.slot(index);
  const { deadline } = slot;
  if (!deadline) return;
  const at = believedAt(draft, deadline);
  if (draft.now >= at) return actions[deadline.kind](draft, slot);
  if (at !== deadline.at) draft.change(index, { deadline: { ...deadline, at, awayMs: draft.pool.awayMs } });
  draft.effect({ type: "arm", seat: index, at });
}
function believedAt(draft, { kind, at, awayMs }) {
  return SILENCE.has(kind) ? at + draft.pool.awayMs - awayMs : at;
}
function recovered(draft, index) {
  const slot = draft.slot(index);
  const { heartbeat } = timeoutsOf(draft, slot);
  const silentMs = draft.now - (believedAt(draft, slot.deadline) - heartbeat);
  draft.changeWorker(index, { evidence: void 0 });
  arm(draft, index, "silence");
  draft.fact("worker:recovered", { ...draft.named(slot), silentMs });
}
const actions = {
  settle: (draft, { index }) => tryOut(draft, index),
  trial: (draft, { index }) => judgeTrial(draft, index),
  hello: (draft, { index }) => kill(draft, index, "helloTimeout"),
  ready: (draft, { index }) => kill(draft, index, "readyTimeout"),
  silence(draft, slot) {
    const silentMs = timeOf(timeoutsOf(draft, slot), "silence");
    const leftMs = timeOf(timeoutsOf(draft, slot), "heartbeat");
    draft.effect({ type: "send", ...draft.addressed(slot), frame: { type: "ping" } });
    draft.fact("worker:silent", { ...draft.named(slot), pid: slot.worker.pid, silentMs, leftMs });
    arm(draft, slot.index, "heartbeat");
  },
  heartbeat: (draft, { index }) => kill(draft, index, "heartbeatLost"),
  channel: (draft, { index }) => kill(draft, index, "channelLost"),
  leave: (draft, { index }) => kill(draft, index, "overstayed"),
  drain: (draft, { index }) => stop(draft, index, "drain deadline"),
  stop(draft, { index }) {
    signal(draft, index, "SIGTERM");
    arm(draft, index, "term");
  },
  term: (draft, { index }) => kill(draft, index, void 0),
  kill(draft, slot) {
    const reason = "still there after SIGKILL: it waits in the system for a device or a file";
    draft.fact("worker:alarm", { ...draft.named(slot), pid: slot.worker?.pid, reason });
    arm(draft, slot.index, "kill");
  },
  backoff(draft, { index }) {
    disarm(draft, index);
    move(draft, index, "cancel", "time to restart");
    requestStart(draft, index);
  }
};

function commands(draft, command) {
  switch (command.type) {
    case "start":
      return start(draft);
    case "stop":
      shutdown(draft, { ...command, critical: command.exitCode !== 0 });
      if (command.now) force(draft);
      return;
    case "scale":
      return scale(draft, command);
    case "restart":
      return restart(draft, command.slot);
    case "reload":
      return reload(draft, command);
    case "due":
      return due(draft, command.seat);
    case "away":
      draft.pool.awayMs += command.ms;
      draft.fact("pool:away", { pool: draft.pool.name, ms: command.ms });
  }
}
function start(draft) {
  if (draft.pool.state !== "init") return;
  movePool(draft, "running");
  for (let index = 0; index < draft.groupCount; index++) {
    const group = draft.group(index);
    for (let slot = group.first; slot < group.first + group.desired; slot++) {
      draft.change(slot, { wanted: true, generation: group.generation });
    }
  }
  for (let index = 0; index < draft.slotCount; index++) {
    if (draft.slot(index).wanted) requestStart(draft, index);
  }
}
function scaleRefusal(state, group, count) {
  if (!Number.isInteger(count)) return `${count} is not a whole number of workers`;
  if (count < group.min || count > group.max) {
    const fixed = group.min === group.max;
    const noun = group.max === 1 ? "worker" : "workers";
    const range = fixed ? `is fixed at ${group.max} ${noun}` : `takes ${group.min} to ${group.max} ${noun}`;
    return `group ${group.name} ${range}, not ${count}; set workers: { min, max } in its config`;
  }
  let able = 0;
  for (let index = group.first; index < group.first + group.max; index++) {
    const { state: now } = state.slots.get(index);
    if (now !== "permanent" && now !== "failed") able++;
  }
  if (count <= able) return void 0;
  return `group ${group.name} has ${able} slots that can start, not ${count}: the others ended for good or failed`;
}
function scale(draft, { group: groupIndex, count, by, first = [] }) {
  const group = draft.editGroup(groupIndex);
  const from = group.desired;
  draft.pool.dormant += Number(count === 0) - Number(from === 0);
  group.desired = count;
  draft.fact("group:scaled", { group: group.name, from, to: count, by });
  let missing = count - group.counts.up;
  for (let index = group.first; missing > 0 && index < group.first + group.max; index++) {
    const slot = draft.slot(index);
    if (slot.wanted && !slot.ended || slot.state === "permanent" || slot.state === "failed") continue;
    draft.change(index, { wanted: true, ended: false, generation: group.generation });
    requestStart(draft, index);
    missing--;
  }
  const last = group.first + group.max - 1;
  const highest = Array.from({ length: missing < 0 ? group.max : 0 }, (_, index) => last - index);
  for (const index of [...first.filter((each) => highest.includes(each)), ...highest]) {
    if (missing >= 0) break;
    const slot = draft.slot(index);
    if (!slot.wanted || slot.ended || slot.state === "permanent" || slot.state === "failed") continue;
    draft.change(index, { wanted: false });
    end(draft, index, "scale", "drain");
    end(draft, slot.twin, "scale", "drain");
    missing++;
  }
}
function restartRefusal(state, index) {
  const slot = state.slots.get(index);
  if (slot.state === "permanent") return `${slot.id} ended for good; it starts again with the pool`;
  if (!slot.wanted) return `${slot.id} is not running; scale its group up to start it`;
  const group = state.groups.get(slot.group);
  if (slot.worker || !isOver(slot) || group.counts.up < group.desired) return void 0;
  return `${slot.id} was replaced: group ${group.name} has the workers that it should have; scale it up`;
}
function restart(draft, index) {
  const slot = draft.slot(index);
  if (slot.worker) return end(draft, index, "restart", "drain");
  if (slot.state === "permanent") return;
  if (slot.state === "failed") draft.change(index, { counted: [], streak: 0 });
  disarm(draft, index);
  move(draft, index, "cancel", "restart");
  draft.change(index, { ended: false });
  requestStart(draft, index);
}

class Draft {
  now;
  pool;
  effects = [];
  /** Whether any count changed: only then can the order of groups or the end of the pool be concerned. */
  countsChanged = false;
  #state;
  #slots = /* @__PURE__ */ new Map();
  #groups = /* @__PURE__ */ new Map();
  constructor(state, now) {
    this.#state = state;
    this.now = now;
    this.pool = { ...state.pool, counts: { ...state.pool.counts } };
  }
  get groupCount() {
    return this.#state.groups.length;
  }
  get slotCount() {
    return this.#state.slots.length;
  }
  slot(index) {
    return this.#slots.get(index) ?? this.#state.slots.get(index);
  }
  group(index) {
    return this.#groups.get(index) ?? this.#state.groups.get(index);
  }
  /** The slots of a group (their main seats), by index. */
  *slotsOf(group) {
    for (let index = group.first; index < group.first + group.max; index++) yield this.slot(index);
  }
  /** Both seats of every slot of a group. */
  *seatsOf(group) {
    for (const slot of this.slotsOf(group)) {
      yield slot;
      yield this.slot(slot.twin);
    }
  }
  /** A copy of the group that this step may change. */
  editGroup(index) {
    let group = this.#groups.get(index);
    if (!group) {
      const original = this.#state.groups.get(index);
      group = { ...original, counts: { ...original.counts } };
      this.#groups.set(index, group);
    }
    return group;
  }
  change(index, patch) {
    const before = this.slot(index);
    const after = { ...before, ...patch };
    this.#slots.set(index, after);
    if ("state" in patch || "wanted" in patch || "ended" in patch || "ticket" in patch || "bootFailed" in patch) {
      this.#count(countsOf(before), countsOf(after), before.group);
    }
    return after;
  }
  changeWorker(index, patch) {
    const { worker } = this.slot(index);
    if (worker) this.change(index, { worker: { ...worker, ...patch } });
  }
  effect(effect) {
    this.effects.push(effect);
  }
  fact(name, payload) {
    this.effects.push({ type: "fact", name, payload });
  }
  /** How the shell finds the worker of a seat: a slot goes by its main seat, and its epochs are its own. */
  addressed(seat) {
    return { slot: seat.seat === "main" ? seat.index : seat.twin, epoch: seat.epoch };
  }
  /** The names by which facts speak of a slot. */
  named(slot) {
    return { slot: slot.id, group: this.group(slot.group).name, epoch: slot.epoch };
  }
  commit() {
    let { slots, groups } = this.#state;
    for (const [index, slot] of this.#slots) slots = slots.set(index, slot);
    for (const [index, group] of this.#groups) groups = groups.set(index, group);
    return { pool: this.pool, groups, slots };
  }
  #count(before, after, group) {
    let counts;
    for (const name of COUNT_NAMES) {
      const difference = after[name] - before[name];
      if (difference === 0) continue;
      counts ??= this.editGroup(group).counts;
      counts[name] += difference;
      this.pool.counts[name] += difference;
      this.countsChanged = true;
    }
  }
}

function exited(draft, seat, event) {
  const before = draft.slot(seat);
  const worker = before.worker;
  const { report, verdict } = event;
  const requested = verdict.class === "requested";
  const counts = requested ? 0 : verdict.counts;
  disarm(draft, seat);
  const counted = withinWindow(before.counted, draft.now);
  const slot = draft.change(seat, {
    worker: null,
    counted: counts > 0 ? [...counted, ...Array(counts).fill(draft.now)] : counted,
    streak: (isHealthy(worker, draft.now) ? 0 : before.streak) + (counts > 0 ? 1 : 0),
    bootFailed: before.bootFailed || !worker.ready && !requested,
    lastExit: { class: verdict.class, code: report.code, signal: report.signal, reason: verdict.reason }
  });
  const named = draft.named(slot);
  draft.fact("worker:exited", { ...named, pid: report.pid, code: report.code, signal: report.signal });
  draft.fact("exit:classified", { ...named, report, verdict, by: event.classifiedBy });
  const untouched = counted.length === 0 && worker.ready && report.uptimeMs >= AT_ONCE_UPTIME_MS;
  const streak = slot.streak - (counts > 0 ? 1 : 0);
  const outcome = decide(draft, slot, event, counts, untouched ? void 0 : streak);
  draft.fact("restart:decided", { ...named, report, verdict, ...outcome, by: event.decidedBy });
  carryOut(draft, slot, outcome);
  if (outcome.action === "shutdown") {
    shutdown(draft, { exitCode: event.answer.exitCode ?? 1, reason: outcome.reason, critical: true });
  } else if (isUp(draft.pool.state) && !requested) {
    spendPoolBudget(draft, outcome.action === "fail" ? 0 : counts);
    bounce(draft, event.bounce);
  }
}
function decide(draft, slot, event, counts, streak) {
  const { verdict, answer } = event;
  const idle = (reason) => ({ action: "idle", delayMs: 0, reason });
  const { state } = draft.pool;
  if (verdict.class === "requested" && (!slot.wanted || !isUp(state))) return idle("as asked");
  if (!isUp(state) && answer.action !== "shutdown") return idle("the pool is shutting down");
  if (verdict.class === "requested") {
    return { action: "restart", delayMs: wait(draft, slot, UNCOUNTED_INTERVAL_MS, 0), reason: "as asked" };
  }
  if (answer.action !== "restart") return { action: answer.action, delayMs: 0, reason: answer.reason };
  if (!slot.wanted) return idle("scaled down meanwhile");
  if (!answer.ownBudget && counts > 0 && slot.counted.length > SLOT_BUDGET) {
    const window = formatDuration(BUDGET_WINDOW_MS);
    const reason = `restart budget spent: ${slot.counted.length} counted exits in ${window}, ${SLOT_BUDGET} allowed`;
    return { action: "fail", delayMs: 0, reason };
  }
  if (counts === 0) {
    const delayMs2 = wait(draft, slot, UNCOUNTED_INTERVAL_MS, answer.delayMs ?? 0);
    return { action: "restart", delayMs: delayMs2, reason: answer.reason };
  }
  const pace = streak === void 0 ? 0 : backoffMs(streak, event.chance);
  const delayMs = wait(draft, slot, SPAWN_INTERVAL_MS, answer.delayMs ?? pace);
  return { action: "restart", delayMs, reason: answer.reason };
}
function wait(draft, slot, interval, asked) {
  return Math.max(asked, slot.startedAt + interval - draft.now, 0);
}
function carryOut(draft, slot, outcome) {
  switch (outcome.action) {
    case "permanent":
      move(draft, slot.index, "exit:permanent", outcome.reason);
      break;
    case "fail":
      move(draft, slot.index, "exit:failed", outcome.reason);
      break;
    case "restart":
      if (outcome.delayMs > 0) {
        move(draft, slot.index, "exit:backoff", outcome.reason);
        arm(draft, slot.index, "backoff", outcome.delayMs);
      } else {
        move(draft, slot.index, "exit:idle", outcome.reason);
        requestStart(draft, slot.index);
      }
      break;
    default:
      move(draft, slot.index, "exit:idle", outcome.reason);
      draft.change(slot.index, { ended: slot.wanted });
  }
}
function spendPoolBudget(draft, counts) {
  if (counts === 0) return;
  draft.pool.exits = addCount(draft.pool.exits, counts, draft.now);
  const spent = sumCount(draft.pool.exits);
  const limit = poolBudget(draft.pool.counts.wanted);
  if (spent <= limit) return;
  const window = formatDuration(BUDGET_WINDOW_MS);
  const reason = `pool budget spent: ${spent} counted exits in ${window}, ${limit} allowed`;
  shutdown(draft, { exitCode: 1, reason, critical: true });
}
function bounce(draft, names) {
  if (names.length === 0 || !isUp(draft.pool.state)) return;
  for (let index = 0; index < draft.groupCount; index++) {
    if (names.includes(draft.group(index).name)) halt(draft, index);
  }
}

function reduce(state, event, now) {
  const seat = "epoch" in event ? seatOf(state, event) : void 0;
  if ("epoch" in event && seat === void 0) return { state, effects: [] };
  if (event.type === "heartbeat" && isExpected(state.slots.get(seat)))
    return { state: putOff(state, seat, now), effects: [] };
  const draft = new Draft(state, now);
  if ("epoch" in event) ofWorker(draft, seat, event);
  else commands(draft, event);
  const movedPool = draft.pool.state !== state.pool.state;
  if (draft.countsChanged || movedPool || draft.pool.halting > 0 || event.type === "reload") {
    if (draft.pool.ordered || draft.pool.halting > 0) advance(draft);
    if (draft.pool.reload) advanceReload(draft);
    if (isUp(draft.pool.state)) pump(draft);
    settle(draft);
  }
  return { state: draft.commit(), effects: draft.effects };
}
function seatOf(state, worker) {
  const main = state.slots.get(worker.slot);
  if (main.worker && main.epoch === worker.epoch) return main.index;
  const surge = state.slots.get(main.twin);
  return surge.worker && surge.epoch === worker.epoch ? surge.index : void 0;
}
function isExpected({ seat, deadline }) {
  return seat === "main" && deadline?.kind !== "heartbeat";
}
function putOff(state, seat, now) {
  const { pool, groups, slots } = state;
  const slot = slots.get(seat);
  if (slot.state !== "ready" || slot.deadline?.kind !== "silence") return state;
  const at = now + silenceMs(timeoutsBy(pool.reload, groups.get(slot.group), slot));
  const deadline = { kind: "silence", at, awayMs: pool.awayMs };
  return { pool, groups, slots: slots.set(seat, { ...slot, deadline }) };
}
function ofWorker(draft, seat, event) {
  const slot = draft.slot(seat);
  const worker = slot.worker;
  const waitsForWord = slot.state === "starting" || slot.state === "ready";
  switch (event.type) {
    case "spawned":
      draft.changeWorker(seat, { pid: event.pid, spawnedAt: draft.now });
      draft.fact("worker:spawned", { ...draft.named(slot), pid: event.pid });
      return;
    case "hello":
      draft.changeWorker(seat, { hello: true });
      if (slot.state === "starting") arm(draft, seat, "ready");
      return;
    case "ready": {
      draft.changeWorker(seat, { ready: true, readyAt: draft.now, error: void 0 });
      if (!move(draft, seat, "ready")) return;
      draft.editGroup(slot.group).everReady = true;
      const tookMs = draft.now - worker.spawnedAt;
      draft.fact("worker:ready", { ...draft.named(slot), pid: worker.pid, tookMs });
      if (slot.seat === "main") arm(draft, seat, "silence");
      else arm(draft, seat, "settle", minReadyMs(draft, slot));
      return;
    }
    case "heartbeat":
      if (slot.state !== "ready") return;
      if (slot.deadline?.kind === "heartbeat") recovered(draft, seat);
      if (slot.seat === "surge") heard(draft, seat);
      return;
    case "error":
      draft.changeWorker(seat, { error: event.error });
      return;
    case "evidence":
      if (slot.state === "ready" && slot.deadline?.kind !== "heartbeat") return;
      draft.changeWorker(seat, { evidence: event.evidence });
      draft.fact("worker:evidence", { ...draft.named(slot), evidence: event.evidence });
      return;
    case "goodbye":
      draft.changeWorker(seat, { goodbye: event.kind, goodbyeReason: event.reason });
      draft.effect({ type: "send", ...draft.addressed(slot), frame: { type: "ack" } });
      move(draft, seat, "goodbye", event.kind);
      if (draft.slot(seat).state === "killing") return;
      if (!event.drains || slot.state === "stopping") arm(draft, seat, "leave");
      else if (slot.state !== "draining") arm(draft, seat, "drain");
      return;
    case "violation":
      if (!worker.violation) draft.changeWorker(seat, { violation: event.violation });
      draft.fact("worker:violation", { ...draft.named(slot), ...event.violation });
      draft.effect({ type: "disconnect", ...draft.addressed(slot) });
      kill(draft, seat, "violation");
      return;
    case "disconnected":
      if (!worker.goodbye && (waitsForWord || slot.state === "draining")) arm(draft, seat, "channel");
      return;
    case "exited":
      disarm(draft, seat);
      if (slot.seat === "main") exited(draft, seat, event);
      else surgeExited(draft, seat, event);
  }
}

function inUse({ groups, slots }) {
  return new Set([...groups, ...slots].map(({ generation }) => generation));
}
function createReloads(context) {
  let running;
  let waiting;
  function occupy(work) {
    running = work.catch(() => {
    }).then(() => {
      running = void 0;
    });
    return work;
  }
  const start = (options) => occupy(run(options));
  async function replaceOne(index) {
    const { slots, groups, pool } = context.state();
    const { id, group: groupIndex } = slots.get(index);
    const { name, generation, timeouts } = groups.get(groupIndex);
    const plan = { group: groupIndex, timeouts, ...paceOf(name, false), surge: 1 };
    context.dispatch({ type: "reload", generation, hard: false, plans: [plan], only: index });
    await context.waiters.until((state) => state.pool.reload === null);
    const { lastReload } = context.state().pool;
    const outcome = lastReload === pool.lastReload ? null : lastReload;
    if (outcome && outcome.reason === null && outcome.replaced > 0) return;
    const why = outcome?.reason ?? "its worker was not there any more";
    throw new PoolError("E_RESTART_REFUSED", `${id} was not replaced: ${why}`);
  }
  function refusalOf(index) {
    const { pool, slots } = context.state();
    if (pool.state !== "running") return `the pool is not running (${pool.state})`;
    if (running || waiting) return "a reload is under way";
    const { id, state } = slots.get(index);
    return state === "ready" ? void 0 : `${id} has no ready worker (${state})`;
  }
  async function run(options) {
    const { hard = false } = options;
    const startedAt = context.now();
    const { plans, groups, generation } = await prepare(options).catch((error) => {
      const reason = messageOf(error);
      context.notifier.notify("reload:refused", { pool: context.pool, hard, groups: options.groups, reason });
      throw error;
    });
    context.dispatch({ type: "reload", generation, hard, plans });
    await context.waiters.until((state) => state.pool.reload === null);
    const { pool: after } = context.state();
    context.generations.prune(inUse(context.state()));
    const outcome = after.lastReload?.generation === generation ? after.lastReload : void 0;
    return {
      generation,
      hard,
      groups,
      replaced: outcome?.replaced ?? 0,
      failed: outcome?.failed ?? 0,
      rolledBack: outcome?.rolledBack ?? false,
      reason: outcome ? outcome.reason : "the pool stopped",
      forcedKills: outcome?.forced ?? 0,
      tookMs: Math.round(context.now() - startedAt)
    };
  }
  async function prepare({ hard = false, groups: names }) {
    const { pool, groups } = context.state();
    if (pool.state !== "running") throw new PoolError("E_STATE", `the pool is not running (${pool.state})`);
    const all = [...groups];
    for (const name of names ?? []) {
      if (all.some((group) => group.name === name)) continue;
      const known = all.map((group) => group.name).join(", ");
      throw new PoolError(
        "E_UNKNOWN_GROUP",
        `no group is called ${JSON.stringify(name)}; there are ${known}`
      );
    }
    const chosen = all.filter(({ name }) => names === void 0 || names.includes(name));
    const paces = chosen.map(({ name }) => paceOf(name, hard));
    const generation = context.generations.next(await context.load());
    const plans = chosen.map(({ index }, at) => {
      const { timeouts } = context.generations.group(generation, index);
      return { group: index, timeouts, ...paces[at] };
    });
    return { plans, groups: chosen.map(({ name }) => name), generation };
  }
  function paceOf(name, hard) {
    const { surge, minReadyMs, trialMs = 0, refusal } = context.asker.reloadPlan({ group: name, hard });
    if (refusal !== void 0)
      throw new PoolError("E_RELOAD_REFUSED", `group ${name} cannot be reloaded this way: ${refusal}`);
    return { surge, minReadyMs, trialMs };
  }
  function reload(options = {}) {
    if (!running && !waiting) return start(options);
    if (waiting) {
      waiting.options = options;
    } else {
      const report = running.then(() => {
        const { options: latest } = waiting;
        waiting = void 0;
        return start(latest);
      });
      waiting = { options, report };
    }
    return waiting.report;
  }
  return {
    reload,
    async replace(index) {
      const refusal = refusalOf(index);
      if (refusal) throw new PoolError("E_RESTART_REFUSED", refusal);
      return occupy(replaceOne(index));
    }
  };
}

function createRestart({ waiters, state, dispatch, indexOf }) {
  return async (id) => {
    const index = indexOf(id);
    const refusal = notRunning(state().pool.state) ?? restartRefusal(state(), index);
    if (refusal) throw new PoolError("E_RESTART_REFUSED", refusal);
    const { epoch } = state().slots.get(index);
    dispatch({ type: "restart", slot: index });
    const isDone = (now) => !now.wanted || isOver(now) || now.epoch > epoch && now.state === "ready";
    await waiters.until(({ slots }) => isDone(slots.get(index)));
    const slot = state().slots.get(index);
    if (slot.state === "ready" && slot.epoch > epoch) return;
    const why = slot.wanted ? slot.lastExit?.reason ?? "the pool ended" : "its group was scaled down";
    throw new PoolError("E_RESTART_REFUSED", `${id} did not come up: ${why}`);
  };
}

function createScale({ asker, notifier, waiters, state, dispatch }) {
  return async (name, count, by = "call") => {
    const groups = [...state().groups];
    const group = groups.find((candidate) => candidate.name === name);
    if (!group) {
      const known = groups.map((candidate) => candidate.name).join(", ");
      throw new PoolError(
        "E_UNKNOWN_GROUP",
        `no group is called ${JSON.stringify(name)}; there are ${known}`
      );
    }
    const { desired: from, min, max, index } = group;
    const to = asker.scaleTarget(count, { group: name, from, min, max });
    const question = { group: name, from, to, min, max };
    const refusal = notRunning(state().pool.state) ?? scaleRefusal(state(), group, to) ?? (to === from ? void 0 : asker.decisions.refuseScale.call(question));
    if (refusal) {
      notifier.notify("group:refused", { group: name, from, to, by, reason: refusal });
      throw new PoolError("E_SCALE_REFUSED", refusal);
    }
    const first = to < from ? firstToGo(state(), group, asker, question) : [];
    dispatch({ type: "scale", group: index, count: to, by, first });
    await waiters.until(({ groups: now }) => {
      const { unready, live, up } = now.get(index).counts;
      return unready === 0 && live <= up;
    });
    return { from, to };
  };
}
function firstToGo({ slots }, { first, max }, { decisions }, question) {
  const all = Array.from({ length: max }, (_, at) => slots.get(first + max - 1 - at));
  const order = decisions.scaleDown.call(
    all.map(({ id }) => id),
    question
  );
  const indexes = new Map(all.map(({ id, index }) => [id, index]));
  return order.flatMap((id) => indexes.get(id) ?? []);
}

function statusOf(state, pool, process) {
  return {
    pool: {
      name: pool.name,
      state: state.pool.state,
      pid: process.pid,
      uptimeMs: Math.round(process.now - (process.startedAt ?? process.now)),
      generation: state.pool.generation
    },
    groups: pool.config.groups.map((config) => {
      const group = state.groups.get(config.index);
      const slots = Array.from({ length: group.max }, (_, index) => state.slots.get(group.first + index));
      return {
        name: config.name,
        type: config.type,
        runtime: config.runtime,
        strategy: pool.strategies.get(config.name)?.name ?? null,
        strategyReason: pool.strategies.get(config.name)?.reason ?? null,
        desired: group.desired,
        min: group.min,
        max: group.max,
        slots: slots.map((slot) => slotStatus(slot, state.slots.get(slot.twin), process.now))
      };
    })
  };
}
function slotStatus(slot, surge, now) {
  const { state, worker, epoch, generation } = surge;
  return {
    id: slot.id,
    state: slot.state,
    condition: isOver(slot) ? "over" : slot.wanted ? "wanted" : "free",
    pid: slot.worker?.pid ?? null,
    epoch: slot.epoch,
    generation: slot.generation,
    restarts: slot.restarts,
    uptimeMs: slot.worker?.pid ? Math.round(now - slot.worker.spawnedAt) : 0,
    lastExit: slot.lastExit,
    ...worker ? { overlap: { state, pid: worker.pid ?? null, epoch, generation } } : {}
  };
}

function createTimers(clock, fire) {
  const armed = /* @__PURE__ */ new Map();
  const disarm = (seat) => {
    armed.get(seat)?.();
    armed.delete(seat);
  };
  return {
    arm(seat, at) {
      disarm(seat);
      armed.set(
        seat,
        clock.at(at, () => {
          armed.delete(seat);
          fire(seat);
        })
      );
    },
    disarm,
    clear() {
      for (const seat of armed.keys()) disarm(seat);
    }
  };
}

const LONGEST_LOOK_MS = 1e3;
const SHORTEST_LOOK_MS = 25;
const LOOKS_PER_HEARTBEAT = 4;
function watchItself(clock, heartbeatMs, back) {
  let betweenMs = 0;
  let last = clock.now();
  let cancel = () => {
  };
  function look() {
    const ms = clock.now() - last;
    last += ms;
    return ms > 2 * betweenMs ? ms : 0;
  }
  function plan() {
    const longest = Math.min(LONGEST_LOOK_MS, heartbeatMs() / LOOKS_PER_HEARTBEAT);
    betweenMs = Math.max(SHORTEST_LOOK_MS, longest);
    cancel = clock.at(clock.now() + betweenMs, () => {
      const ms = look();
      if (ms > 0) back(ms);
      plan();
    });
  }
  plan();
  return { look, stop: () => cancel() };
}

function createWaiters(state) {
  const waiting = /* @__PURE__ */ new Set();
  return {
    until(isSo) {
      return new Promise((release) => {
        waiting.add({ isSo, release });
        this.check();
      });
    },
    check() {
      if (waiting.size === 0) return;
      const now = state();
      for (const waiter of waiting) {
        if (isUp(now.pool.state) && !waiter.isSo(now)) continue;
        waiting.delete(waiter);
        waiter.release();
      }
    }
  };
}

const HEARTBEATS_PER_DEADLINE = 3;
function createWorkers(context) {
  const processes = /* @__PURE__ */ new Map();
  const keyOf = ({ slot, epoch }) => `${slot}:${epoch}`;
  function seatFor(worker) {
    const seat = seatOf(context.state(), worker);
    return seat === void 0 ? void 0 : context.state().slots.get(seat);
  }
  function named({ slot, epoch }) {
    return { slot: context.state().slots.get(slot).id, group: groupOf(slot).name, epoch };
  }
  async function spawn(worker, generation) {
    const about = { ...named(worker), generation, seat: seatFor(worker)?.seat ?? "main" };
    const group = context.groupConfig(generation, groupOf(worker.slot).index);
    const runtime = context.runtimes.get(group.runtime);
    let options;
    try {
      options = await context.asker.decisions.spawnOptions.promise(
        {
          entry: group.entry,
          args: [...group.args],
          execArgv: [...group.execArgv],
          permissions: group.permissions,
          env: runtime.environment(group.env),
          cwd: group.cwd,
          listeners: []
        },
        about
      );
    } catch (error) {
      return exited(worker, notStarted(messageOf(error)));
    }
    if (!processes.has(keyOf(worker))) return;
    const { heartbeat } = group.timeouts;
    const heartbeatMs = Math.max(50, Math.floor(heartbeat / HEARTBEATS_PER_DEADLINE));
    const request = { ...options, ...about, pool: context.pool, type: group.type, heartbeatMs };
    processes.set(keyOf(worker), runtime.spawn(request, sinkOf(worker)));
  }
  function sinkOf(worker) {
    return {
      spawned: (pid) => context.dispatch({ type: "spawned", ...worker, pid }),
      frame: (frame) => receive(worker, frame),
      violation: (violation) => context.dispatch({ type: "violation", ...worker, violation }),
      disconnected: () => context.dispatch({ type: "disconnected", ...worker }),
      output: (stream, line) => context.notifier.notify("worker:output", { ...named(worker), stream, line }),
      exited: (end) => exited(worker, end)
    };
  }
  function receive(worker, frame) {
    const seat = seatFor(worker);
    if (!seat || seat.worker.violation) return;
    const violation = judgeFrame(phaseOf(seat.worker), frame);
    if (violation) return context.dispatch({ type: "violation", ...worker, violation });
    switch (frame.type) {
      case "hello":
      case "ready":
      case "heartbeat":
        return context.dispatch({ type: frame.type, ...worker });
      case "log":
        return context.notifier.notify("worker:log", { ...named(worker), ...readLog(frame) });
      case "error":
        return context.dispatch({ type: "error", ...worker, error: readError(frame.error) });
      case "goodbye": {
        const kind = goodbyeOf(frame);
        if (kind) {
          const [reason, drains] = [readText(frame.reason), frame.drains === true];
          return context.dispatch({ type: "goodbye", ...worker, kind, reason, drains });
        }
        const detail = "a goodbye of an unknown kind";
        return context.dispatch({ type: "violation", ...worker, violation: { kind: "malformed", detail } });
      }
      default:
        return context.notifier.notify("worker:frame", { ...named(worker), frame });
    }
  }
  function exited(worker, end) {
    const seat = seatFor(worker);
    if (!seat) return;
    processes.delete(keyOf(worker));
    context.dispatch(context.judge(seat, worker, end));
  }
  function abandon(worker) {
    const key = keyOf(worker);
    if (!processes.has(key) || processes.get(key)) return false;
    exited(worker, notStarted("asked to end before it was spawned"));
    return true;
  }
  function groupOf(slot) {
    return context.state().groups.get(context.state().slots.get(slot).group);
  }
  return {
    spawn({ slot, epoch }, generation) {
      const worker = { slot, epoch };
      processes.set(keyOf(worker), void 0);
      void spawn(worker, generation);
    },
    send: (worker, frame) => !abandon(worker) && (processes.get(keyOf(worker))?.send(frame) ?? false),
    signal(worker, signal) {
      if (abandon(worker)) return;
      processes.get(keyOf(worker))?.signal(signal, signal === "SIGKILL" ? "group" : "process");
    },
    disconnect: (worker) => processes.get(keyOf(worker))?.disconnect()
  };
}
function notStarted(spawnError) {
  return { code: null, signal: null, spawnError, stderrTail: "" };
}

function createKernel(config, ports) {
  const { clock } = ports;
  const runtimeNames = ports.runtimes.map((runtime) => runtime.name);
  const resolved = resolveConfig(config, runtimeNames);
  const runtimes = new Map(
    ports.runtimes.filter(({ name }) => resolved.groups.some((group) => group.runtime === name)).map((runtime) => [runtime.name, runtime])
  );
  const notifier = createNotifier();
  const report = (plugin, stage, error) => notifier.notify("plugin:error", { plugin, stage, error });
  const asker = createAsker(report);
  const plugins = createPluginList(notifier, clock);
  plugins.add(resolved.plugins);
  const generations = createGenerations(resolved, runtimes, runtimeNames);
  for (const { name, index } of resolved.groups) {
    asker.decisions.restart.tap(
      { name: `restart of group ${name}`, stage: GROUP_STAGE },
      (question) => question.group.name === name ? generations.group(question.generation, index).restart?.(question) : void 0
    );
  }
  let state = initialState(resolved);
  const queue = [];
  let dispatching = false;
  const timers = createTimers(clock, (seat) => dispatch({ type: "due", seat }));
  const waiters = createWaiters(() => state);
  const workers = createWorkers({
    pool: resolved.name,
    runtimes,
    asker,
    notifier,
    state: () => state,
    dispatch,
    judge: (seat, worker, end) => judgeExit(asker, { state, seat, worker, end, now: clock.now(), chance: clock.random() }),
    groupConfig: (generation, group) => generations.group(generation, group)
  });
  const { reload, replace } = createReloads({
    pool: resolved.name,
    asker,
    notifier,
    generations,
    waiters,
    state: () => state,
    dispatch,
    now: () => clock.now(),
    load: ports.load ?? (() => config)
  });
  const slotIndexes = new Map(
    [...state.slots].filter(({ seat }) => seat === "main").map((slot) => [slot.id, slot.index])
  );
  let startedAt;
  let watch;
  let isSettingUp = false;
  let stopped;
  let ended;
  const closed = new Promise((resolve) => ended = resolve);
  function dispatch(event) {
    const awayMs = dispatching ? 0 : watch?.look() ?? 0;
    if (awayMs > 0) queue.push({ type: "away", ms: awayMs });
    queue.push(event);
    if (dispatching) return;
    dispatching = true;
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const step = reduce(state, next, clock.now());
        state = step.state;
        for (const effect of step.effects) carryOut(effect);
        waiters.check();
      }
    } finally {
      dispatching = false;
    }
  }
  function carryOut(effect) {
    switch (effect.type) {
      case "fact":
        return notifier.notify(effect.name, effect.payload);
      case "spawn":
        return workers.spawn(effect, effect.generation);
      case "send":
        return void workers.send(effect, effect.frame);
      case "signal":
        return workers.signal(effect, effect.signal);
      case "disconnect":
        return workers.disconnect(effect);
      case "arm":
        return timers.arm(effect.seat, effect.at);
      case "disarm":
        return timers.disarm(effect.seat);
      case "closed":
        void close(state.pool.end);
    }
  }
  async function close(end) {
    timers.clear();
    watch?.stop();
    await plugins.dispose();
    for (const runtime of runtimes.values()) {
      await runtime.close().catch((error) => report(`runtime ${runtime.name}`, "close", error));
    }
    ended(Object.freeze(end));
  }
  function shortestHeartbeat() {
    return Math.min(...[...state.groups].map(({ timeouts }) => timeouts.heartbeat));
  }
  function indexOf(slot) {
    const index = slotIndexes.get(slot);
    if (index !== void 0) return index;
    const known = [...slotIndexes.keys()].slice(0, 8).join(", ");
    throw new PoolError("E_UNKNOWN_SLOT", `no slot is called ${JSON.stringify(slot)}; there are ${known}`);
  }
  const pool = {
    name: resolved.name,
    config: resolved,
    hooks: notifier.hooks,
    decisions: asker.decisions,
    runtimes,
    strategies: /* @__PURE__ */ new Map(),
    closed,
    use(...inputs) {
      if (startedAt !== void 0)
        throw new PoolError("E_STATE", "use() comes before start(): the pool has started");
      plugins.add(inputs);
      return pool;
    },
    async start() {
      if (startedAt !== void 0) throw new PoolError("E_STATE", "the pool has been started already");
      startedAt = clock.now();
      for (const { name, runtime } of resolved.groups) await prepare(name, runtimes.get(runtime));
      for (const group of resolved.groups) checkNeeds(group, runtimes);
      notifier.notify("pool:starting", { pool: pool.name });
      isSettingUp = true;
      try {
        await plugins.setup(pool);
        for (const runtime of runtimes.values()) await runtime.open();
      } catch (error) {
        await close({ exitCode: 2, reason: "start failed" });
        throw error;
      } finally {
        isSettingUp = false;
      }
      if (stopped !== void 0) return void await pool.stop({ reason: stopped });
      watch = watchItself(clock, shortestHeartbeat, (ms) => dispatch({ type: "away", ms }));
      dispatch({ type: "start" });
      await waiters.until(({ pool: { counts } }) => counts.unready === 0);
      if (state.pool.state === "running") notifier.notify("pool:running", { pool: pool.name });
    },
    async stop({ now = false, reason = "asked to stop" } = {}) {
      stopped ??= reason;
      startedAt ??= clock.now();
      if (!isSettingUp) dispatch({ type: "stop", now, reason, exitCode: 0 });
      return closed;
    },
    restart: createRestart({ waiters, state: () => state, dispatch, indexOf }),
    scale: createScale({ asker, notifier, waiters, state: () => state, dispatch }),
    status: () => statusOf(state, pool, { pid: ports.pid, now: clock.now(), startedAt }),
    reload,
    replace: async (id) => replace(indexOf(id)),
    send(id, frame, epoch) {
      const main = state.slots.get(indexOf(id));
      const surge = state.slots.get(main.twin);
      const ready = [surge, main].find(
        (seat) => seat.state === "ready" && (epoch === void 0 || seat.epoch === epoch)
      );
      return ready !== void 0 && workers.send({ slot: main.index, epoch: ready.epoch }, frame);
    },
    answer: (id, epoch, frame) => workers.send({ slot: indexOf(id), epoch }, frame),
    witness(id, epoch, { summary, stack }) {
      const evidence = {
        summary: summary.slice(0, MAX_TEXT),
        ...stack === void 0 ? {} : { stack: stack.slice(0, MAX_TEXT) }
      };
      dispatch({ type: "evidence", slot: indexOf(id), epoch, evidence });
    },
    tell: (name, fact) => notifier.notify(name, fact),
    report
  };
  return pool;
}
async function prepare(group, runtime) {
  try {
    await runtime.prepare?.();
  } catch (error) {
    if (!(error instanceof PoolError)) throw error;
    throw new PoolError(error.code, `groups.${group}.runtime: ${error.message}`, { cause: error });
  }
}
const GROUP_STAGE = 500;

function defineConfig(config) {
  return config;
}

function createPool(config, options = {}) {
  const { load, directory } = options;
  const { runtimes = allRuntimes({ root: config?.root, executables: config?.executables }) } = options;
  const ports = { clock: systemClock(), runtimes, load, pid: process.pid };
  const own = namesOf(config?.plugins);
  const builtIn = [restart$1(), sockets(), scoreboard({ directory }), jobs({ directory }), scaling(), health()];
  return createKernel(config, ports).use(builtIn.filter(({ name }) => !own.has(name)));
}
async function connectPool(target) {
  const { connectTo } = await import('../chunks/connect.mjs');
  return connectTo(target, systemClock());
}
function namesOf(input) {
  if (Array.isArray(input)) return new Set(input.flatMap((each) => [...namesOf(each)]));
  return new Set(input ? [input.name] : []);
}

export { connectPool as a, createKernel as b, createPool as c, defineConfig as d, resolveConfig as r };
