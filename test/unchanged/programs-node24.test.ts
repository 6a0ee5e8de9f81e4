// timeout: 120
// only: matrix
import { suite } from "../_suite.ts";
import { places } from "./_program.ts";
import { programBehaviours } from "./programs.ts";

const test = suite("unchanged programs, Node 24");
programBehaviours(test, places["Node 24"]!);
test.run();
