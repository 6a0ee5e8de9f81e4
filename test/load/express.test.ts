// timeout: 900
// brief: node (marked)
import { suite } from "../_suite.ts";
import { nodes } from "../unchanged/_program.ts";
import { loadScenarios } from "./_scenarios.ts";

const test = suite("load on unchanged express");
for (const version of Object.keys(nodes)) loadScenarios(test, "express.cjs", version);
test.run();
