// timeout: 180
// supervisors: node, bun, deno, node22, node24, node26 (inside)
import { suite } from "../_suite.ts";
import { worlds } from "./_worlds.ts";
import { poolBehaviours } from "./pools.ts";

const test = suite("pools on node");
poolBehaviours(test, worlds.node);
test.run();
