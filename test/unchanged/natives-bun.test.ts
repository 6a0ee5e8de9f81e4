// timeout: 180
import { suite } from "../_suite.ts";
import { places } from "./_program.ts";
import { nativeBehaviours } from "./natives.ts";

const test = suite("servers of Bun");
nativeBehaviours(test, places["Bun"]!, {
  file: "bun-serve.mjs",
  isProgram: true,
  hasWebSockets: true,
  hasRoutes: true,
});
nativeBehaviours(test, places["Bun"]!, {
  file: "bun-module.mjs",
  isProgram: false,
  hasRoutes: true,
  hasWebSockets: true,
});
test.run();
