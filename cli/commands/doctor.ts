import { defineCommand } from "citty";
import type { CommandDef } from "citty";
import { textOf } from "../args.ts";
import { diagnose, type ReadConfig } from "../doctor/diagnosis.ts";
import { renderDiagnosis } from "../doctor/text.ts";
import { paintFor } from "../output/terminal.ts";
import { blame } from "../start/config-error.ts";
import { findConfig, findTarget, workingFolder } from "../start/find-target.ts";
import { loadConfig } from "../start/load-config.ts";
import { entryConfig, overrideConfig } from "../start/options.ts";

/** `poolable doctor [config | entry] [--json]` */
export const doctor: CommandDef = defineCommand({
  meta: {
    name: "doctor",
    description: "Show the installed runtimes, what each supports, and what poolable would choose",
  },
  args: {
    target: {
      type: "positional",
      required: false,
      description: "A config, a folder with one, or an entry; by default the config in the working folder",
    },
    json: { type: "boolean", description: "Print JSON" },
  },
  async run({ args }) {
    const cwd = workingFolder();
    const given = await readTarget(textOf(args.target), cwd);
    const diagnosis = given ? await blame(given.file, cwd, () => diagnose(given)) : await diagnose();
    const text = args.json
      ? JSON.stringify(diagnosis, null, 2)
      : renderDiagnosis(diagnosis, paintFor(process.stdout), cwd);
    console.log(text);
    if (diagnosis.config?.groups.some(({ problem }) => problem !== null)) process.exitCode = 1;
  },
}) as CommandDef;

async function readTarget(argument: string | undefined, cwd: string): Promise<ReadConfig | undefined> {
  if (argument === undefined && (await findConfig(cwd)) === undefined) return undefined;
  const { kind, file } = await findTarget(argument, cwd);
  const config =
    kind === "entry" ? entryConfig(file, {}, cwd) : overrideConfig(await loadConfig(file), file, {});
  return { file, config };
}
