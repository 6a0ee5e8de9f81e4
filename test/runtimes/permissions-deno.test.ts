// timeout: 180
// only: matrix
import { suite } from "../_suite.ts";
import { permissionBehaviours } from "./permissions.ts";

const test = suite("permissions on deno");
permissionBehaviours(test, { runtime: "deno", narrowest: {} });
test.run();
