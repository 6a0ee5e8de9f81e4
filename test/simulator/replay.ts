/** `SIM_SEED=… node --import ./test/harness/register.mjs test/simulator/replay.ts`: one history, with all that happens. */
import process from "node:process";
import { drawHistory } from "./history.ts";
import { explain } from "./shrink.ts";

console.log(
  explain(drawHistory(Number(process.env["SIM_SEED"] ?? 0)), Number(process.env["SIM_LINES"] ?? Infinity)),
);
