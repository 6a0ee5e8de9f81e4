// timeout: 180
// supervisors: node, bun, deno, node22, node24, node26 (inside)
// brief: node (marked)
import { suite } from "../_suite.ts";
import { worlds } from "./_worlds.ts";
import { exitBehaviours } from "./exits.ts";

const test = suite("exits on node");
exitBehaviours(test, worlds.node);
test.run();
