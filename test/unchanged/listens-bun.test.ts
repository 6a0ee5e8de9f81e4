// timeout: 120
// only: matrix
import { suite } from "../_suite.ts";
import { places } from "./_program.ts";
import { listenBehaviours } from "./listens.ts";

const test = suite("unchanged programs that close, probe and listen again, Bun");
listenBehaviours(test, places["Bun"]!);
test.run();
