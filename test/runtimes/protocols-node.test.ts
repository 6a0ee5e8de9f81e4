// timeout: 120
// brief: node (marked)
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { protocolBehaviours } from "./protocols.ts";

const test = suite("protocols on node");
protocolBehaviours(test, worlds.node);
test.run();
