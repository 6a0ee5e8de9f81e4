// only: matrix
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { holdBehaviours } from "./holds.ts";

const test = suite("holds on bun");
holdBehaviours(test, worlds.bun);
test.run();
