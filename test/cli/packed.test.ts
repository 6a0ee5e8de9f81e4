// timeout: 120
// brief: node (marked)
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { findExecutables } from "../../runtimes/discovery/executable.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";
import { createCli, type Cli } from "./_cli.ts";

const test = suite("cli packed");

const root = fileURLToPath(new URL("../..", import.meta.url));
const { dependencies, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
  version: string;
};
const executable = (name: "bun" | "deno"): string =>
  findExecutables(name, { root, env: process.env })[0]!.file;
const commands: Readonly<Record<string, string[]>> = {
  node: [process.execPath],
  bun: [executable("bun")],
  deno: [executable("deno"), "run", "--allow-all"],
};

/** Tarballs as npm publishes them, by package. */
const tarballs = new Map<string, string>();

test.before(() => {
  const folder = `${process.env["TMPDIR"]}/packed`;
  mkdirSync(folder);
  const npm = (...words: string[]): unknown => execFileSync("npm", words, { cwd: root, stdio: "pipe" });
  npm("pack", "--ignore-scripts", "--pack-destination", folder);
  tarballs.set("poolable", join(folder, `poolable-${version}.tgz`));
  for (const name of Object.keys(dependencies)) {
    const file = join(folder, `${name}.tgz`);
    const from = ["-C", join(root, "node_modules"), "--transform", `s,^${name},package,`, name];
    execFileSync("tar", ["-czf", file, ...from]);
    tarballs.set(name, file);
  }
});

/** A program of one service and one server, in `folder`. `from` is how it names the package. */
function write(folder: string): void {
  const files = {
    "service.mjs": `import { defineWorker } from "poolable/worker";
      export default defineWorker({ run: (worker) => (console.log("service", worker.id), worker.stopping) });`,
    "web.mjs": `export default { fetch: () => new Response("hello") };`,
    "poolable.config.ts": `import { defineConfig } from "poolable";
      import { limited } from "poolable/plugins";
      const max: number = 3;
      export default defineConfig({
        name: "packed",
        groups: { service: { entry: "./service.mjs", restart: limited({ max }) }, web: { entry: "./web.mjs", listen: 0 } },
      });`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** Starts it, asks it, looks at it and stops it. */
async function tryOut(cli: Cli, env: Record<string, string> = {}): Promise<void> {
  const pool = cli.start(["start"], { env });
  const said = await pool.says("pool packed is running");
  await pool.says("service#0 | service service#0");
  const [, url] = /web listens on (\S+)/.exec(said)!;
  assert.is(await (await fetch(url!, { headers: { connection: "close" } })).text(), "hello");
  assert.match((await cli.run(["status"], { env })).stdout, "web#0 ");
  const reloaded = await cli.run(["reload", "service"], { env });
  assert.is(reloaded.code, 0, reloaded.stderr);
  assert.is((await cli.run(["stop", "--now"], { env })).code, 0);
  assert.is((await pool.finished).code, 0);
}

for (const [runtime, command] of Object.entries(commands)) {
  test(`installed in node_modules: ${runtime}`, { brief: runtime === "node", timeout: 60_000 }, async (t) => {
    const cli = await createCli(t, command, "node_modules/poolable/dist/cli.mjs");
    for (const [name, file] of tarballs) {
      const folder = join(cli.runtimeFolder, "node_modules", name);
      mkdirSync(folder, { recursive: true });
      execFileSync("tar", ["-xzf", file, "-C", folder, "--strip-components", "1"]);
    }
    writeFileSync(join(cli.runtimeFolder, "package.json"), `{ "type": "module", "private": true }`);
    write(cli.runtimeFolder);
    await tryOut(cli);
  });
}

test("Deno without a node_modules folder: npm:poolable from a registry", { timeout: 60_000 }, async (t) => {
  const registry = await serve(t);
  const cli = await createCli(t, commands["deno"]!, "npm:poolable");
  const imports = { poolable: "npm:poolable", "poolable/": "npm:/poolable/" };
  const deno = JSON.stringify({ imports, nodeModulesDir: "none" });
  writeFileSync(join(cli.runtimeFolder, "deno.json"), deno);
  write(cli.runtimeFolder);
  await tryOut(cli, { NPM_CONFIG_REGISTRY: registry, DENO_DIR: join(cli.runtimeFolder, "deno") });
});

/** A registry that has the tarballs and nothing else. */
async function serve(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    const [name = "", file] = request.url!.slice(1).split("/");
    const path = tarballs.get(name);
    if (path === undefined) return void response.writeHead(404).end("{}");
    if (file !== undefined) return void response.end(readFileSync(path));
    const manifest = JSON.parse(String(execFileSync("tar", ["-xzOf", path, "package/package.json"])));
    const published = { ...manifest, dist: { tarball: `${origin}/${name}/package.tgz` } };
    const latest = manifest.version as string;
    response.end(JSON.stringify({ name, "dist-tags": { latest }, versions: { [latest]: published } }));
  }).listen(0, "127.0.0.1");
  t.defer(() => server.close());
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return origin;
}

test.run();
