// timeout: 180
// supervisors: node, bun, deno (inside)
// only: matrix
import { suite } from "../_suite.ts";
import { worlds } from "./_worlds.ts";
import { reloadBehaviours } from "./reloads.ts";

const test = suite("reloads on bun");
reloadBehaviours(test, worlds.bun);
test.run();
