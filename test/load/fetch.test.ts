// timeout: 900
// only: matrix
import { suite } from "../_suite.ts";
import { nodes } from "../unchanged/_program.ts";
import { IS_FULL } from "./_load.ts";
import { loadScenarios } from "./_scenarios.ts";

const test = suite("load on a fetch module");
for (const version of Object.keys(nodes))
  loadScenarios(test, "fetch.mjs", version, { onlyReloads: !IS_FULL && version === "Node 24" });
test.run();
