// timeout: 600
// only: matrix
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { executables, nodes, program, start } from "../unchanged/_program.ts";
import { IS_FULL, ROUNDS, underLoad, type Kind } from "./_load.ts";

const test = suite("load on groups of Node, Bun and Deno on one port");

const kinds: readonly Kind[] = IS_FULL ? ["keep-alive", "fresh"] : ["mixed"];

for (const kind of kinds) {
  test(`${ROUNDS} soft reloads of all, ${kind}: nothing fails`, { timeout: 400_000 }, async (t) => {
    const config = (port: number) => ({
      name: "mixed",
      executables,
      groups: Object.fromEntries(
        (["node", "bun", "deno"] as const).map((runtime) => [
          runtime,
          { runtime, entry: program("fetch.mjs"), listen: port },
        ]),
      ),
    });
    const pool = await start(t, "", { node: nodes["Node 24"]!, config });
    const load = await underLoad(t, { port: pool.port, kind, name: "mixed groups" }, async () => {
      for (let n = 0; n < ROUNDS; n++) {
        const { code, stdout, stderr } = await pool.cli.run(["reload"]);
        assert.is(code, 0, stdout + stderr);
      }
    });
    assert.equal([load.failures.length, load.hung], [0, 0], JSON.stringify(load));
    // A worker of each group in each generation.
    assert.ok(Object.keys(load.pids).length >= 3 * ROUNDS, JSON.stringify(load.pids));
    assert.is((await pool.stop()).code, 0);
  });
}

test.run();
