// timeout: 120
// brief: node (marked)
import { suite } from "../_suite.ts";
import { places } from "./_program.ts";
import { programBehaviours } from "./programs.ts";

const test = suite("unchanged programs, Node 20");
programBehaviours(test, places["Node 20"]!);
test.run();
