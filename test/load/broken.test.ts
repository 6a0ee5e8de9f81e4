// timeout: 300
// only: matrix
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { createCli } from "../cli/_cli.ts";
import { freePort } from "../_free-port.ts";
import { nodes } from "../unchanged/_program.ts";
import { underLoad, type Load } from "./_load.ts";

const test = suite("load while a generation is broken");

/** Listens, and answers as `answer` says. */
const program = (answer: string, more = ""): string => `
  import { createServer } from "node:http";
  const server = createServer((_, response) => setTimeout(() => { ${answer} }, 20));
  server.listen(process.env.PORT${more});
`;

const works = program("response.end(String(process.pid))");

/** What a deploy can put in the place of a program that works, and what is said about it. */
const generations = {
  "throws at import": ["throw new Error('no database')", /startFailure \(.*no database/],
  "never is ready": ["setInterval(() => {}, 1_000)", /startFailure \(.*not ready in time\)/],
  "listens elsewhere": [
    "import { createServer } from 'node:http'; createServer().listen(0, '127.0.0.1')",
    /not ready in time, it listens on \d+, which is not one of this group's listeners/,
  ],
  "dies soon after it was ready": [
    program("response.end('new')", ", () => setTimeout(() => process.exit(3), 700)"),
    /uncaught \(.*code 3/,
  ],
  "hangs soon after it was ready": [
    program("response.end('new')", ", () => setTimeout(() => { for (;;); }, 300)"),
    /stall \(/,
  ],
} as const;

for (const [version, node] of Object.entries(nodes)) {
  test(`a generation that is broken is rolled back: ${version}`, { timeout: 120_000 }, async (t) => {
    const [port, cli] = [await freePort(), await createCli(t, node)];
    const write = (name: string, text: string): Promise<void> =>
      writeFile(join(cli.runtimeFolder, name), text);
    const web = { entry: "./web.mjs", listen: port, workers: 2, env: { PORT: `${port}` }, ready: "2s", heartbeat: "4s" };
    await write(
      "poolable.config.mjs",
      `export default ${JSON.stringify({ name: "broken", groups: { web } })}`,
    );
    await write("web.mjs", works);
    const pool = cli.start(["start"]);
    await pool.says("pool broken is running");
    const underReloads = (work: () => Promise<void>): Promise<Load> =>
      underLoad(t, { port, kind: "mixed", name: `broken, ${version}` }, work);

    async function assertRolledBack(what: string, broken: string, reason: RegExp): Promise<void> {
      await write("web.mjs", broken);
      const { code, stdout } = await cli.run(["reload"]);
      assert.is(code, 1, `${what}: ${stdout}`);
      assert.match(stdout, /^generation \d+ was rolled back after [^:]+: web#0 did not come up: /);
      assert.match(stdout, reason, `${what}: ${stdout}`);
    }

    const load = await underReloads(async () => {
      for (const [what, [broken, reason]] of Object.entries(generations))
        await assertRolledBack(what, broken, reason);
      await write("web.mjs", works);
      assert.is((await cli.run(["reload"])).code, 0);
    });
    assert.equal([load.hung, load.reasons], [0, {}], JSON.stringify(load));

    // What only requests bring to light is found too, at the cost of those that one worker has in hand.
    const first = await underReloads(() =>
      assertRolledBack("dies at its first request", program("process.exit(4)"), /uncaught \(.*code 4/),
    );
    assert.ok(first.hung === 0 && first.failures.length <= 32, JSON.stringify(first));
  });
}

test.run();
