import type { FullTap } from "tapable";
import { MIN_READY_MS, surgeOf } from "../config/reload-pace.ts";
import type {
  Decisions,
  ReloadPolicy,
  ReloadQuestion,
  RestartAnswer,
  RestartQuestion,
  ScaleQuestion,
} from "../contract/decisions.ts";
import { messageOf } from "../contract/errors.ts";
import { KERNEL } from "../contract/exit.ts";
import type { ExitReport, ExitVerdict } from "../contract/exit.ts";
import type { RunAs } from "../contract/plugin.ts";
import { runAsNobody } from "../contract/plugin.ts";
import type { Check } from "./decision-checks.ts";
import { checks, wrongSpawnOptions } from "./decision-checks.ts";
import { createDecisions } from "./decisions.ts";

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

/** Makes the decisions of a pool, and the {@link Asker} over them. `fault` hears of every tap that failed. */
export function createAsker(
  fault: (plugin: string, decision: string, error: unknown) => void,
  runAs: RunAs = runAsNobody,
): Asker {
  const decisions = createDecisions();
  let answeredBy = "";

  function guard(decision: keyof Decisions, check: Check, tap: FullTap): FullTap {
    const ask = tap.fn as (...asked: unknown[]) => unknown;
    return {
      ...tap,
      fn: (...asked: unknown[]) => {
        let answer: unknown;
        try {
          answer = runAs(tap.name, () => ask(...asked));
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
  decisions.spawnOptions.intercept({ register: guardSpawn } as never);

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
    reloadPlan(question) {
      const { workers, surge = surgeOf(workers, {}), minReadyMs = MIN_READY_MS } = question;
      return decisions.reloadPlan.call({ surge, minReadyMs }, question);
    },
    scaleTarget: (target, question) => decisions.scaleTarget.call(target, question),
  };
}

/**
 * A tap of `spawnOptions` that fails, or leaves options that nothing can be started with, fails the start: its name
 * goes into the message.
 */
function guardSpawn(tap: FullTap): FullTap {
  const change = tap.fn as (options: unknown, about: unknown, done?: Done) => unknown;
  const ask = async (options: unknown, about: unknown): Promise<unknown> =>
    tap.type === "async"
      ? await new Promise((resolve, reject) => {
          change(options, about, (error, answer) => (error ? reject(error) : resolve(answer)));
        })
      : await change(options, about);
  const fn = async (options: unknown, about: unknown): Promise<unknown> => {
    try {
      const answer = await ask(options, about);
      const wrong = wrongSpawnOptions(answer === undefined ? options : answer);
      if (wrong !== undefined) throw new TypeError(`answered with ${wrong}`);
      return answer;
    } catch (error) {
      throw new Error(`plugin ${tap.name} failed in spawnOptions: ${messageOf(error)}`, { cause: error });
    }
  };
  return { ...tap, type: "promise", fn };
}

type Done = (error: unknown, answer?: unknown) => void;
