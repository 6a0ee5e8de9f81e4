// supervisors: node, bun, deno (inside)
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { findTarget } from "../../cli/start/find-target.ts";
import { loadConfig } from "../../cli/start/load-config.ts";
import { entryConfig, overrideConfig } from "../../cli/start/options.ts";
import type { PoolConfig } from "../../core/contract/config.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";

const test = suite("cli config");

async function folderWith({ defer }: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp("/tmp/pcfg-");
  defer(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => assert.unreachable("should have been refused"),
    (error: unknown) => error as Error & { code: string },
  );
  assert.match((error as { code: string }).code, /^E_CONFIG/);
  assert.not.match((error as Error).message, "\n");
  return (error as Error).message;
}

test("finds a config in a folder, a named config, and an entry", async (t) => {
  const folder = await folderWith(t, {
    "a/poolable.config.ts": "",
    "a/prod.config.js": "",
    "a/web.ts": "",
    "b/poolable.config.js": "",
    "empty/readme": "",
  });
  const find = (argument: string | undefined, from = folder) => findTarget(argument, from);
  assert.equal(await find("a"), { kind: "config", file: join(folder, "a/poolable.config.ts") });
  assert.equal(await find(undefined, join(folder, "b")), {
    kind: "config",
    file: join(folder, "b/poolable.config.js"),
  });
  assert.equal(await find("a/prod.config.js"), { kind: "config", file: join(folder, "a/prod.config.js") });
  assert.equal(await find("a/web.ts"), { kind: "entry", file: join(folder, "a/web.ts") });
  assert.match(await messageOf(find(undefined)), "there is no poolable.config.{ts,mts,js,mjs} here: write a");
  assert.match(await messageOf(find("empty")), "in empty: write a");
  assert.match(await messageOf(find("nope.ts")), "nope.ts does not exist");
});

test("what is neither a config nor an entry is refused with the way out", async (t) => {
  const folder = await folderWith(t, {
    "several/poolable.config.mjs": "",
    "several/poolable.config.ts": "",
    "yaml/poolable.config.yml": "",
    "package/package.json": '{ "scripts": { "start": "node --enable-source-maps src/server.js --fast" } }',
    "main/package.json": '{ "main": "./main.cjs" }',
    "strange/package.json": '{ "scripts": { "start": "make `x`" }, "main": 1 }',
    "prod.config.json": "",
    "data.yaml": "",
    "run.sh": "",
    run: "#!/bin/sh\nnode x.js",
    "run.py": "#!/usr/bin/env python3",
    www: "#!/usr/bin/env node\n",
  });
  const refused = (argument: string) => messageOf(findTarget(argument, folder));
  assert.match(
    await refused("several"),
    /several: poolable.config.ts, poolable.config.mjs; keep one, or name/,
  );
  assert.match(await refused("yaml"), "poolable.config.yml cannot be read: a config is a program; write a");
  assert.match(await refused("prod.config.json"), "prod.config.json cannot be read: a config is a program");
  const start = "to start what it starts: `poolable start";
  assert.match(await refused("package"), `in package: write one; ${start} src/server.js\``);
  assert.match(await refused("package/package.json"), `package.json is no entry: ${start} src/server.js\``);
  assert.match(await refused("main"), `${start} ./main.cjs\``);
  assert.match(await refused("strange"), "name the module that it starts, such as");
  assert.match(
    await refused("data.yaml"),
    "data.yaml is a data file: name a JavaScript or TypeScript module",
  );
  for (const name of ["run.sh", "run"])
    assert.match(await refused(name), `${name} is a shell script: name the`);
  assert.match(await refused("run.py"), "run.py is no JavaScript or TypeScript module: name a");
  assert.match(await refused("npm"), "npm is a command and no entry: name the module");
  assert.is((await findTarget("www", folder)).kind, "entry");
});

test("loads every kind of file", async (t) => {
  const text = "export default { name: 'x', groups: {} }";
  const typed = `const name: string = 'x'\nexport default { name, groups: {} } satisfies object`;
  const folder = await folderWith(t, { "a.mjs": text, "a.js": text, "a.ts": typed, "a.mts": typed });
  for (const file of ["a.mjs", "a.js", "a.ts", "a.mts"]) {
    assert.is((await loadConfig(join(folder, file))).name, "x", file);
  }
});

test("a config may import its neighbours", async (t) => {
  const folder = await folderWith(t, {
    "poolable.config.ts": "import { name } from './name.ts'\nexport default { name, groups: {} }",
    "name.ts": "export const name: string = 'far'",
  });
  assert.is((await loadConfig(join(folder, "poolable.config.ts"))).name, "far");
});

test("errors are one line with the place", async (t) => {
  const folder = await folderWith(t, {
    "syntax.mjs": "export default {\n  a: 1,\n  b: ]\n}\n",
    "syntax.ts": "const a: string = ''\nexport default {\n  a,\n  b: ]\n}\n",
    "throws.mjs": "\nthrow new Error('boom\\nand more')\n",
    "throws.ts": "\n\nthrow new Error('boom' as string)\nexport default {}\n",
    "neighbour.mjs": "import './throws.mjs'\nexport default {}",
    "missing.mjs": "import './nowhere.mjs'\nexport default {}",
    "null.mjs": "throw null",
  });
  const load = (file: string) => messageOf(loadConfig(join(folder, file)));
  assert.match(await load("syntax.mjs"), /syntax\.mjs:3: (Unexpected|Expression expected)/);
  assert.match(await load("syntax.ts"), /syntax\.ts:4: (Unexpected|Expression expected)/);
  assert.match(await load("throws.mjs"), /throws\.mjs:2: boom and more/);
  assert.match(await load("throws.ts"), /throws\.ts:3: boom/);
  assert.match(await load("neighbour.mjs"), /throws\.mjs:2: boom/);
  assert.match(await load("missing.mjs"), /missing\.mjs: (Cannot find module|Module not found)/);
  assert.match(await load("null.mjs"), /null\.mjs: null/);
});

test("a config that never settles is refused in time", async (t) => {
  const folder = await folderWith(t, {
    "never.config.mjs": "await new Promise(() => {}); export default {}",
  });
  const file = join(folder, "never.config.mjs");
  // To Deno a module that is still loaded is something left open, at which the test file would fail.
  for (const afresh of process.versions.deno ? [true] : [false, true]) {
    const message = await messageOf(loadConfig(file, { afresh, limitMs: 300 }));
    const why = "(is still not loaded after 300 ms|ended before it exported anything); check what it awaits";
    assert.match(message, new RegExp(`never\\.config\\.mjs: the config ${why}`));
  }
});

test("what is not an object is refused by name", async (t) => {
  const kinds = {
    "1": "a number",
    null: "null",
    "[]": "a list",
    "() => ({})": "a function",
    undefined: "no default",
  };
  const folder = await folderWith(t, {
    ...Object.fromEntries(
      Object.keys(kinds).map((value, index) => [`${index}.mjs`, `export default ${value}`]),
    ),
    "none.mjs": "export const name = 1",
    "none.ts": "export const name: number = 1",
  });
  for (const [index, kind] of Object.values(kinds).entries()) {
    assert.match(await messageOf(loadConfig(join(folder, `${index}.mjs`))), kind);
  }
  for (const file of ["none.mjs", "none.ts"]) {
    assert.match(
      await messageOf(loadConfig(join(folder, file))),
      "has no default export; expected `export default",
    );
  }
});

test("an entry becomes a pool of its name", () => {
  const config = entryConfig(
    "/app/web.server.ts",
    { workers: "1-3", port: "80", host: "127.0.0.1", rest: ["--fast"] },
    "/app",
  );
  assert.equal(config, {
    name: "web.server",
    root: "/app",
    groups: {
      "web.server": {
        entry: "/app/web.server.ts",
        env: { "*": true, PORT: "80" },
        args: ["--fast"],
        workers: { min: 1, max: 3 },
        listen: [{ port: 80, host: "127.0.0.1" }],
      },
    },
  });
  for (const [file, name] of [
    ["/a b/mein wörker.js", "mein-w-rker"],
    ["/.hidden", "hidden"],
    ["/-x.js", "x"],
    ["/..js", "pool"],
  ]) {
    assert.is(entryConfig(file!, {}, "/").name, name, file);
  }
  assert.is(entryConfig("/web.js", { name: "x" }, "/").name, "x");
});

test("options change a config of one group, and are refused for more", () => {
  const one = { name: "p", groups: { web: { entry: "./w.js", workers: 1 } } };
  const two = { name: "p", groups: { ...one.groups, other: { entry: "./o.js" } } };
  const change = (config: unknown, options: object) =>
    overrideConfig(config as PoolConfig, "/d/c.config.ts", options);
  const most = availableParallelism();
  assert.equal(change(one, { workers: String(most), name: "q" }), {
    name: "q",
    root: "/d",
    groups: { web: { entry: "./w.js", workers: most } },
  });
  assert.is(change(two, { name: "q" }).name, "q");
  assert.is(change({ ...two, root: "sub" }, {}).root, "/d/sub");
  assert.throws(
    () => change(two, { port: "1" }),
    /need a config with one group, and this one has web, other/,
  );
  assert.throws(() => change({ name: "p" }, { port: "1" }), /this one has none/);
  assert.throws(() => change(one, { rest: [] }), /is for an entry/);
  assert.throws(
    () => change(one, { type: "worker" }),
    /--type: "worker" is not one of reactor, job, service/,
  );
});

test("--workers can be scaled up to the cores, or to what the config states", () => {
  const most = availableParallelism() + 4;
  const workersOf = (options: object, given: object = {}) => {
    const groups = { web: { entry: "./w.js", ...given } };
    return overrideConfig({ name: "p", groups } as PoolConfig, "/d/c.config.ts", options).groups.web!.workers;
  };
  const stated = { workers: { min: 1, max: most } };
  assert.equal(workersOf({ workers: "2" }, stated), { min: 2, max: most });
  assert.is(workersOf({ workers: String(most) }), most);
  assert.equal(workersOf({ workers: "1-3" }, stated), { min: 1, max: 3 });
  assert.is(workersOf({ workers: "1", type: "job" }), 1);
  assert.is(workersOf({ workers: "1" }, { type: "job" }), 1);
  const alone = workersOf({ workers: "1" });
  assert.equal(alone, availableParallelism() > 1 ? { min: 1, max: availableParallelism() } : 1);
});

test.run();
