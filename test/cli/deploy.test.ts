// timeout: 120
// supervisors: node, bun, deno (beside)
// brief: node (marked)
import { cp, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { PoolStatus } from "../../index.ts";
import { freePort } from "../_free-port.ts";
import { suite } from "../_suite.ts";
import { supervisor } from "../harness/supervisor.ts";
import { executables, nodes } from "../unchanged/_program.ts";
import { createCli } from "./_cli.ts";

const test = suite("cli deploy");

const server = (version: string): string => `
  const { MODE = "none" } = process.env;
  export default { fetch: () => new Response(\`${version} \${MODE} \${process.pid}\`) };
`;

const ask = async (port: number): Promise<string[]> =>
  (await (await fetch(`http://127.0.0.1:${port}`, { headers: { connection: "close" } })).text()).split(" ");

const versions = supervisor === "node" ? nodes : { [supervisor]: undefined };

for (const [version, node] of Object.entries(versions)) {
  for (const extension of ["mjs", "ts"]) {
    test(
      `a reload reads the config, and what it imports, as they are now: .${extension}, ${version}`,
      { brief: extension === "mjs" && version === "Node 20" },
      async (t) => {
        const [port, cli] = [await freePort(), await createCli(t, node)];
        const write = (name: string, text: string): Promise<void> =>
          writeFile(join(cli.runtimeFolder, name), text);
        const config = (mode: string, more = ""): Promise<void> =>
          write(
            `poolable.config.${extension}`,
            `import { port } from "./settings.${extension}";
          const env: Record<string, string> = { MODE: "${mode}" };
          const restart = () => ({ action: "restart", delayMs: 0, reason: "policy ${mode}" });
          const plugins = [{ name: "own", setup() {} }];
          export default { name: "afresh", plugins, groups: { web: { entry: "./web.mjs", listen: port, env, restart${more} } } };`.replace(
              extension === "ts" ? "" : ": Record<string, string>",
              "",
            ),
          );
        await write("web.mjs", server("1"));
        await write(`settings.${extension}`, `export const port = ${port};`);
        await config("a");
        const pool = cli.start(["start"]);
        await pool.says("pool afresh is running");
        assert.equal((await ask(port)).slice(0, 2), ["1", "a"]);

        await config("b");
        const { code, stderr } = await cli.run(["reload"]);
        assert.is(code, 0, stderr);
        const [answered, mode, pid] = await ask(port);
        assert.equal([answered, mode], ["1", "b"]);
        process.kill(Number(pid), "SIGKILL");
        await pool.says(new RegExp(`pid ${pid} ended.*: policy b \\[`));
        await pool.says(/policy b[^]*ready in/);

        await write(`settings.${extension}`, `export const port = ${port + 1};`);
        const moved = await cli.run(["reload"]);
        const keeps = "groups.web.listen: a reload keeps it; restart the pool to change it";
        assert.equal([moved.code, moved.stderr], [2, `poolable: ${keeps}\n`]);

        await write(`settings.${extension}`, "export const port = ;");
        const broken = await cli.run(["reload"]);
        assert.is(broken.code, 2);
        assert.match(
          broken.stderr,
          /^poolable: \S+\.m?[jt]s(:1)?: (Unexpected|Expression expected)[^\n]*\n$/,
        );
        await pool.says(`not reloaded: ${keeps}`);
        assert.equal((await ask(port)).slice(0, 2), ["1", "b"]);
      },
    );
  }
}

test("a deploy that swaps a symbolic link: crashes restart the old code until the reload", async (t) => {
  const [port, cli] = [await freePort(), await createCli(t)];
  const folder = cli.runtimeFolder;
  const point = async (release: string): Promise<void> => {
    await symlink(join(folder, "releases", release), join(folder, "next"));
    await rename(join(folder, "next"), join(folder, "current"));
  };
  for (const release of ["1", "2", "3"]) {
    await mkdir(join(folder, "releases", release), { recursive: true });
    const groups = { web: { entry: "./web.mjs", listen: port, workers: 2, env: { MODE: `mode${release}` } } };
    const at = (name: string): string => join(folder, "releases", release, name);
    await writeFile(
      at("poolable.config.mjs"),
      `export default ${JSON.stringify({ name: "deploy", groups })}`,
    );
    await writeFile(at("web.mjs"), release === "3" ? "throw new Error('release 3 is bad')" : server(release));
  }
  await point("1");
  // Entered as by a shell, which knows the way it came.
  const current = join(folder, "current");
  const pool = cli.start(["start"], { cwd: current, env: { PWD: current } });
  await pool.says("pool deploy is running");
  const slots = async (): Promise<PoolStatus["groups"][number]["slots"]> =>
    (JSON.parse((await cli.run(["status", "deploy", "--json"])).stdout) as PoolStatus).groups[0]!.slots;
  const crash = async (): Promise<void> => {
    const { pid, epoch } = (await slots())[0]!;
    process.kill(pid!, "SIGKILL");
    let now = (await slots())[0]!;
    for (; now.epoch === epoch || now.state !== "ready"; [now] = (await slots()) as [typeof now])
      t.signal.throwIfAborted();
  };
  const versions = async (): Promise<Set<string>> => {
    const answers = await Promise.all(Array.from({ length: 32 }, () => ask(port)));
    return new Set(answers.map(([version, mode]) => `${version} ${mode}`));
  };

  await point("2");
  await crash();
  assert.equal([...(await versions())], ["1 mode1"], "one generation, whatever the link says");
  const reloaded = await cli.run(["reload", "--name", "deploy"]);
  assert.is(reloaded.code, 0, reloaded.stderr);
  assert.equal([...(await versions())], ["2 mode2"]);

  await point("3");
  await rm(join(folder, "releases/1"), { recursive: true });
  const bad = await cli.run(["reload", "--name", "deploy"]);
  assert.is(bad.code, 1, bad.stderr);
  assert.match(
    bad.stdout,
    /^generation 3 was rolled back after .*: web#0 did not come up: .*release 3 is bad/,
  );
  await crash();
  assert.equal([...(await versions())], ["2 mode2"]);
});

test(
  "the package is removed under a running pool: workers start, a reload works",
  { timeout: 60_000 },
  async (t) => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const release = await mkdtemp("/tmp/prel-");
    t.defer(() => rm(release, { recursive: true, force: true }));
    await cp(join(root, "dist"), join(release, "node_modules/poolable/dist"), { recursive: true });
    await cp(join(root, "package.json"), join(release, "node_modules/poolable/package.json"));
    // Deno looks into a folder of modules only beside one.
    await writeFile(join(release, "package.json"), "{}");
    for (const name of ["citty", "hookable", "jiti", "tapable"])
      await symlink(join(root, "node_modules", name), join(release, "node_modules", name));
    const cli = await createCli(t, undefined, join(release, "node_modules/poolable/dist/cli.mjs"));
    const here = await createCli(t);
    const env = { POOLABLE_RUNTIME_DIR: `${cli.runtimeFolder}/poolable` };
    const [port, folder] = [await freePort(), cli.runtimeFolder];
    // The entry finds another copy of the package than the one that the supervisor was started from.
    await mkdir(join(folder, "node_modules"));
    await symlink(root, join(folder, "node_modules/poolable"));
    const runtimes = { node: undefined, bun: "bun", deno: "deno" };
    const groups = Object.fromEntries(
      Object.entries(runtimes).map(([name, runtime]) => [
        name,
        { entry: "./work.mjs", ...(runtime && { runtime }) },
      ]),
    );
    await writeFile(
      join(folder, "work.mjs"),
      `import { defineWorker } from "poolable/worker";
    export default defineWorker({ run: (worker) => worker.stopping });`,
    );
    const manifest = { type: "module", dependencies: { poolable: "*" } };
    await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
    const web = { web: { entry: "./web.mjs", listen: port } };
    await writeFile(join(folder, "web.mjs"), server("1"));
    await writeFile(
      join(folder, "poolable.config.mjs"),
      `export default ${JSON.stringify({ name: "moved", executables, groups: { ...groups, ...web } })}`,
    );
    const pool = cli.start(["start"]);
    await pool.says("pool moved is running");
    await rm(release, { recursive: true });
    const slots = async (): Promise<PoolStatus["groups"][number]["slots"]> =>
      (
        JSON.parse((await here.run(["status", "moved", "--json"], { env })).stdout) as PoolStatus
      ).groups.flatMap((group) => group.slots);
    const before = await slots();
    for (const { pid } of before) process.kill(pid!, "SIGKILL");
    for (const { id } of before) await pool.says(new RegExp(`${id} pid \\d+ ended[^]*${id}[^\\n]*ready`));
    assert.is((await ask(port))[0], "1");
    // The copy itself is made again too.
    for (const name of await readdir(join(folder, "poolable/moved")))
      if (name.startsWith("worker-")) await rm(join(folder, "poolable/moved", name), { recursive: true });
    const reloaded = await here.run(["reload", "web", "--name", "moved"], { env });
    assert.is(reloaded.code, 0, reloaded.stderr);
    assert.is((await here.run(["stop", "moved", "--now"], { env })).code, 0);
    await pool.finished;
    assert.equal(await readdir(join(folder, "poolable")), []);
  },
);

test.run();
