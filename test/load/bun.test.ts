// timeout: 1800
// only: matrix
import { suite } from "../_suite.ts";
import { IS_FULL } from "./_load.ts";
import { loadScenarios } from "./_scenarios.ts";

const test = suite("load on Bun");
const files = IS_FULL ? ["plain.mjs", "bun-serve.mjs", "bun-module.mjs"] : ["bun-serve.mjs"];
for (const file of files) loadScenarios(test, file, "Bun");
test.run();
