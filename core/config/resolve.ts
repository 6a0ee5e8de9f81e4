import type {
  GroupConfig,
  ListenConfig,
  PoolConfig,
  ResolvedGroup,
  ResolvedPool,
} from "../contract/config.ts";
import { RESTART_NAMES } from "../contract/decisions.ts";
import type { Duration } from "../contract/duration.ts";
import { parseDuration } from "../contract/duration.ts";
import { PoolError } from "../contract/errors.ts";
import { PERMISSION_KINDS } from "../contract/runtime.ts";
import type { Rule } from "./check.ts";
import { checkObject, checkValue, isRecord, refuse } from "./check.ts";
import { checkCalls, resolveJobs } from "./jobs.ts";
import { nameRule } from "./pool-name.ts";
import { duration, oneOf, rule, text, texts, whole } from "./rules.ts";
import { checkUsers } from "./users.ts";

/** How long no worker may be ready before the pool gives up, unless the config says otherwise. Milliseconds. */
const GIVE_UP_MS = 300_000;

/** Slots of one pool, at most: far above what one machine carries, and below what a typo can ask for. */
export const MAX_SLOTS = 100_000;

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isWhole = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
const isPort = (value: unknown): boolean => isWhole(value) && value <= 65_535;

const poolRules: Readonly<Record<string, Rule>> = {
  name: nameRule,
  groups: rule(
    "an object with at least one group",
    (value) => isRecord(value) && Object.keys(value).length > 0,
  ),
  plugins: rule("a list of plugins", Array.isArray),
  strategy: oneOf("one-for-one", "one-for-all", "rest-for-one"),
  onViolation: oneOf("restart", "escalate", "shutdown"),
  giveUp: rule(`${duration.accepts}, or false`, (value) => value === false || duration.is(value)),
  root: text,
  executables: rule("an object of paths or commands", isRecord),
};

const restartName = oneOf(...RESTART_NAMES);

const groupRules: Readonly<Record<string, Rule>> = {
  entry: text,
  type: oneOf("reactor", "job", "service"),
  workers: rule("a whole number, or { min, max } with min <= max and max >= 1", isWorkers),
  runtime: text,
  listen: rule(
    "a port, a path, { port, host, path, mode, owner, backlog, name, strategy, prefer, refuseAfter }, or a list of these",
    isListen,
  ),
  calls: texts,
  jobs: rule("an object", isRecord),
  args: texts,
  env: rule("an object of texts, true or false", isRecord),
  cwd: text,
  execArgv: texts,
  permissions: rule("'all' or an object", (value) => value === "all" || isRecord(value)),
  user: rule(
    "'user' or 'user:group', by name or by number",
    (value) => isText(value) && /^[^:\s]+(?::[^:\s]+)?$/.test(value),
  ),
  restart: rule(
    `${restartName.accepts}, or a policy such as limited({ max: 3 })`,
    (value) => typeof value === "function" || restartName.is(value),
  ),
  hello: duration,
  ready: duration,
  heartbeat: duration,
  drain: duration,
  linger: duration,
  stop: duration,
};

const listenRules: Readonly<Record<string, Rule>> = {
  port: rule("a port from 0 to 65535", isPort),
  host: text,
  path: text,
  mode: rule("a mode from 0o000 to 0o777, or text such as '660'", isMode),
  owner: rule(
    "'user', 'user:group' or ':group'",
    (value) => isText(value) && /^[^:\s]*(?::[^:\s]+)?$/.test(value) && value !== "",
  ),
  backlog: whole(1),
  name: nameRule,
  strategy: text,
  prefer: oneOf("lossless", "fast"),
  refuseAfter: rule(
    "milliseconds, text such as '30s', or false",
    (value) => value === false || (parseDuration(value) ?? 0) > 0,
  ),
};

const variable = rule(
  "text without a null character, true or false",
  (value) => typeof value === "boolean" || (typeof value === "string" && !value.includes("\0")),
);
const variableName = rule(
  "the name of a variable, without '=' and null characters",
  (value) => isText(value) && !/[=\0]/.test(value),
);

const permission = rule(
  "true, false or a list of texts",
  (value) => typeof value === "boolean" || (Array.isArray(value) && value.every(isText)),
);
const permissionRules = Object.fromEntries(PERMISSION_KINDS.map((kind) => [kind, permission]));

/** Milliseconds; the meaning of each is in `GroupConfig`. */
const TIMEOUTS = {
  hello: 10_000,
  ready: 30_000,
  heartbeat: 30_000,
  drain: 30_000,
  linger: 5_000,
  stop: 10_000,
} as const;

/**
 * Checks a config and fills in every default. `runtimes` are the names there are, the default first.
 *
 * @throws PoolError `E_CONFIG`, one line that names the key, the value and what is accepted.
 */
export function resolveConfig(config: PoolConfig, runtimes: readonly string[]): ResolvedPool {
  if (isRecord(config) && isRecord(config.groups)) refuseInherited(config.groups);
  checkObject("", config, poolRules);
  if (config.name === undefined) refuse("name", undefined, nameRule.accepts);
  if (config.groups === undefined) refuse("groups", undefined, poolRules.groups!.accepts);
  if (config.executables !== undefined)
    checkObject(
      "executables",
      config.executables,
      Object.fromEntries(runtimes.map((known) => [known, text])),
    );
  const root = config.root ?? ".";
  const groups = Object.entries(config.groups).map(([group, given], index) =>
    resolveGroup(group, given, index, root, runtimes),
  );
  checkCalls(groups);
  checkUsers(groups);
  const slots = groups.reduce((sum, group) => sum + group.max, 0);
  if (slots > MAX_SLOTS) refuse("groups", slots, `at most ${MAX_SLOTS} workers in all`);
  return Object.freeze({
    name: config.name,
    root,
    groups,
    strategy: config.strategy ?? "one-for-one",
    onViolation: config.onViolation ?? "escalate",
    giveUp: config.giveUp === false ? false : (parseDuration(config.giveUp) ?? GIVE_UP_MS),
    plugins: config.plugins ?? [],
  });
}

const OWN_NAME = "a group name that JavaScript does not use for a property of every object";

/** `{ __proto__: { entry } }` makes no group: it sets what the object inherits. */
function refuseInherited(groups: PoolConfig["groups"]): void {
  const inherited = Object.getPrototypeOf(groups) as object | null;
  // That of a plain object has a constructor, whatever realm it is of.
  if (inherited !== null && !Object.hasOwn(inherited, "constructor"))
    refuse("groups.__proto__", "__proto__", OWN_NAME);
}

function resolveGroup(
  group: string,
  given: GroupConfig,
  index: number,
  root: string,
  runtimes: readonly string[],
): ResolvedGroup {
  const path = `groups.${group}`;
  if (!nameRule.is(group)) refuse(path, group, `a group name of ${nameRule.accepts}`);
  if (group in Object.prototype) refuse(path, group, OWN_NAME);
  checkObject(path, given, groupRules);
  const { permissions = "all" } = given;
  if (permissions !== "all") checkObject(`${path}.permissions`, permissions, permissionRules);
  if (given.env !== undefined) checkEnvironment(`${path}.env`, given.env);
  if (given.entry === undefined)
    refuse(`${path}.entry`, undefined, "the path of the module that a worker runs");
  const runtime = given.runtime ?? runtimes[0]!;
  if (!runtimes.includes(runtime))
    refuse(`${path}.runtime`, runtime, runtimes.map((known) => `'${known}'`).join(", "));
  const listen = listeners(path, given.listen);
  const type = given.type ?? (listen.length > 0 ? "reactor" : "service");
  if (type === "job" && listen.length > 0) {
    throw new PoolError(
      "E_CONFIG",
      `${path}.listen: a group of type 'job' gets its work from calls and cannot listen`,
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
    cwd: given.cwd === undefined ? root : join(root, given.cwd),
    execArgv: given.execArgv ?? [],
    permissions,
    user: given.user,
    restart: given.restart,
    timeouts: Object.fromEntries(
      Object.entries(TIMEOUTS).map(([key, fallback]) => [
        key,
        parseDuration((given as unknown as Readonly<Record<string, Duration | undefined>>)[key]) ?? fallback,
      ]),
    ) as unknown as ResolvedGroup["timeouts"],
  });
}

function listeners(path: string, listen: GroupConfig["listen"]): ResolvedGroup["listen"] {
  if (listen === undefined) return [];
  const names = new Set<string>();
  return (Array.isArray(listen) ? listen : [listen]).map((item, index, all) => {
    const key = all.length > 1 ? `${path}.listen[${index}]` : `${path}.listen`;
    // `process.env.PORT`, say: as a path it would be a socket file that nobody looks for.
    if (typeof item === "string" && /^\d+$/.test(item))
      refuse(key, item, `a port as a number (${item}), or a path`);
    const given: ListenConfig =
      typeof item === "number" ? { port: item } : typeof item === "string" ? { path: item } : item;
    checkObject(key, given, listenRules);
    if ((given.port === undefined) === (given.path === undefined))
      refuse(key, item, "either a port or a path");
    for (const only of ["mode", "owner"] as const) {
      if (given[only] !== undefined && given.path === undefined)
        refuse(`${key}.${only}`, given[only], "only with a path: a port has no file");
    }
    const mode = typeof given.mode === "string" ? Number.parseInt(given.mode, 8) : given.mode;
    const called = given.name ?? (index === 0 ? "default" : String(given.port ?? given.path));
    if (names.has(called)) refuse(`${key}.name`, called, "a name that no other listener of the group has");
    names.add(called);
    return { ...given, ...(mode !== undefined && { mode }), name: called };
  });
}

function isMode(value: unknown): boolean {
  return isWhole(value) ? value >= 0 && value <= 0o777 : isText(value) && /^0?[0-7]{3}$/.test(value);
}

function isWorkers(value: unknown): boolean {
  if (isWhole(value)) return value >= 1;
  if (!isRecord(value) || Object.keys(value).some((key) => key !== "min" && key !== "max")) return false;
  return isWhole(value.min) && isWhole(value.max) && value.max >= 1 && value.min <= value.max;
}

function isListen(value: unknown): boolean {
  if (Array.isArray(value))
    return value.length > 0 && value.every((item) => !Array.isArray(item) && isListen(item));
  return typeof value === "number" ? isPort(value) : isText(value) || isRecord(value);
}

function checkEnvironment(path: string, env: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(env)) {
    if (!variableName.is(key)) refuse(path, key, variableName.accepts);
    checkValue(`${path}.${key}`, value, variable);
  }
}

/** Joins two paths of either system's form; the kernel has no file system to ask. */
function join(root: string, path: string): string {
  return /^([/\\]|[A-Za-z]:)/.test(path)
    ? path
    : `${root.replace(/[/\\]$/, "")}/${path.replace(/^\.\//, "")}`;
}
