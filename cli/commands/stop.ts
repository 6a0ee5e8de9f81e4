import { defineCommand } from "citty";
import type { CommandDef } from "citty";
import { stripControl } from "../../plugins/logs/index.ts";
import { textOf } from "../args.ts";
import { callPool, namedPool, poolArgument, remoteArguments } from "../remote.ts";

/** `poolable stop [pool] [--group <group>] [--now]` */
export const stop: CommandDef = defineCommand({
  meta: { name: "stop", description: "Stop a pool and wait until no worker is left" },
  args: {
    ...poolArgument,
    group: {
      type: "string",
      description: "Stop only this group; it starts again when it is scaled, restarted or reloaded",
    },
    now: { type: "boolean", description: "Kill the workers instead of letting them finish" },
    ...remoteArguments,
  },
  async run({ args }) {
    const group = textOf(args.group);
    const options = { now: args.now === true, ...(group === undefined ? {} : { group }) };
    const answer = await callPool(namedPool(args), "stop", options);
    if (group !== undefined)
      return console.log(args.json ? JSON.stringify(answer) : `group ${group} has stopped`);
    const { exitCode, reason } = answer as { exitCode: number; reason: string };
    const line = `the pool has stopped with exit code ${exitCode}: ${stripControl(reason)}`;
    console.log(args.json ? JSON.stringify(answer) : line);
  },
}) as CommandDef;
