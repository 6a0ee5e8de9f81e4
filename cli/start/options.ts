import { availableParallelism } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { isRecord } from "../../core/config/check.ts";
import { isPoolName } from "../../core/config/pool-name.ts";
import type { GroupConfig, GroupType, PoolConfig } from "../../core/contract/config.ts";
import { usage, show, wholeNumber } from "../args.ts";
import { allAddresses } from "./all-addresses.ts";
import { onceDone, restartName } from "./restart-option.ts";

/** What the command line says about the pool, as it was written. */
export interface StartOptions {
  readonly name?: string | undefined;
  readonly workers?: string | undefined;
  /** One or more, with commas. */
  readonly port?: string | undefined;
  readonly host?: string | undefined;
  readonly type?: string | undefined;
  readonly restart?: string | undefined;
  /** The words after `--`. */
  readonly rest?: readonly string[] | undefined;
}

const TYPES: readonly string[] = ["reactor", "job", "service"] satisfies GroupType[];

/**
 * The config of a single entry: one group, and one pool, of its name. It runs as it would by hand, and without `--port`
 * and `--type` it may be a program that does its work and ends.
 */
export function entryConfig(file: string, options: StartOptions, cwd: string): PoolConfig {
  const name = options.name ?? nameOf(file);
  const port = portVariable(options, process.env["PORT"] === undefined);
  const group: GroupConfig = { entry: file, env: { "*": true, ...port }, args: [...(options.rest ?? [])] };
  if (options.port === undefined && options.type === undefined) group.restart = onceDone();
  // As `listen(port)` does by hand.
  const host = options.host ?? allAddresses();
  return { name, root: cwd, groups: { [nameOf(file)]: { ...group, ...groupOptions({ ...options, host }) } } };
}

/** A loaded config with the command line's word on top. Relative paths start from its file's folder. */
export function overrideConfig(config: PoolConfig, file: string, options: StartOptions): PoolConfig {
  if (options.rest) throw usage("`--` and what follows is for an entry; a config has args for each group");
  const root = resolve(dirname(file), typeof config.root === "string" ? config.root : ".");
  const name = options.name ?? config.name;
  if (options.host !== undefined && options.port === undefined)
    throw usage("--host is for --port: give both, or host in the config's listen");
  const only = isRecord(config.groups)
    ? Object.values(config.groups as Record<string, GroupConfig>)[0]
    : undefined;
  const changes = groupOptions(options, only);
  if (Object.keys(changes).length === 0) return { ...config, name, root };
  const groups = isRecord(config.groups) ? Object.entries(config.groups as Record<string, GroupConfig>) : [];
  if (groups.length !== 1) {
    const names = groups.map(([group]) => group).join(", ");
    throw usage(
      `--workers, --port, --type and --restart need a config with one group, and this one has ${names || "none"}`,
    );
  }
  const [group, given] = groups[0]!;
  const has = isRecord(given.env) ? given.env["PORT"] : undefined;
  const isUnset = has === undefined || (has === true && process.env["PORT"] === undefined);
  const variable = portVariable(options, isUnset);
  const env = variable && isRecord(given.env ?? {}) ? { env: { ...given.env, ...variable } } : {};
  return { ...config, name, root, groups: { [group]: { ...given, ...env, ...changes } } };
}

/** What the options change in a group; `given` is the group as the config has it. */
function groupOptions(
  { workers, port, host, type, restart }: StartOptions,
  given?: GroupConfig,
): Partial<GroupConfig> {
  if (type !== undefined && !TYPES.includes(type))
    throw usage(`--type: ${show(type)} is not one of ${TYPES.join(", ")}`);
  return {
    ...(workers !== undefined && {
      workers: scalable(parseWorkers(workers), type ?? given?.type, given?.workers),
    }),
    ...(port !== undefined && {
      listen: portsOf(port).map((each) => ({ port: each, ...(host !== undefined && { host }) })),
    }),
    ...(type !== undefined && { type: type as GroupType }),
    ...(restart !== undefined && { restart: restartName(restart) }),
  };
}

/** What most programs read their port from, where nobody has set it. The port of 0 is not known before it is open. */
function portVariable({ port }: StartOptions, isUnset: boolean): Record<string, string> | undefined {
  const [first = 0] = port === undefined || !isUnset ? [] : portsOf(port);
  return first === 0 ? undefined : { PORT: String(first) };
}

function portsOf(text: string): number[] {
  return text.split(",").map((port) => wholeNumber("--port", port, 0, 65_535));
}

/** Throws `E_USAGE` for a name that the command line gives and no pool can have. */
export function checkName(name: string | undefined): void {
  if (name === undefined || isPoolName(name)) return;
  throw usage(`--name: ${show(name)} is no pool name; use letters, digits, ".", "_" and "-", 40 at most`);
}

/** `2`, or `1-4` for a range. */
export function parseWorkers(text: string): NonNullable<GroupConfig["workers"]> {
  const [, low, high] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  if (low === undefined || high === undefined) return wholeNumber("--workers", text, 1, 10_000);
  const max = wholeNumber("--workers", high, 1, 10_000);
  return { min: wholeNumber("--workers", low, 0, max), max };
}

/**
 * A number of workers that `poolable scale` can raise: to the most that the config states, or to one for each core. A
 * group of type job keeps its number, because one with a range is scaled without being asked.
 */
function scalable(
  wanted: NonNullable<GroupConfig["workers"]>,
  type: string | undefined,
  stated: GroupConfig["workers"],
): NonNullable<GroupConfig["workers"]> {
  if (typeof wanted !== "number" || type === "job") return wanted;
  const most =
    isRecord(stated) && Number.isInteger(stated.max) ? (stated.max as number) : availableParallelism();
  return most > wanted ? { min: wanted, max: most } : wanted;
}

/** The file's name without its extension, in the letters that a name may have. */
function nameOf(file: string): string {
  const name = basename(file)
    .replace(/(?<=.)\.[^.]*$/, "")
    .replace(/[^\w.-]+/g, "-")
    .replace(/^[.-]+/, "")
    .slice(0, 40);
  return name === "" ? "pool" : name;
}
