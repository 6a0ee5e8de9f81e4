// timeout: 120
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { findExecutables } from "../../runtimes/discovery/executable.ts";
import { freePort } from "../_free-port.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";
import { createCli, type Cli } from "./_cli.ts";

const test = suite("cli deno");

const root = fileURLToPath(new URL("../..", import.meta.url));
const deno = findExecutables("deno", { root, env: process.env })[0]!.file;
const needed = ["read", "write", "net", "env", "run", "sys"];

/** The command line under Deno, with a config of one reactor, and these permissions only. */
async function limited(t: TestContext, permissions: readonly string[], listen: unknown): Promise<Cli> {
  const flags = permissions.map((kind) => `--allow-${kind}`);
  const cli = await createCli(t, [deno, "run", "--no-prompt", ...flags]);
  const groups = { web: { entry: "./web.mjs", workers: 2, listen } };
  const write = (name: string, text: string): Promise<void> => writeFile(join(cli.runtimeFolder, name), text);
  await write("web.mjs", "export default { fetch: () => new Response('hello') }");
  await write("poolable.config.mjs", `export default ${JSON.stringify({ name: "limited", groups })}`);
  return cli;
}

test(
  "without --allow-ffi the workers bind the port, and the log says why; everything else is as always",
  { timeout: 40_000 },
  async (t) => {
    const port = await freePort();
    const cli = await limited(t, needed, port);
    const pool = cli.start(["start"]);
    const said = await pool.says("pool limited is running");
    const why = "Deno needs --allow-ffi to open sockets for workers";
    assert.match(said, `(reuse-port: not ring: ${why}; not shared: ${why})`);
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => (await fetch(`http://127.0.0.1:${port}`)).text()),
    );
    assert.equal(new Set(answers), new Set(["hello"]));
    const { code, stderr } = await cli.run(["stop"]);
    assert.is(code, 0, stderr);
    assert.is((await pool.finished).code, 0);
  },
);

test("without --allow-ffi a path and port 0 are refused", async (t) => {
  for (const [listen, reason] of [
    ["/tmp/never.sock", "not reuse-port: a Unix domain socket cannot be bound twice"],
    [0, "not reuse-port: Deno needs --allow-ffi to open sockets for workers, port 0 among them"],
  ] as const) {
    const cli = await limited(t, needed, listen);
    const { code, stderr } = await cli.run(["start"]);
    assert.is(code, 2);
    assert.match(
      stderr,
      /^poolable: poolable\.config\.mjs: groups\.web\.listen: no strategy is left: [^\n]+\n$/,
    );
    assert.match(stderr, reason);
  }
});

test("a permission that a supervisor needs is one line and exit code 2", { timeout: 40_000 }, async (t) => {
  for (const missing of ["write", "net", "run", "sys"]) {
    const cli = await limited(
      t,
      needed.filter((kind) => kind !== missing),
      0,
    );
    const { code, stderr } = await cli.run(["start"]);
    assert.is(code, 2, stderr);
    assert.match(stderr, new RegExp(`^poolable: [^\\n]*--allow-${missing}[^\\n]*\\n$`));
  }
});

test.run();
