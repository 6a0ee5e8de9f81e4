// timeout: 1800
import { suite } from "../_suite.ts";
import { IS_FULL } from "./_load.ts";
import { loadScenarios } from "./_scenarios.ts";

const test = suite("load on Bun");
for (const file of ["plain.mjs", "bun-serve.mjs", "bun-module.mjs"]) {
  loadScenarios(test, file, "Bun", { onlyReloads: !IS_FULL && file !== "bun-serve.mjs" });
}
test.run();
