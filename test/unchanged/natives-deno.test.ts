// timeout: 180
// brief: node (marked)
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { executables, places, program, start } from "./_program.ts";
import { nativeBehaviours } from "./natives.ts";

const test = suite("servers of Deno");
nativeBehaviours(test, places["Deno"]!, { file: "deno-serve.mjs", isProgram: true, hasWebSockets: true });
nativeBehaviours(test, places["Deno"]!, { file: "deno-module.mjs", isProgram: false });

test("a narrow worker binds its own port, and needs one more permission for the lossless way", async (t) => {
  const narrow = (listen: object) => (port: number) => ({
    name: "narrow",
    executables,
    groups: {
      web: {
        entry: program("deno-serve.mjs"),
        runtime: "deno",
        listen: { port, ...listen },
        permissions: { env: true },
        env: { PORT: `${port}` },
      },
    },
  });
  const fast = await start(t, "", { ...places["Deno"], config: narrow({ prefer: "fast" }) });
  assert.match(await fast.ask("/pid"), /^\d+$/);
  assert.is((await fast.stop()).code, 0);
  const config = narrow({});
  const refused = await start(t, "", { ...places["Deno"], config, until: /private port/ });
  const { stdout } = await refused.supervisor.finished;
  assert.match(stdout, /private port of 127\.0\.0\.1: permissions: .*listen\.prefer: "fast" does without/);
});

test.run();
