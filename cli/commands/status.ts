import { defineCommand } from "citty";
import type { CommandDef } from "citty";
import { PoolError } from "../../core/contract/errors.ts";
import type { PoolStatus } from "../../core/contract/status.ts";
import { poolDirectory } from "../../plugins/control/index.ts";
import { readBoard } from "../../plugins/scoreboard/index.ts";
import type { Board } from "../../plugins/scoreboard/index.ts";
import { renderBoard, renderStatus } from "../output/table.ts";
import { paintFor } from "../output/terminal.ts";
import { callPool, choosePool, namedPool, poolArgument, remoteArguments } from "../remote.ts";

/** `poolable status [pool] [--json]` */
export const status: CommandDef = defineCommand({
  meta: { name: "status", description: "Show a running pool, its groups and its workers" },
  args: {
    ...poolArgument,
    ...remoteArguments,
  },
  async run({ args }) {
    const chosen = namedPool(args) ?? (await choosePool());
    const board = (): Board | undefined => readBoard(poolDirectory(chosen));
    const paint = paintFor(process.stdout);
    try {
      const answer = (await callPool(chosen, "status", {})) as PoolStatus;
      const { workers = [] } = board() ?? {};
      if (args.json) console.log(JSON.stringify({ ...answer, scoreboard: workers }, null, 2));
      else console.log(renderStatus(answer, workers, paint));
    } catch (error) {
      const found = error instanceof PoolError && error.code === "E_CONTROL" ? board() : undefined;
      if (!found) throw error;
      // The supervisor hangs; its workers tell by themselves.
      console.log(
        args.json ? JSON.stringify({ scoreboard: found.workers }, null, 2) : renderBoard(found, paint),
      );
      throw error;
    }
  },
}) as CommandDef;
