// timeout: 60
// supervisors: node, bun, deno (beside)
// brief: node (marked)
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { sharedBehaviours } from "./shared.ts";

const test = suite("shared on node");
sharedBehaviours(test, worlds.node);
test.run();
