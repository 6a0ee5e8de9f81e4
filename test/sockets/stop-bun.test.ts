// timeout: 120
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { stopBehaviours } from "./stop.ts";

const test = suite("stop on bun");
stopBehaviours(test, worlds.bun);
test.run();
