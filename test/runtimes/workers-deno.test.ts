// supervisors: node, bun, deno (inside)
// only: matrix
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { workerBehaviours } from "./workers.ts";

const test = suite("workers on deno");
workerBehaviours(test, worlds.deno);
test.run();
