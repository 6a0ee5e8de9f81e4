// timeout: 180
// supervisors: node, bun, deno (inside)
// only: matrix
import { suite } from "../_suite.ts";
import { worlds } from "./_worlds.ts";
import { exitBehaviours } from "./exits.ts";

const test = suite("exits on bun");
exitBehaviours(test, worlds.bun);
test.run();
