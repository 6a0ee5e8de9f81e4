// timeout: 120
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { trialBehaviours } from "./trial.ts";

const test = suite("trial on node");
trialBehaviours(test, worlds.node);
test.run();
