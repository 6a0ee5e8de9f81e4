// timeout: 120
// supervisors: node, bun, deno (beside)
// only: matrix
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { stopBehaviours } from "./stop.ts";

const test = suite("stop on bun");
stopBehaviours(test, worlds.bun);
test.run();
