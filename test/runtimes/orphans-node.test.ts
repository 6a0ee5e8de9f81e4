// supervisors: node, bun, deno (beside)
// brief: node (marked)
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { orphanBehaviours } from "./orphans.ts";

const test = suite("orphans on node");
orphanBehaviours(test, worlds.node);
test.run();
