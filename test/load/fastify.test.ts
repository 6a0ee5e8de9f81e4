// timeout: 900
// only: matrix
import { suite } from "../_suite.ts";
import { nodes } from "../unchanged/_program.ts";
import { IS_FULL } from "./_load.ts";
import { loadScenarios } from "./_scenarios.ts";

const test = suite("load on unchanged fastify");
for (const version of Object.keys(nodes))
  loadScenarios(test, "fastify.mjs", version, { onlyReloads: !IS_FULL && version === "Node 24" });
test.run();
