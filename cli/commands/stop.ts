import { defineCommand } from "citty";
import type { CommandDef } from "citty";
import { callPool, namedPool, poolArgument, remoteArguments } from "../_remote.ts";
import { stripControl } from "../../plugins/logs/index.ts";

/** `poolable stop [pool] [--now]` */
export const stop: CommandDef = defineCommand({
  meta: { name: "stop", description: "Stop a pool and wait until no worker is left" },
  args: {
    ...poolArgument,
    now: { type: "boolean", description: "Kill the workers instead of letting them finish" },
    ...remoteArguments,
  },
  async run({ args }) {
    const answer = await callPool(namedPool(args), "stop", { now: args.now === true });
    const { exitCode, reason } = answer as { exitCode: number; reason: string };
    const line = `the pool has stopped with exit code ${exitCode}: ${stripControl(reason)}`;
    console.log(args.json ? JSON.stringify(answer) : line);
  },
}) as CommandDef;
