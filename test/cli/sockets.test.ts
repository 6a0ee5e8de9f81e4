// timeout: 60
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { createCli } from "./_cli.ts";

const test = suite("cli sockets");

const fixed = fileURLToPath(new URL("../fixtures/sockets/fixed", import.meta.url));

test("what a strategy of one's own cannot do is refused here and told there", async (t) => {
  const cli = await createCli(t);
  const pool = cli.start(["start", fixed]);
  await pool.says("pool fixed is running");
  const why = "its socket is shared by 'fixed', and its workers are bound to processors";
  for (const [words, expected] of [
    [["scale", "web", "2"], `group web stays at 1, not 2: ${why}`],
    [["reload"], `group web cannot be reloaded this way: ${why}; a hard reload keeps the number`],
  ] as const) {
    const { code, stderr } = await cli.run([...words]);
    assert.equal([code, stderr], [1, `poolable: ${expected}\n`]);
    await pool.says(`: ${expected}\n`);
  }
  assert.is((await cli.run(["reload", "--hard"])).code, 0);
});

test("a start that cannot listen is one line, and nothing is left behind", { timeout: 40_000 }, async (t) => {
  const cli = await createCli(t);
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  t.defer(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const isOld = Number(process.versions.node.split(".")[0]) < 22;

  for (const [groups, code, expected] of [
    [{ web: { listen: port } }, 2, new RegExp(`groups\\.web\\.listen: .*port ${port} is in use`)],
    [
      { web: { listen: 3998 }, api: { listen: { port: 3998, host: "0.0.0.0" } } },
      2,
      /groups\.api\.listen: .* groups web and api both listen there; give each its own/,
    ],
    [{ web: { type: "job", listen: 3998 } }, 2, /groups\.web\.listen: .*'job'/],
    [
      { web: { listen: { port: 3998, strategy: "rign" } } },
      2,
      /'rign': there is no such strategy; known are/,
    ],
    [{ web: { listen: { port: 3998, strategy: "handoff" } } }, 2, /there is no handoff: /],
    [{ web: { listen: { port: 3998, backlog: 0 } } }, 2, /groups\.web\.listen.*backlog/],
    [{ web: { listen: "./no/such/web.sock" } }, 2, /its folder does not exist or cannot be written to/],
    ...(isOld
      ? [[{ web: { listen: { port: 3998, strategy: "ring" } } }, 2, /Node 20\S+ cannot open SO_REUSEPORT/]]
      : []),
  ] as [Record<string, object>, number, RegExp][]) {
    const entries = Object.entries(groups).map(([name, group]) => [name, { entry: "./w.mjs", ...group }]);
    const config = { name: "wrong", groups: Object.fromEntries(entries) };
    await writeFile(
      join(cli.runtimeFolder, "poolable.config.mjs"),
      `export default ${JSON.stringify(config)}`,
    );
    await writeFile(join(cli.runtimeFolder, "w.mjs"), "export default { fetch: () => new Response('') }");
    const result = await cli.run(["start"]);
    const shown = JSON.stringify([groups, result]);
    assert.is(result.code, code, shown);
    assert.match(result.stderr, expected, shown);
    assert.match(result.stderr, /^poolable: [^\n]+\n$/, shown);
    assert.not.match(result.stdout, "ready", shown);
  }
});

test.run();
