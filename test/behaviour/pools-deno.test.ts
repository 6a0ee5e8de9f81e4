// timeout: 180
// supervisors: node, bun, deno (inside)
// brief: deno (marked)
import { suite } from "../_suite.ts";
import { worlds } from "./_worlds.ts";
import { poolBehaviours } from "./pools.ts";

const test = suite("pools on deno");
poolBehaviours(test, worlds.deno);
test.run();
