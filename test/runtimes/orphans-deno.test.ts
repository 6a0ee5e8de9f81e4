// supervisors: node, bun, deno (beside)
// only: matrix
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { orphanBehaviours } from "./orphans.ts";

const test = suite("orphans on deno");
orphanBehaviours(test, worlds.deno);
test.run();
