// timeout: 1800
import { suite } from "../_suite.ts";
import { IS_FULL } from "./_load.ts";
import { loadScenarios } from "./_scenarios.ts";

const test = suite("load on Deno");
for (const file of ["plain.mjs", "deno-serve.mjs", "deno-module.mjs"]) {
  loadScenarios(test, file, "Deno", { onlyReloads: !IS_FULL && file !== "deno-serve.mjs" });
}
test.run();
