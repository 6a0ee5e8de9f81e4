// timeout: 180
// supervisors: node, bun, deno (beside)
// brief: node (marked)
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { ringBehaviours } from "./ring.ts";

const test = suite("ring on node");
ringBehaviours(test, worlds.node);
test.run();
