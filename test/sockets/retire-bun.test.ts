// timeout: 120
// supervisors: node, bun, deno (beside)
// only: matrix
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { retireBehaviours } from "./retire.ts";

const test = suite("retire on bun");
retireBehaviours(test, worlds.bun);
test.run();
