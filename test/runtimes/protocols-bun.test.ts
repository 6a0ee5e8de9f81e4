// timeout: 120
// only: matrix
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { protocolBehaviours } from "./protocols.ts";

const test = suite("protocols on bun");
protocolBehaviours(test, worlds.bun);
test.run();
