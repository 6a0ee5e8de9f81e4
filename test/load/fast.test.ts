// timeout: 900
// only: matrix
import { suite } from "../_suite.ts";
import { loadScenarios } from "./_scenarios.ts";

const test = suite("load on the fast way");

// It loses what waits in the queue of a worker that leaves, which is measured at 0.2 %.
const loses = { fresh: 0.02, mixed: 0.02 };

for (const [place, file] of [
  ["Bun", "bun-serve.mjs"],
  ["Deno", "deno-serve.mjs"],
] as const) {
  loadScenarios(test, file, place, {
    onlyReloads: true,
    loses,
    title: ", fast",
    options: { prefer: "fast" },
  });
}
test.run();
