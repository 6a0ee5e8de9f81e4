// timeout: 60
import { suite } from "../_suite.ts";
import { worlds } from "../behaviour/_worlds.ts";
import { sharedBehaviours } from "./shared.ts";

const test = suite("shared on deno");
sharedBehaviours(test, worlds.deno);
test.run();
