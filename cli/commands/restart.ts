import { defineCommand } from "citty";
import type { CommandDef } from "citty";
import { textOf } from "../args.ts";
import { callPool, remoteArguments } from "../remote.ts";

/** `poolable restart <worker>` */
export const restart: CommandDef = defineCommand({
  meta: { name: "restart", description: "Replace one worker and wait until the new one is ready" },
  args: {
    worker: {
      type: "positional",
      description: "Slot of the worker as `poolable status` shows it, such as web#0",
    },
    ...remoteArguments,
  },
  async run({ args }) {
    const answer = await callPool(textOf(args.name), "restart", { slot: args.worker });
    console.log(args.json ? JSON.stringify(answer) : `${args.worker} was restarted and is ready`);
  },
}) as CommandDef;
