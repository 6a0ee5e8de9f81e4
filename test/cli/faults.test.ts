// timeout: 120
// supervisors: node, bun, deno (beside)
/** An error that a plugin leaves to nobody: it is told, and production goes on. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { supervisor } from "../harness/supervisor.ts";
import { createCli } from "./_cli.ts";

const test = suite("faults");

const CONFIG = `
  const careless = (name, fail) => ({ name, setup: (pool) => void pool.hooks.hook("pool:running", fail) });
  const fail = (what) => { throw new Error(what); };
  export default {
    name: "careless",
    groups: { g: { entry: "./worker.mjs" } },
    plugins: [
      { name: "early", setup() { Promise.reject(new Error("not awaited")); } },
      careless("late", () => void (async () => { await new Promise((go) => setTimeout(go, 10)); fail("much later"); })()),
      careless("timer", () => void setTimeout(fail, 20, "in a timer")),
      careless("last", () => void setTimeout(() => console.log("still here"), 200)),
    ],
  };
`;

test(
  "a plugin's rejection or throw that nobody awaits is told by its name, and the pool goes on",
  { brief: true },
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "faults-"));
    t.defer(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, "worker.mjs"), "setInterval(() => {}, 1_000);\n");
    await writeFile(join(folder, "poolable.config.mjs"), CONFIG);
    const cli = await createCli(t);
    const pool = cli.start(["start"], { cwd: folder });
    const output = await pool.says("still here");
    // What the runtimes do not tell: see runningPlugin().
    const nameOf = (name: string, isRejection: boolean): string =>
      supervisor === (isRejection ? "bun" : "deno") ? "unknown" : name;
    for (const line of [
      `plugin ${nameOf("early", true)}, unhandled rejection: not awaited`,
      `plugin ${nameOf("late", true)}, unhandled rejection: much later`,
      `plugin ${nameOf("timer", false)}, uncaught exception: in a timer`,
    ])
      assert.ok(output.includes(line), `${line} is not in ${output}`);
    assert.match(output, "poolable.config.mjs", "with the place in the stack");
    const [worker] = JSON.parse((await cli.run(["status", "careless", "--json"])).stdout).groups[0].slots;
    assert.equal([worker.state, worker.restarts], ["ready", 0]);
    pool.child.kill("SIGTERM");
    assert.is((await pool.finished).code, 0);
  },
);

test.run();
