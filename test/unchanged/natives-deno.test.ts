// timeout: 180
import { suite } from "../_suite.ts";
import { places } from "./_program.ts";
import { nativeBehaviours } from "./natives.ts";

const test = suite("servers of Deno");
nativeBehaviours(test, places["Deno"]!, { file: "deno-serve.mjs", isProgram: true, hasWebSockets: true });
nativeBehaviours(test, places["Deno"]!, { file: "deno-module.mjs", isProgram: false });
test.run();
