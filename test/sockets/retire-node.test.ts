// timeout: 120
// supervisors: node, bun, deno (beside)
// brief: node (marked)
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { retireBehaviours } from "./retire.ts";

const test = suite("retire on node");
retireBehaviours(test, worlds.node);
test.run();
