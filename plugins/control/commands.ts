import { checkPace } from "../../core/config/reload-pace.ts";
import { PoolError } from "../../core/contract/errors.ts";
import type { Pool } from "../../core/contract/pool.ts";
import type { ReloadPace } from "../../core/contract/reload.ts";
import { replacementSentence } from "../logs/sentences.ts";

/** Checks the arguments of one command before anything happens. Throws `E_CONTROL` when they are wrong. */
type Check = (args: Readonly<Record<string, unknown>>) => CheckedCommand;

/** A command whose arguments are known to be right. */
export interface CheckedCommand {
  /** What is asked, on one printable line; `undefined` when it changes nothing and needs no audit. */
  readonly audit: string | undefined;
  /** `tell` sends a line about the way there, before the reply. */
  run(pool: Pool, tell: (line: string) => void): Promise<unknown>;
}

/** Everything that can be asked over the control socket. A `Map`: no name reaches a prototype. */
const COMMANDS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["status", checkStatus],
  ["restart", checkRestart],
  ["reload", checkReload],
  ["scale", checkScale],
  ["stop", checkStop],
]);

/** The command that a frame asks for. Throws `E_CONTROL`, with what would be accepted. */
export function checkCommand(name: unknown, args: unknown): CheckedCommand {
  const check = typeof name === "string" ? COMMANDS.get(name) : undefined;
  if (!check) throw wrong(`no such command; there are ${[...COMMANDS.keys()].join(", ")}`);
  if (typeof args !== "object" || args === null || Array.isArray(args)) throw wrong("args must be an object");
  return check(args as Record<string, unknown>);
}

function checkStatus(args: Readonly<Record<string, unknown>>): CheckedCommand {
  only(args);
  return { audit: undefined, run: async (pool) => pool.status() };
}

function checkRestart(args: Readonly<Record<string, unknown>>): CheckedCommand {
  only(args, "slot");
  const slot = text(args, "slot");
  return { audit: `restart ${printable(slot)}`, run: (pool) => pool.restart(slot).then(() => ({ slot })) };
}

function checkReload(args: Readonly<Record<string, unknown>>): CheckedCommand {
  only(args, "groups", "hard", "surge", "minReady");
  const { groups, hard = false, surge, minReady } = args;
  if (typeof hard !== "boolean") throw wrong("hard must be true or false");
  if (groups !== undefined && !isNames(groups)) throw wrong("groups must be a list of names");
  const pace = { surge, minReady } as ReloadPace;
  checkPace("reload", pace);
  const options = [
    ...(hard ? ["--hard"] : []),
    ...(surge === undefined ? [] : ["--surge", String(surge)]),
    ...(minReady === undefined ? [] : ["--min-ready", String(minReady)]),
  ];
  return {
    audit: ["reload", ...(groups ?? []).map(printable), ...options].join(" "),
    async run(pool, tell) {
      const forget = pool.hooks.hook("reload:progress", (fact) => tell(replacementSentence(fact)));
      try {
        return await pool.reload({ hard, groups, ...pace });
      } finally {
        forget();
      }
    },
  };
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string");
}

/** A name as it stands in a line of the log: quoted, cut and escaped unless it is a plain one. */
function printable(name: string): string {
  return /^[\w.#-]{1,200}$/.test(name) ? name : quoted(name);
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 60)).replace(/[^\x20-\x7e]/g, escaped);
}

/** Escapes what JSON does not: control characters from 0x7f on, directions, line separators. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function checkScale(args: Readonly<Record<string, unknown>>): CheckedCommand {
  only(args, "group", "count", "delta");
  const group = text(args, "group");
  const relative = args.delta !== undefined;
  if (relative === (args.count !== undefined)) throw wrong("scale takes either count or delta");
  const number = relative ? integer(args, "delta", -10_000) : integer(args, "count", 0);
  return {
    audit: `scale ${printable(group)} ${relative && number >= 0 ? "+" : ""}${number}`,
    async run(pool) {
      const count = relative ? desiredOf(pool, group) + number : number;
      return { group, ...(await pool.scale(group, count, "control")) };
    },
  };
}

function checkStop(args: Readonly<Record<string, unknown>>): CheckedCommand {
  only(args, "now", "group");
  const now = args.now ?? false;
  if (typeof now !== "boolean") throw wrong("now must be true or false");
  const group = args.group === undefined ? undefined : text(args, "group");
  const options = [...(group === undefined ? [] : ["--group", printable(group)]), ...(now ? ["--now"] : [])];
  return {
    audit: ["stop", ...options].join(" "),
    run: (pool) => (group === undefined ? stop(pool, now) : stopGroup(pool, group, now)),
  };
}

/** Resolves at `pool:stopped`, which comes before plugins are disposed of: the answer needs the socket still. */
function stop(pool: Pool, now: boolean): Promise<unknown> {
  return new Promise((resolve) => {
    pool.hooks.hookOnce("pool:stopped", ({ exitCode, reason }) => resolve({ exitCode, reason }));
    void pool.stop({ now, reason: now ? "poolable stop --now" : "poolable stop" }).then(resolve);
  });
}

async function stopGroup(pool: Pool, group: string, now: boolean): Promise<unknown> {
  await pool.stop({ group, now, reason: now ? "poolable stop --group --now" : "poolable stop --group" });
  return { group };
}

function desiredOf(pool: Pool, group: string): number {
  const { groups } = pool.status();
  const found = groups.find(({ name }) => name === group);
  if (found) return found.desired;
  const names = groups.map(({ name }) => name).join(", ");
  throw new PoolError("E_UNKNOWN_GROUP", `no group ${quoted(group)}; there are ${names}`);
}

function only(args: object, ...names: string[]): void {
  for (const name of Object.keys(args)) {
    if (!names.includes(name)) throw wrong(`the only arguments are: ${names.join(", ") || "none"}`);
  }
}

function text(args: Readonly<Record<string, unknown>>, name: string): string {
  const value = args[name];
  if (typeof value === "string" && /^[^\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u.test(value)) return value;
  throw wrong(`${name} must be text of 1 to 200 printable characters`);
}

function integer(args: Readonly<Record<string, unknown>>, name: string, min: number): number {
  const value = args[name];
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= 10_000) return value;
  throw wrong(`${name} must be a whole number from ${min} to 10000`);
}

function wrong(message: string): PoolError {
  return new PoolError("E_CONTROL", message);
}
