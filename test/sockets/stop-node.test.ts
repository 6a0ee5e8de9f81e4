// timeout: 120
// supervisors: node, bun, deno (beside)
// brief: node (marked)
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { stopBehaviours } from "./stop.ts";

const test = suite("stop on node");
stopBehaviours(test, worlds.node);
test.run();
