// timeout: 180
// supervisors: node, bun, deno, node22, node24, node26 (inside)
// brief: node (marked)
import { suite } from "../_suite.ts";
import { worlds } from "./_worlds.ts";
import { reloadBehaviours } from "./reloads.ts";

const test = suite("reloads on node");
reloadBehaviours(test, worlds.node);
test.run();
