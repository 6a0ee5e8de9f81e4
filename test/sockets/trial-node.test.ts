// timeout: 120
// supervisors: node, bun, deno (beside)
// brief: node (marked)
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { trialBehaviours } from "./trial.ts";

const test = suite("trial on node");
trialBehaviours(test, worlds.node);
test.run();
