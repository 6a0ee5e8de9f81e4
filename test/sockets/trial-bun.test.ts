// timeout: 120
// supervisors: node, bun, deno (beside)
// only: matrix
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { trialBehaviours } from "./trial.ts";

const test = suite("trial on bun");
trialBehaviours(test, worlds.bun);
test.run();
