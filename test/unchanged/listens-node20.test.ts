// timeout: 120
// brief: node (marked)
import { suite } from "../_suite.ts";
import { places } from "./_program.ts";
import { listenBehaviours } from "./listens.ts";

const test = suite("unchanged programs that close, probe and listen again, Node 20");
listenBehaviours(test, places["Node 20"]!);
test.run();
