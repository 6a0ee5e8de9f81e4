// supervisors: node, bun, deno (inside)
// brief: node (marked)
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { workerBehaviours } from "./workers.ts";

const test = suite("workers on node");
workerBehaviours(test, worlds.node);
test.run();
