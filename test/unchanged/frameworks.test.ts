// timeout: 120
// brief: node (marked)
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { places, start } from "./_program.ts";

const test = suite("unchanged frameworks");

for (const [version, place] of Object.entries(places)) {
  for (const file of ["express.cjs", "fastify.mjs", "koa.cjs", "hono.mjs"]) {
    test(
      `${file} shares a port, is ready when it listens, and ends clean: ${version}`,
      { brief: version === "Node 20" && file !== "koa.cjs" && file !== "hono.mjs" },
      async (t) => {
        const pool = await start(t, file, place);
        assert.is(await pool.ask("/"), file.split(".")[0]);
        assert.match(await pool.ask("/slow"), /^\d+$/);
        const { code, said } = await pool.stop();
        assert.is(code, 0, said);
        assert.is(said.match(/requested \(stop asked, clean\)/g)?.length, 2, said);
        if (file === "fastify.mjs") assert.is(said.match(/fastify closed/g)?.length, 2, said);
      },
    );
  }
}

test.run();
