import { defineCommand } from "citty";
import type { CommandDef } from "citty";
import type { ReloadReport } from "../../index.ts";
import { formatDuration } from "../../index.ts";
import { textOf } from "../_args.ts";
import { callPool, remoteArguments } from "../_remote.ts";

/** `poolable reload [group…] [--hard]` */
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
    ...remoteArguments,
  },
  async run({ args }) {
    const groups = args._.length > 0 ? args._ : undefined;
    const say = (line: string): void => void (args.json || process.stderr.write(`${line}\n`));
    const report = (await callPool(
      textOf(args.name),
      "reload",
      { groups, hard: args.hard === true },
      say,
    )) as ReloadReport;
    console.log(args.json ? JSON.stringify(report) : sentence(report));
    if (report.reason !== null || report.failed > 0) process.exitCode = 1;
  },
}) as CommandDef;

function sentence(report: ReloadReport): string {
  const { generation, replaced, failed, forcedKills, rolledBack, reason, tookMs } = report;
  const took = formatDuration(tookMs);
  if (rolledBack) return `generation ${generation} was rolled back after ${took}: ${reason}`;
  if (reason !== null) return `the reload to generation ${generation} did not finish: ${reason}`;
  const forced = forcedKills > 0 ? `, ${forcedKills} had to be killed` : "";
  return `generation ${generation}: ${replaced} replaced, ${failed} failed${forced}, in ${took}`;
}
