// timeout: 180
// brief: node (marked)
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { places, start } from "./_program.ts";
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

test("server.reload gives it other handlers", async (t) => {
  const pool = await start(t, "bun-serve.mjs", { ...places["Bun"], workers: "1" });
  assert.is(await pool.ask("/static"), "static");
  await pool.ask("/reload");
  assert.is(await pool.ask("/static"), "reloaded true", "and its routes are gone");
  assert.is(await pool.ask("/"), "reloaded true");
  assert.is((await pool.stop()).code, 0);
});

test.run();
