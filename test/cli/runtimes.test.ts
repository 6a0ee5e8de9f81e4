// timeout: 240
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { GroupConfig, PoolConfig } from "../../core/contract/config.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";
import { createCli } from "./_cli.ts";

const test = suite("runtimes that cannot be had");

const node24 = fileURLToPath(new URL("../../node_modules/node24/bin/node", import.meta.url));

/** Says that it is a runtime of these versions, and that it runs no TypeScript. */
const saying = (versions: Record<string, string>): string =>
  `#!/bin/sh\necho '${JSON.stringify({ versions, typescript: false })}'\n`;

interface Refused {
  readonly group?: Partial<GroupConfig>;
  readonly pool?: Partial<PoolConfig>;
  /** Beside the config. What begins with `#!` is executable. */
  readonly files?: Record<string, string>;
  readonly env?: Record<string, string>;
  /** The Node that supervises, this one without it. */
  readonly node?: string;
  /** What is said after `poolable.config.mjs: `; `{}` stands for the folder. */
  readonly says: string;
}

const WAY_OUT = "set executables.bun in the config, or POOLABLE_BUN";

const cases: Readonly<Record<string, Refused>> = {
  "not installed": {
    group: { runtime: "bun" },
    says:
      "groups.w.runtime: Bun is not installed: it is in no node_modules from {} upward and not on the PATH; " +
      `npm install bun, or ${WAY_OUT}`,
  },
  "the second group's is not installed": {
    pool: { groups: { w: { entry: "./w.mjs" }, later: { entry: "./w.mjs", runtime: "deno" } } },
    says: "groups.later.runtime: Deno is not installed:",
  },
  "too old": {
    group: { runtime: "bun" },
    pool: { executables: { bun: "./bun" } },
    files: { bun: saying({ bun: "1.1.30", node: "22.6.0" }) },
    says:
      "groups.w.runtime: Bun 1.1.30 is too old, 1.4 or newer is needed: {}/bun (executables.bun says so); " +
      WAY_OUT,
  },
  "too old on the PATH": {
    group: { runtime: "deno" },
    files: { "bin/deno": saying({ deno: "1.46.3", node: "20.11.1" }) },
    says: "groups.w.runtime: Deno 1.46.3 is too old, 2.9 or newer is needed: {}/bin/deno (the PATH has it);",
  },
  "a Node that is too old": {
    group: { runtime: "node" },
    pool: { executables: { node: "./old" } },
    files: { old: saying({ node: "18.20.4" }) },
    says: "groups.w.runtime: Node 18.20.4 is too old, 20.19 or newer is needed: {}/old",
  },
  "a Bun that calls itself node": {
    pool: { executables: { node: "./node" } },
    files: { node: saying({ bun: "1.4.5", node: "22.6.0" }) },
    says: "groups.w.runtime: {}/node cannot be run as Node: it is Bun (executables.node says so)",
  },
  "no such file": {
    group: { runtime: "deno" },
    pool: { executables: { deno: "./nowhere/deno" } },
    says:
      "groups.w.runtime: {}/nowhere/deno cannot be run as Deno: there is no such executable " +
      "(executables.deno says so)",
  },
  "no such file, says the environment": {
    group: { runtime: "deno" },
    env: { POOLABLE_DENO: "/nowhere/deno" },
    says: "groups.w.runtime: /nowhere/deno cannot be run as Deno: there is no such executable (POOLABLE_DENO says so)",
  },
  "not executable": {
    group: { runtime: "bun" },
    pool: { executables: { bun: "./bun" } },
    files: { bun: "text" },
    says: "groups.w.runtime: {}/bun cannot be run as Bun: it is not executable (executables.bun says so)",
  },
  "another program": {
    group: { runtime: "bun" },
    pool: { executables: { bun: "./bun" } },
    files: { bun: "#!/bin/sh\necho hello\n" },
    says: "groups.w.runtime: {}/bun cannot be run as Bun: it is something else (executables.bun says so)",
  },
  "one that names no version": {
    group: { runtime: "bun" },
    pool: { executables: { bun: "./bun" } },
    files: { bun: '#!/bin/sh\necho \'{"versions":{"bun":7}}\'\n' },
    says: "groups.w.runtime: {}/bun cannot be run as Bun: it is something else",
  },
  "one that fails": {
    group: { runtime: "bun" },
    pool: { executables: { bun: "./bun" } },
    files: { bun: "#!/bin/sh\necho 'no licence' >&2\nexit 3\n" },
    says: "groups.w.runtime: {}/bun cannot be run as Bun: it ended with code 3: no licence (executables.bun says so)",
  },
  "an unknown runtime": {
    group: { runtime: "dino" },
    says: "groups.w.runtime: \"dino\" is not accepted; expected 'node', 'bun', 'deno'",
  },
  "an executable of an unknown runtime": {
    pool: { executables: { demo: "./demo" } },
    says: "executables.demo: unknown key; did you mean deno?",
  },
  "an entry that is not there": {
    group: { entry: "./nope.ts" },
    says: "groups.w.entry: the entry {}/nope.ts does not exist",
  },
  "an entry that is a folder": {
    group: { entry: "./bin" },
    says: "groups.w.entry: the entry {}/bin is a folder: name a file in it",
  },
  "TypeScript, and a Node that does not run it": {
    group: { entry: "./w.ts" },
    pool: { executables: { node: "./old" } },
    files: { old: saying({ node: "20.19.4" }), "w.ts": "export default {};" },
    says:
      "groups.w.entry: the entry {}/w.ts is TypeScript, which Node 20.19.4 cannot run: " +
      "use Node 22.18 or newer, Bun or Deno, or compile it",
  },
  "JSX, and Node": {
    group: { entry: "./w.tsx" },
    node: node24,
    files: { "w.tsx": "export default {};" },
    says:
      "groups.w.entry: the entry {}/w.tsx is JSX, which Node cannot run: " +
      "run the group on Bun or Deno, compile it, or give a loader in execArgv",
  },
  "permissions, and Node cannot deny the network": {
    group: { permissions: { read: ["."] } },
    says:
      "groups.w.permissions: Node cannot deny net or env or sys to a worker: " +
      "write net: true, env: true, sys: true, or run the group on Deno",
  },
  "permissions, and Node takes no list of programs": {
    group: { permissions: { net: true, env: true, sys: true, run: ["git"] } },
    says: "groups.w.permissions: Node allows run as a whole or not at all: write true or false, or run the group on Deno",
  },
  "permissions, and Bun has none": {
    group: { runtime: "bun", permissions: { read: true } },
    pool: { executables: { bun: "./bun" } },
    files: { bun: saying({ bun: "1.4.5" }) },
    says: "groups.w.permissions: Bun has no permissions: run the group on Deno or Node, or leave permissions out",
  },
  "a permission with a comma, which Deno would read as two": {
    group: { runtime: "deno", permissions: { read: ["./data", "/srv/a,/etc"] } },
    pool: { executables: { deno: "./deno" } },
    files: { deno: saying({ deno: "2.9.6" }) },
    says:
      'groups.w.permissions: Deno takes no read permission with a comma in it, which "/srv/a,/etc" has: ' +
      "list each alone, or the folder above",
  },
  "a permission that is empty": {
    group: { runtime: "deno", permissions: { read: [""] } },
    says: 'groups.w.permissions.read: [""] is not accepted; expected true, false or a list of texts',
  },
  "an unknown kind of permission": {
    group: { permissions: { network: true } as object },
    says: "groups.w.permissions.network: unknown key; known keys are read, write, net, env, run, sys, ffi, import",
  },
  "a permission that is no list": {
    group: { permissions: { net: "all" } as object },
    says: 'groups.w.permissions.net: "all" is not accepted; expected true, false or a list of texts',
  },
};

for (const [title, refused] of Object.entries(cases)) {
  test(`${title}: one line, exit code 2, nothing starts`, async (t) => {
    const folder = await folderWith(t, refused);
    const cli = await createCli(t, refused.node);
    const PATH = `${join(folder, "bin")}:/nowhere`;
    const { code, stdout, stderr } = await cli.run(["start"], { cwd: folder, env: { PATH, ...refused.env } });
    const said = `poolable: poolable.config.mjs: ${refused.says.replaceAll("{}", folder)}`;
    assert.is(stderr.slice(0, said.length), said);
    assert.is(stderr.trimEnd().split("\n").length, 1, stderr);
    assert.equal([code, stdout], [2, ""]);
    assert.is(await stat(join(folder, "ran")).catch(() => "never"), "never");
  });
}

test.run();

/** A folder with a config of one group `w`, whose worker leaves a mark. */
async function folderWith({ defer }: TestContext, { group, pool, files }: Refused): Promise<string> {
  const folder = await mkdtemp("/tmp/prun-");
  defer(() => rm(folder, { recursive: true, force: true }));
  const config = { name: "refused", groups: { w: { entry: "./w.mjs", ...group } }, ...pool };
  const all: Record<string, string> = {
    "poolable.config.mjs": `export default ${JSON.stringify(config)};`,
    "w.mjs":
      "import { writeFileSync } from 'node:fs';\nwriteFileSync('ran', 'yes');\nexport default { run() {} };",
    ...files,
  };
  await mkdir(join(folder, "bin"));
  for (const [name, text] of Object.entries(all)) {
    await writeFile(join(folder, name), text);
    if (text.startsWith("#!")) await chmod(join(folder, name), 0o755);
  }
  // The scripts are a shell's.
  await symlink("/bin/sh", join(folder, "bin/sh"));
  return folder;
}
