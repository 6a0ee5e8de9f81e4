// only: matrix
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { holdBehaviours } from "./holds.ts";

const test = suite("holds on deno");
holdBehaviours(test, worlds.deno);
test.run();
