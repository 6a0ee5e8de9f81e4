import type { FullTap } from "tapable";
import type {
  Decisions,
  ReloadPolicy,
  ReloadQuestion,
  RestartAnswer,
  RestartQuestion,
  ScaleQuestion,
} from "./decisions.ts";
import { createDecisions } from "./decisions.ts";
import { messageOf } from "./errors.ts";
import type { ExitReport, ExitVerdict } from "./exit.ts";

/** An answer and the name of the tap that gave it. */
export interface Answered<T> {
  readonly answer: T;
  readonly by: string;
}

/** The kernel's way to ask the decisions. No tap can throw through it or make it return nonsense. */
export interface Asker {
  readonly decisions: Decisions;
  classifyExit(report: ExitReport): Answered<ExitVerdict>;
  restart(question: RestartQuestion): Answered<RestartAnswer>;
  bounce(question: RestartQuestion): readonly string[];
  reloadPlan(question: ReloadQuestion): ReloadPolicy;
  scaleTarget(target: number, question: ScaleQuestion): number;
}

type Check = (answer: never, asked: never) => string | undefined;

const ACTIONS: readonly unknown[] = ["restart", "idle", "permanent", "fail", "shutdown"];

/** What is wrong with an answer; `undefined` when nothing is. */
const checks: Readonly<Partial<Record<keyof Decisions, Check>>> = {
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
    if (answer.exitCode !== undefined && !isWithin(answer.exitCode, 0, 255)) {
      return `exitCode ${answer.exitCode}: accepted is 0 to 255`;
    }
    return undefined;
  },
  bounce: (answer: unknown) => (Array.isArray(answer) ? undefined : "not a list of groups"),
  scaleTarget: (answer: number) =>
    isWithin(answer, 0, Number.MAX_SAFE_INTEGER) ? undefined : `${answer} is not a number of workers`,
  refuseScale: (answer: unknown) =>
    typeof answer === "string" && answer !== "" ? undefined : "not a reason",
  reloadPlan(answer: ReloadPolicy) {
    if (!isObject(answer)) return "not a plan";
    if (!isWithin(answer.surge, 1, Number.MAX_SAFE_INTEGER))
      return `surge ${answer.surge}: accepted is 1 or more`;
    const { minReadyMs } = answer;
    return Number.isFinite(minReadyMs) && minReadyMs >= 0 ? undefined : `minReadyMs ${minReadyMs}`;
  },
  pickWorker: (answer: string) => (typeof answer === "string" ? undefined : "not the id of a slot"),
  canShareSocket: (answer: unknown) =>
    answer === true || typeof answer === "string" ? undefined : "neither true nor a reason",
};

/** Makes the decisions of a pool, and the {@link Asker} over them. `fault` hears of every tap that failed. */
export function createAsker(fault: (plugin: string, decision: string, error: unknown) => void): Asker {
  const decisions = createDecisions();
  let answeredBy = "";

  function guard(decision: keyof Decisions, check: Check, tap: FullTap): FullTap {
    const ask = tap.fn as (...asked: unknown[]) => unknown;
    return {
      ...tap,
      fn: (...asked: unknown[]) => {
        let answer: unknown;
        try {
          answer = ask(...asked);
        } catch (error) {
          fault(tap.name, decision, error);
          return undefined;
        }
        if (answer === undefined) return undefined;
        const wrong = check(answer as never, asked[0] as never);
        if (wrong !== undefined) {
          fault(tap.name, decision, new TypeError(`answered ${decision} with ${wrong}`));
          return undefined;
        }
        answeredBy = tap.name;
        return answer;
      },
    };
  }

  for (const [name, check] of Object.entries(checks) as [keyof Decisions, Check][]) {
    decisions[name].intercept({ register: (tap: FullTap) => guard(name, check, tap) } as never);
  }
  decisions.spawnOptions.intercept({ register: named } as never);

  return {
    decisions,
    classifyExit(report) {
      const answer = decisions.classifyExit.call(report);
      if (answer) return { answer, by: answeredBy };
      return { answer: { class: "unclassified", reason: "no plugin classified it", counts: 1 }, by: KERNEL };
    },
    restart(question) {
      const answer = decisions.restart.call(question);
      return answer
        ? { answer, by: answeredBy }
        : { answer: { action: "idle", reason: "no plugin decided" }, by: KERNEL };
    },
    bounce: (question) => decisions.bounce.call([], question),
    reloadPlan: (question) => decisions.reloadPlan.call({ surge: 1, minReadyMs: 1_000 }, question),
    scaleTarget: (target, question) => decisions.scaleTarget.call(target, question),
  };
}

/** Who answers where no plugin does. */
export const KERNEL = "poolable:kernel";

/** A failing `spawnOptions` tap fails the start: its name goes into the message. */
function named(tap: FullTap): FullTap {
  if (tap.type === "async") return tap;
  const change = tap.fn as (...asked: unknown[]) => unknown;
  const blame = (error: unknown): never => {
    throw new Error(`plugin ${tap.name} failed in spawnOptions: ${messageOf(error)}`, { cause: error });
  };
  const fn =
    tap.type === "promise"
      ? async (...asked: unknown[]) => await Promise.resolve(change(...asked)).catch(blame)
      : (...asked: unknown[]) => {
          try {
            return change(...asked);
          } catch (error) {
            return blame(error);
          }
        };
  return { ...tap, fn };
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isWithin(value: unknown, low: number, high: number): boolean {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
}
