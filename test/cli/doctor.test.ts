// timeout: 240
// brief: node (marked)
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { Diagnosis } from "../../cli/doctor/diagnosis.ts";
import type { PoolConfig } from "../../core/contract/config.ts";
import type { PoolStatus } from "../../core/contract/status.ts";
import { probes } from "../../runtimes/probes/table.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";
import { createCli } from "./_cli.ts";
import type { Cli, Finished } from "./_cli.ts";

const test = suite("cli doctor");

const root = fileURLToPath(new URL("../..", import.meta.url));
const node24 = join(root, "node_modules/node24/bin/node");
const bun = join(root, "node_modules/bun/bin/bun.exe");
const SERVER = `export default { fetch: () => new Response("here") };`;

async function folderWith(
  { defer }: TestContext,
  config: Partial<PoolConfig> | undefined,
  files: Record<string, string> = {},
): Promise<string> {
  const folder = await mkdtemp("/tmp/pdoc-");
  defer(() => rm(folder, { recursive: true, force: true }));
  const all = { "web.mjs": SERVER, ...files };
  for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text);
  const text = `export default ${JSON.stringify({ name: "doc", ...config })};`;
  if (config) await writeFile(join(folder, "poolable.config.mjs"), text);
  return folder;
}

async function examine(cli: Cli, cwd: string, words: string[] = []): Promise<[Finished["code"], Diagnosis]> {
  const { code, stdout, stderr } = await cli.run(["doctor", ...words, "--json"], { cwd });
  assert.is(stderr, "");
  return [code, JSON.parse(stdout) as Diagnosis];
}

for (const [title, executable] of [
  ["this Node", process.execPath],
  ["Node 24", node24],
] as const) {
  test(
    `under ${title}: what is foreseen for a group is what the pool then does`,
    { timeout: 60_000 },
    async (t) => {
      const cli = await createCli(t, executable);
      const folder = await folderWith(
        t,
        {
          groups: {
            web: { entry: "./web.mjs", listen: 0 },
            local: { entry: "./web.mjs", listen: "./local.sock" },
            asked: { entry: "./web.mjs", listen: { port: 0, strategy: "shared" } },
            ticker: { entry: "./ticker.mjs" },
          },
        },
        { "ticker.mjs": "export default { run: (worker) => worker.stopping };" },
      );
      const [code, { config, supervisor, choices }] = await examine(cli, folder);
      assert.is(code, 0);
      assert.is(config!.file, join(folder, "poolable.config.mjs"));
      assert.is(supervisor.runtime, "node");

      const pool = cli.start(["start"], { cwd: folder });
      await pool.says("pool doc is running");
      const { groups } = JSON.parse((await cli.run(["status", "doc", "--json"])).stdout) as PoolStatus;
      for (const { name, strategy, strategyReason } of groups) {
        const { listeners, problem } = config!.groups.find((group) => group.name === name)!;
        assert.is(problem, null);
        const foreseen = listeners.map(({ strategy, reason }) => [strategy, reason]);
        assert.equal(foreseen, strategy === null ? [] : [[strategy, strategyReason]], name);
      }
      const [web] = config!.groups[0]!.listeners;
      assert.is(choices.find(({ about }) => about.includes("Node"))!.choice, web!.strategy);

      // A pool that runs is not in its way: nothing of the config is opened.
      assert.is((await examine(cli, folder))[0], 0);
      assert.is((await cli.run(["stop", "--name", "doc"])).code, 0);
      assert.is((await pool.finished).code, 0);
    },
  );
}

test("without a config: each runtime with each probe, limits and choices; exit code 0", async (t) => {
  const cli = await createCli(t);
  const folder = await folderWith(t, undefined);
  const env = { PATH: "/nowhere", POOLABLE_BUN: bun };
  const { code, stdout } = await cli.run(["doctor", "--json"], { cwd: folder, env });
  const { runtimes, config, limits, deathSignal } = JSON.parse(stdout) as Diagnosis;
  assert.equal([code, config], [0, null]);
  assert.equal(
    runtimes.map(({ name, installed }) => [name, installed?.because]),
    [
      ["node", "the supervisor runs on it"],
      ["bun", "POOLABLE_BUN says so"],
      ["deno", undefined],
    ],
  );
  assert.match(
    runtimes[2]!.problem!,
    /^Deno is not installed: .*; npm install deno, or set executables\.deno/,
  );
  for (const { abilities, installed } of runtimes)
    assert.equal(
      abilities.map(({ name }) => name),
      installed ? probes.map(({ name }) => name) : [],
    );
  assert.ok(limits.length >= 5);
  // The guard is a command, and no folder of this PATH has it.
  assert.match(String(deathSignal), "setpriv");
});

test("for people: the same in words, with colours only where they are wanted", { brief: true }, async (t) => {
  const cli = await createCli(t);
  const folder = await folderWith(t, {
    executables: { bun },
    groups: { web: { entry: "./web.mjs", runtime: "bun", workers: { min: 1, max: 3 }, listen: 8123 } },
  });
  const { code, stdout } = await cli.run(["doctor"], { cwd: folder });
  assert.is(code, 0, stdout);
  for (const line of [
    /^A pool that is started here is supervised by Node \d+/,
    /^Bun\n  \d+\.\d+\.\d+, .*bun\.exe \(executables\.bun says so\)\n  yes  talks with/m,
    /^  no   is kept to its permissions: it has read a file that no permission names$/m,
    /^Limits\n  open files of a process: /m,
    /^  a port that workers on Bun share: \w+ \(.+\)$/m,
    /^poolable\.config\.mjs\n  web: 1 to 3 reactor workers on bun\n    http:\/\/127\.0\.0\.1:8123: \w+ \(/m,
  ])
    assert.match(stdout, line);
  assert.not.match(stdout, "\u001b");
  const coloured = await cli.run(["doctor"], { cwd: folder, env: { FORCE_COLOR: "1" } });
  assert.match(coloured.stdout, "\u001b[32myes\u001b[39m  talks");
});

test("a group that could not run: its line is the one that start says, exit code 1", async (t) => {
  const cli = await createCli(t);
  const groups = {
    fine: { entry: "./web.mjs" },
    missing: { entry: "./web.mjs", runtime: "deno" },
    gone: { entry: "./gone.mjs" },
    narrow: { entry: "./web.mjs", permissions: { read: ["."] } },
    ring: { entry: "./web.mjs", listen: { path: "./ring.sock", strategy: "ring" } },
    odd: { entry: "./web.mjs", listen: { port: 0, strategy: "sticky" } },
  };
  const folder = await folderWith(t, { executables: { deno: "/nowhere/deno" }, groups });
  const [code, { config }] = await examine(cli, folder);
  assert.is(code, 1);
  for (const { name, problem } of config!.groups) {
    const only = { executables: { deno: "/nowhere/deno" }, groups: { [name]: groups[name as "fine"] } };
    if (name === "fine") assert.is(problem, null);
    else {
      const { code, stderr } = await cli.run(["start"], { cwd: await folderWith(t, only) });
      const said = stderr.replaceAll(/\/tmp\/pdoc-\w+/g, folder);
      assert.equal([code, said], [2, `poolable: poolable.config.mjs: ${problem}\n`]);
    }
  }
  const { code: again, stdout } = await cli.run(["doctor", folder]);
  assert.is(again, 1);
  assert.match(stdout, /^ {4}cannot run: groups\.missing\.runtime: \/nowhere\/deno cannot be run as Deno/m);
});

test(
  "a config that no machine accepts: one line, exit code 2, before anything is tried",
  { brief: true },
  async (t) => {
    const cli = await createCli(t);
    const web = { entry: "./web.mjs" };
    for (const [config, says] of [
      [{ groups: { web: { ...web, runtime: "dino" } } }, 'groups.web.runtime: "dino" is not accepted;'],
      [
        { groups: { a: { ...web, listen: 1 }, b: { ...web, listen: { port: 1, host: "::" } } } },
        "groups.b.listen: ",
      ],
      [{ groups: { web }, plugins: [{ name: "x" }] }, /plugin/],
    ] as const) {
      const folder = await folderWith(t, config as unknown as PoolConfig);
      const { code, stdout, stderr } = await cli.run(["doctor"], { cwd: folder });
      assert.equal([code, stdout], [2, ""]);
      assert.match(stderr, says);
      assert.is(stderr.trimEnd().split("\n").length, 1);
    }
    const nowhere = await cli.run(["doctor", "nowhere.mjs"]);
    assert.equal(
      [nowhere.code, nowhere.stderr],
      [2, "poolable: nowhere.mjs does not exist: name a config, an entry or a folder\n"],
    );
  },
);

test("an entry alone, and a plugin of the config that decides about sockets", async (t) => {
  const cli = await createCli(t);
  const folder = await folderWith(t, undefined, {
    "own.config.mjs": `export default {
      name: "own",
      groups: { web: { entry: "./web.mjs", listen: { port: 0, strategy: "own" } } },
      plugins: [[{ name: "sockets", setup() { throw new Error("never"); } }]],
    };`,
  });
  const [code, { config }] = await examine(cli, folder, ["web.mjs"]);
  assert.equal([code, config!.groups[0]!.problem], [0, null]);
  const [own, { config: custom }] = await examine(cli, folder, ["own.config.mjs"]);
  assert.is(own, 0);
  assert.equal(custom!.groups[0]!.listeners, [
    {
      name: "default",
      at: "http://127.0.0.1:0",
      strategy: null,
      reason: "the config's own plugin sockets decides",
    },
  ]);
});

test.run();
