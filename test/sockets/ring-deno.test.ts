// timeout: 180
// supervisors: node, bun, deno (beside)
// only: matrix
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { ringBehaviours } from "./ring.ts";

const test = suite("ring on deno");
ringBehaviours(test, worlds.deno);
test.run();
