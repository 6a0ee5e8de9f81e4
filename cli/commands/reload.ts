import { defineCommand } from "citty";
import type { CommandDef } from "citty";
import type { ReloadPace, ReloadReport } from "../../index.ts";
import { formatDuration, parseDuration } from "../../index.ts";
import { show, textOf, usage } from "../args.ts";
import { callPool, remoteArguments } from "../remote.ts";

/** `poolable reload [group…] [--hard] [--surge …] [--min-ready …]` */
export const reload: CommandDef = defineCommand({
  meta: { name: "reload", description: "Restart workers with the current code and config" },
  args: {
    groups: {
      type: "positional",
      required: false,
      valueHint: "group…",
      description: "Groups to reload; all when none is given",
    },
    hard: { type: "boolean", description: "Stop all workers first, then start all" },
    surge: {
      type: "string",
      description: "New workers of a group that start at the same time: 4, or 25% of the group",
    },
    "min-ready": { type: "string", description: "How long each must have been ready before it serves: 5s" },
    ...remoteArguments,
  },
  async run({ args }) {
    const groups = args._.length > 0 ? args._ : undefined;
    const hard = args.hard === true;
    const pace = paceOf(textOf(args.surge), textOf(args["min-ready"]));
    if (hard && Object.keys(pace).length > 0)
      throw usage("--surge and --min-ready are for a soft reload: leave them out, or leave --hard out");
    const say = (line: string): void => void (args.json || process.stderr.write(`${line}\n`));
    const report = (await callPool(
      textOf(args.name),
      "reload",
      { groups, hard, ...pace },
      say,
    )) as ReloadReport;
    console.log(args.json ? JSON.stringify(report) : sentence(report));
    if (report.reason !== null || report.failed > 0) process.exitCode = 1;
  },
}) as CommandDef;

/** @throws PoolError `E_USAGE` */
function paceOf(surge: string | undefined, minReady: string | undefined): ReloadPace {
  const refuse = (name: string, value: string, accepts: string): never => {
    throw usage(`--${name}: ${show(value)} is not accepted; expected ${accepts}`);
  };
  if (surge !== undefined && !/^([1-9]\d{0,4}|([1-9]\d?|100)%)$/.test(surge))
    refuse("surge", surge, "a whole number from 1, or a share such as 25%");
  if (minReady !== undefined && parseDuration(minReady) === undefined)
    refuse("min-ready", minReady, "a time such as 500ms, 5s or 1m");
  return {
    ...(surge !== undefined && { surge: surge.endsWith("%") ? surge : Number(surge) }),
    ...(minReady !== undefined && { minReady }),
  };
}

function sentence(report: ReloadReport): string {
  const { generation, replaced, failed, forcedKills, rolledBack, reason, tookMs } = report;
  const took = formatDuration(tookMs);
  if (rolledBack) return `generation ${generation} was rolled back after ${took}: ${reason}`;
  if (reason !== null) return `the reload to generation ${generation} did not finish: ${reason}`;
  const forced = forcedKills > 0 ? `, ${forcedKills} had to be killed` : "";
  return `generation ${generation}: ${replaced} replaced, ${failed} failed${forced}, in ${took}`;
}
