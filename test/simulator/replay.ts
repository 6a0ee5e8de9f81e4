/**
 * `SIM_SEED=… node --import ./test/harness/register.mjs test/simulator/replay.ts`: one history, shrunk, with all that
 * happens in it (`SIM_LINES=…` for the last lines only). Exit code 1 when it breaks an invariant.
 */
import process from "node:process";
import { drawHistory } from "./history.ts";
import { play } from "./run.ts";
import { explain } from "./shrink.ts";

const history = drawHistory(Number(process.env["SIM_SEED"] ?? 0));
console.log(explain(history, Number(process.env["SIM_LINES"] ?? Infinity)));
if (play(history).fault) process.exitCode = 1;
