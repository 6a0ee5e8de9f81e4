// only: matrix
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { drainBehaviours } from "./drains.ts";

const test = suite("drains on bun");
drainBehaviours(test, worlds.bun);
test.run();
