import { defineCommand } from "citty";
import type { CommandDef } from "citty";
import { textOf } from "../_args.ts";
import { callPool, remoteArguments } from "../_remote.ts";

/** `poolable restart <worker>` */
export const restart: CommandDef = defineCommand({
  meta: { name: "restart", description: "Replace one worker and wait until the new one is ready" },
  args: {
    worker: { type: "positional", description: "The slot of the worker, as status shows it: web#0" },
    ...remoteArguments,
  },
  async run({ args }) {
    const answer = await callPool(textOf(args.name), "restart", { slot: args.worker });
    console.log(args.json ? JSON.stringify(answer) : `${args.worker} was restarted and is ready`);
  },
}) as CommandDef;
