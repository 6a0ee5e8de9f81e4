import type { CommandDef } from "citty";
import { doctor } from "./doctor.ts";
import { reload } from "./reload.ts";
import { restart } from "./restart.ts";
import { scale } from "./scale.ts";
import { start } from "./start.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";

/** Everything that `poolable` can be told, by its first word, in the order of the help. */
export const commands: Readonly<Record<string, CommandDef>> = {
  start,
  status,
  reload,
  restart,
  scale,
  stop,
  doctor,
};
