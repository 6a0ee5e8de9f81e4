export { c as control, e as exitSentence, l as logs, r as readBoard, s as stripControl } from './shared/poolable.uf24edo2.mjs';
import { i as isIdle, d as definePlugin, f as followBoard } from './shared/poolable.CrzQ4Mcc.mjs';
export { a as always, b as byRequest, c as classify, e as exitClasses, h as health, j as jobs, l as limited, n as never, o as onFailure, r as restart, s as scaling, g as scoreboard, k as sockets, w as windowLimited } from './shared/poolable.CrzQ4Mcc.mjs';
import { a as parseDuration, f as formatDuration } from './shared/poolable.Cyn1lGc9.mjs';
import { P as PoolError } from './shared/poolable.DdW9wZ4H.mjs';
import { c as checkObject, i as isRecord } from './shared/poolable.BerJKBEm.mjs';
import 'node:path';
import './shared/poolable.CBWgDNvk.mjs';
import 'node:fs';
import 'node:fs/promises';
import 'node:net';
import 'node:timers/promises';
import './shared/poolable.DA7cRZI2.mjs';
import './shared/poolable.g9yVlwtV.mjs';
import 'node:os';
import 'node:crypto';
import 'node:child_process';
import 'node:util';
import './shared/poolable.CWFjaEwD.mjs';
import 'tapable';
import './shared/poolable.Bfg37jxG.mjs';

function byQueueWait({ target = 100 } = {}) {
  const targetMs = parseDuration(target);
  if (targetMs === void 0 || targetMs <= 0)
    throw new PoolError(
      "E_CONFIG",
      `byQueueWait({ target }): ${JSON.stringify(target)} is not accepted; expected milliseconds or text such as '100ms'`
    );
  return {
    name: "byQueueWait",
    create: () => ({ desired, starting, requests, waiting, waitedMs, workers }) => {
      if (requests > 0 && waitedMs > targetMs) {
        const factor = Math.min(2, waitedMs / targetMs);
        return Math.min(Math.ceil(Math.max(1, desired) * factor), desired + waiting);
      }
      return requests === 0 && starting === 0 && workers.some(isIdle) ? desired - 1 : desired;
    }
  };
}

const MINUTES_A_DAY = 24 * 60;
function bySchedule(entries) {
  const parsed = entries.map((entry, index) => parse(entry, `bySchedule: entry ${index}`));
  return {
    name: "bySchedule",
    create: () => (view) => {
      const now = new Date(view.wallNow);
      const minute = now.getHours() * 60 + now.getMinutes();
      const day = now.getDay();
      const wanted = parsed.filter((entry) => isNow(entry, day, minute)).map(({ workers }) => workers);
      return wanted.length > 0 ? Math.max(...wanted) : view.min;
    }
  };
}
function isNow({ from, to, days }, day, minute) {
  const has = (each) => days.includes(each);
  if (from < to) return has(day) && minute >= from && minute < to;
  return has(day) && minute >= from || has((day + 6) % 7) && minute < to;
}
function parse({ from, to, days = [0, 1, 2, 3, 4, 5, 6], workers }, where) {
  const refuse = (key, value, accepts) => {
    throw new PoolError(
      "E_CONFIG",
      `${where}.${key}: ${JSON.stringify(value)} is not accepted; expected ${accepts}`
    );
  };
  const minutes = (key, text) => {
    const [, hour = "", minute = ""] = /^([01]\d|2[0-3]|24):([0-5]\d)$/.exec(String(text)) ?? [];
    const total = hour === "" ? Infinity : Number(hour) * 60 + Number(minute);
    return total <= MINUTES_A_DAY ? total : refuse(key, text, "a time such as '08:00'");
  };
  if (!Array.isArray(days) || !days.every((day) => Number.isInteger(day) && day >= 0 && day <= 6))
    refuse("days", days, "a list of days, 0 (Sunday) to 6");
  if (!Number.isInteger(workers) || workers < 0) refuse("workers", workers, "a whole number");
  return { from: minutes("from", from), to: minutes("to", to), days, workers };
}

const TOLERANCE = 0.1;
const MEMORY_MS = 3e3;
function byUtilisation({
  target = 0.7,
  of = "eventLoop"
} = {}) {
  if (!(target > 0 && target <= 1))
    throw new PoolError(
      "E_CONFIG",
      `byUtilisation({ target }): ${target} is not accepted; expected a number above 0, at most 1`
    );
  if (of !== "eventLoop" && of !== "cpu")
    throw new PoolError(
      "E_CONFIG",
      `byUtilisation({ of }): ${JSON.stringify(of)} is not accepted; expected 'eventLoop' or 'cpu'`
    );
  const field = of === "cpu" ? "cpu" : "utilisation";
  return {
    name: "byUtilisation",
    create() {
      let smooth;
      let lookedAt = 0;
      return ({ workers, desired, ready, now }) => {
        if (workers.length === 0 || workers.length < ready) return void 0;
        const mean = workers.reduce((sum, each) => sum + each[field], 0) / workers.length;
        const weight = 1 - Math.exp((lookedAt - now) / MEMORY_MS);
        smooth = smooth === void 0 ? mean : smooth + weight * (mean - smooth);
        lookedAt = now;
        const ratio = smooth / target;
        return Math.abs(ratio - 1) <= TOLERANCE ? desired : Math.ceil(workers.length * ratio);
      };
    }
  };
}

const UNITS = {
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30
};
function parseBytes(value) {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value : void 0;
  if (typeof value !== "string" || value.length > 20) return void 0;
  const match = /^(\d+(?:\.\d+)?) ?([kMG]B|[KMG]iB)$/.exec(value.trim());
  return match ? Math.round(Number(match[1]) * UNITS[match[2]]) : void 0;
}
function formatBytes(bytes) {
  if (bytes < 2 ** 30 - 2 ** 19)
    return `${Number((bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0))} MiB`;
  return `${Number((bytes / 2 ** 30).toFixed(2))} GiB`;
}

const MEASURES = ["requests", "jobs", "age", "memory"];
const count = {
  accepts: "a whole number from 1",
  is: (value) => Number.isSafeInteger(value) && value >= 1
};
const time = {
  accepts: "milliseconds or text such as '30s'",
  is: (value) => (parseDuration(value) ?? 0) > 0
};
const rules = {
  requests: count,
  jobs: count,
  age: time,
  memory: { accepts: "bytes, or text such as '512MiB'", is: (value) => (parseBytes(value) ?? 0) > 0 },
  jitter: {
    accepts: "a number from 0 to 0.9",
    is: (value) => typeof value === "number" && value >= 0 && value <= 0.9
  }
};
function checkOptions(options) {
  checkObject("recycle", options, {
    ...rules,
    groups: { accepts: "an object with limits by the names of groups", is: isRecord },
    every: time
  });
  for (const [group, limits] of Object.entries(options.groups ?? {}))
    if (limits !== false) checkObject(`recycle.groups.${group}`, limits, rules);
  const all = [options, ...Object.values(options.groups ?? {})];
  const hasLimit = (given) => given !== false && MEASURES.some((measure) => given[measure] !== void 0);
  if (!all.some(hasLimit))
    throw new PoolError("E_CONFIG", `recycle: there is no limit; set one of ${MEASURES.join(", ")}`);
}
function limitsOf({ groups = {}, every: _every, ...common }, known) {
  for (const group of Object.keys(groups)) {
    if (known.includes(group)) continue;
    const names = known.join(", ");
    throw new PoolError("E_CONFIG", `recycle.groups.${group}: there is no such group; there are ${names}`);
  }
  const result = /* @__PURE__ */ new Map();
  for (const group of known) {
    const own = groups[group];
    if (own === false) continue;
    const { requests, jobs, age, memory, jitter = 0.1 } = { ...common, ...own };
    const limits = { requests, jobs, age: parseDuration(age), memory: parseBytes(memory) };
    if (MEASURES.some((measure) => limits[measure] !== void 0)) result.set(group, { limits, jitter });
  }
  return result;
}
function draw({ limits, jitter }, random) {
  const drawn = MEASURES.flatMap((measure) => {
    const limit = limits[measure];
    return limit === void 0 ? [] : [[measure, Math.max(1, Math.round(limit * (1 - jitter * random)))]];
  });
  return Object.fromEntries(drawn);
}
function reached(limits, now) {
  let furthest;
  for (const measure of MEASURES) {
    const [limit, value] = [limits[measure], now[measure]];
    if (limit === void 0 || value === void 0 || value < limit) continue;
    const part = value / limit;
    if (furthest && furthest.part >= part) continue;
    furthest = { part, reason: `${words[measure](value)} (its limit is ${amounts[measure](limit)})` };
  }
  return furthest;
}
const plain = (value) => value.toLocaleString("en");
const amounts = {
  requests: plain,
  jobs: plain,
  age: formatDuration,
  memory: formatBytes
};
const words = {
  requests: (value) => `${plain(value)} requests`,
  jobs: (value) => `${plain(value)} jobs`,
  age: (value) => `up for ${formatDuration(value)}`,
  memory: (value) => `${formatBytes(value)} of memory`
};

const FIRST_WAIT_MS = 3e4;
const LONGEST_WAIT_MS = 6e5;
function createRetries() {
  const failures = /* @__PURE__ */ new Map();
  return {
    mayTry: (slot, now) => now >= (failures.get(slot)?.until ?? -Infinity),
    failed(slot, now) {
      const inARow = failures.get(slot)?.inARow ?? 0;
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** inARow);
      failures.set(slot, { inARow: inARow + 1, until: now + wait });
    },
    succeeded: (slot) => void failures.delete(slot)
  };
}

const LEAST_LOOKS = 12;
const recycle = definePlugin((options) => {
  checkOptions(options);
  const everyMs = parseDuration(options.every ?? "5s");
  return {
    name: "recycle",
    setup(pool) {
      const names = pool.config.groups.map(({ name }) => name);
      const limits = limitsOf(options, names);
      const board = followBoard(pool, "recycle");
      const retries = createRetries();
      const drawn = /* @__PURE__ */ new Map();
      let current;
      let isReloading = false;
      function ownLimits({ id, epoch }, of) {
        const found = drawn.get(id);
        if (found?.epoch === epoch) return found.own;
        const own = draw(of, Math.random());
        drawn.set(id, { epoch, own });
        return own;
      }
      function judge(group, slot, of) {
        const { id, epoch, state, overlap, uptimeMs } = slot;
        if (state !== "ready" || overlap || uptimeMs < LEAST_LOOKS * everyMs) return void 0;
        if (!retries.mayTry(id, performance.now())) return void 0;
        const own = ownLimits(slot, of);
        const found = reached(own, measure(pool, board, group, slot, own.memory !== void 0));
        return found && { ...found, slot: id, group: group.name, epoch };
      }
      function look() {
        const { pool: whole, groups } = pool.status();
        if (current || isReloading || whole.state !== "running") return;
        const due = groups.flatMap((group) => {
          const of = limits.get(group.name);
          return of ? group.slots.flatMap((slot) => judge(group, slot, of) ?? []) : [];
        });
        const [furthest] = due.toSorted((one, other) => other.part - one.part);
        if (furthest) void replace(furthest);
      }
      async function replace(due) {
        const turn = current = { due, hasBegun: false };
        try {
          await pool.replace(due.slot);
          retries.succeeded(due.slot);
        } catch (error) {
          const isRefused = error instanceof PoolError && error.code === "E_RESTART_REFUSED";
          if (turn.hasBegun || !isRefused) retries.failed(due.slot, performance.now());
          if (!turn.hasBegun && !isRefused) pool.report("recycle", due.slot, error);
        } finally {
          current = void 0;
        }
      }
      const removers = [
        pool.hooks.hook("reload:started", ({ slot }) => {
          isReloading = true;
          if (!current || slot !== current.due.slot) return;
          current.hasBegun = true;
          const { part: _part, ...fact } = current.due;
          pool.tell("worker:recycling", fact);
        }),
        pool.hooks.hook("reload:done", () => void (isReloading = false)),
        pool.hooks.hook("reload:rolledback", () => void (isReloading = false))
      ];
      const timer = setInterval(look, everyMs);
      timer.unref();
      return () => {
        clearInterval(timer);
        for (const remove of removers) remove();
        board.close();
      };
    }
  };
});
function measure(pool, board, { runtime }, { id, epoch, pid, uptimeMs }, needsMemory) {
  const said = board.of(id, epoch);
  const seen = needsMemory && pid !== null ? pool.runtimes.get(runtime)?.figures?.(pid)?.rss : void 0;
  return {
    requests: said?.requests,
    jobs: said && said.jobsProcessed + said.jobsFailed,
    age: uptimeMs,
    // The system knows better than the worker, also when that says nothing.
    memory: seen ?? said?.rss
  };
}

const reload = definePlugin(
  ({ surge = 1, minReady = "1s" } = {}) => {
    const minReadyMs = parseDuration(minReady);
    if (!Number.isInteger(surge) || surge < 1) {
      throw new PoolError(
        "E_CONFIG",
        `reload({ surge }): ${surge} is not accepted; expected a whole number from 1`
      );
    }
    if (minReadyMs === void 0) {
      const accepted = "expected milliseconds or text such as '1s'";
      throw new PoolError(
        "E_CONFIG",
        `reload({ minReady }): ${JSON.stringify(minReady)} is not accepted; ${accepted}`
      );
    }
    return {
      name: "reload",
      setup(pool) {
        pool.decisions.reloadPlan.tap("reload", (plan) => ({ ...plan, surge, minReadyMs }));
      }
    };
  }
);

export { byQueueWait, bySchedule, byUtilisation, recycle, reload };
