// timeout: 180
import { suite } from "../_suite.ts";
import { poolBehaviours } from "./pools.ts";

const test = suite("pools on node");
poolBehaviours(test);
test.run();
