// timeout: 1800
// only: matrix
import { suite } from "../_suite.ts";
import { IS_FULL } from "./_load.ts";
import { loadScenarios } from "./_scenarios.ts";

const test = suite("load on Deno");
const files = IS_FULL ? ["plain.mjs", "deno-serve.mjs", "deno-module.mjs"] : ["deno-serve.mjs"];
for (const file of files) loadScenarios(test, file, "Deno");
test.run();
