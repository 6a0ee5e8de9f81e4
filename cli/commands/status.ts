import { defineCommand } from "citty";
import type { CommandDef } from "citty";
import type { PoolStatus } from "../../core/status.ts";
import { textOf, usage } from "../_args.ts";
import { callPool, remoteArguments } from "../_remote.ts";
import { renderStatus } from "../_table.ts";
import { paintFor } from "../_terminal.ts";

/** `poolable status [pool] [--json]` */
export const status: CommandDef = defineCommand({
  meta: { name: "status", description: "Show a running pool, its groups and its workers" },
  args: {
    pool: { type: "positional", required: false, description: "The pool, as --name" },
    ...remoteArguments,
  },
  async run({ args }) {
    const [pool, name] = [textOf(args.pool), textOf(args.name)];
    if (pool !== undefined && name !== undefined)
      throw usage("name the pool once: as an argument or with --name");
    const answer = (await callPool(pool ?? name, "status", {})) as PoolStatus;
    console.log(args.json ? JSON.stringify(answer, null, 2) : renderStatus(answer, paintFor(process.stdout)));
  },
}) as CommandDef;
