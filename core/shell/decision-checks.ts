import type { Decisions, ReloadPolicy, RestartAnswer } from "../contract/decisions.ts";
import type { ExitVerdict } from "../contract/exit.ts";
import type { SpawnOptions } from "../contract/runtime.ts";

/** What is wrong with an answer; `undefined` when nothing is. */
export type Check = (answer: never, asked: never) => string | undefined;

const ACTIONS: readonly unknown[] = ["restart", "idle", "permanent", "fail", "shutdown"];

/** One for each decision that is asked synchronously. */
export const checks: Readonly<Partial<Record<keyof Decisions, Check>>> = {
  classifyExit(answer: ExitVerdict) {
    if (!isObject(answer)) return "not an exit verdict";
    if (typeof answer.class !== "string" || !answer.class) return "a verdict without a class";
    if (typeof answer.reason !== "string") return "a verdict without a reason";
    return isWithin(answer.counts, 0, 10) ? undefined : `counts ${answer.counts}: accepted is 0 to 10`;
  },
  restart(answer: RestartAnswer) {
    if (!isObject(answer)) return "not a restart answer";
    if (!ACTIONS.includes(answer.action))
      return `action ${String(answer.action)}: accepted is ${ACTIONS.join(", ")}`;
    if (typeof answer.reason !== "string") return "a restart answer without a reason";
    if (answer.delayMs !== undefined && !(Number.isFinite(answer.delayMs) && answer.delayMs >= 0)) {
      return `delayMs ${answer.delayMs}: accepted is a number of milliseconds from 0`;
    }
    if (answer.scope !== undefined && answer.scope !== "slot" && answer.scope !== "group")
      return `scope ${String(answer.scope)}: accepted is slot, group`;
    if (answer.exitCode !== undefined && !isWithin(answer.exitCode, 0, 255)) {
      return `exitCode ${answer.exitCode}: accepted is 0 to 255`;
    }
    return undefined;
  },
  bounce: (answer: unknown) => (isTexts(answer) ? undefined : "not a list of groups"),
  scaleTarget: (answer: number) =>
    isWithin(answer, 0, Number.MAX_SAFE_INTEGER) ? undefined : `${answer} is not a number of workers`,
  refuseScale: (answer: unknown) =>
    typeof answer === "string" && answer !== "" ? undefined : "not a reason",
  reloadPlan(answer: ReloadPolicy) {
    if (!isObject(answer)) return "not a plan";
    if (!isWithin(answer.surge, 1, Number.MAX_SAFE_INTEGER))
      return `surge ${answer.surge}: accepted is 1 or more`;
    const { minReadyMs, trialMs = 0, refusal } = answer;
    for (const [key, ms] of Object.entries({ minReadyMs, trialMs })) {
      if (!(Number.isFinite(ms) && ms >= 0))
        return `${key} ${ms}: accepted is a number of milliseconds from 0`;
    }
    const isReason = refusal === undefined || (typeof refusal === "string" && refusal !== "");
    return isReason ? undefined : `refusal ${String(refusal)}: accepted is a reason`;
  },
  pickWorker: (answer: string) => (typeof answer === "string" ? undefined : "not the id of a slot"),
  canShareSocket: (answer: unknown) =>
    answer === true || typeof answer === "string" ? undefined : "neither true nor a reason",
};

/** What is wrong with options that a worker shall be started with. */
export function wrongSpawnOptions(value: unknown): string | undefined {
  if (!isObject(value)) return "no options";
  const { entry, args, execArgv, permissions, env, cwd, listeners } = value as SpawnOptions;
  if (typeof entry !== "string" || !entry) return "no entry";
  if (!isTexts(args) || !isTexts(execArgv)) return "arguments that are not a list of texts";
  if (permissions !== "all" && !arePermissions(permissions)) return "permissions that are none";
  if (!isObject(env) || !isTexts(Object.values(env))) return "an environment that is not of texts";
  // What the system refuses is told with the value, which may be a secret.
  const unfit = Object.entries(env).find((entry) => entry.join("").includes("\0"));
  if (unfit) return `a null character in the variable ${JSON.stringify(unfit[0])}`;
  if (typeof cwd !== "string") return "no folder to work in";
  return Array.isArray(listeners) ? undefined : "listeners that are no list";
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isWithin(value: unknown, low: number, high: number): boolean {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
}

function arePermissions(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Object.values(value as object).every((given) => typeof given === "boolean" || isTexts(given));
}
