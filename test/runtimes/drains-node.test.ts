// brief: node (marked)
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { drainBehaviours } from "./drains.ts";

const test = suite("drains on node");
drainBehaviours(test, worlds.node);
test.run();
