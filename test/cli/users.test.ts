// timeout: 180
// brief: node (marked)
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { freePort } from "../_free-port.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";
import { executables } from "../unchanged/_program.ts";
import { createCli } from "./_cli.ts";
import type { Cli } from "./_cli.ts";

const test = suite("cli users");

const root = fileURLToPath(new URL("../..", import.meta.url));
const isRoot = process.platform === "linux" && process.geteuid?.() === 0;
const skip = !isRoot && "only root can start workers as another user";
const NOBODY = 65_534;

const WEB = `import { readFileSync } from "node:fs";
import { worker } from "poolable/worker";
const attempt = (work) => { try { return String(work()); } catch (error) { return error.code; } };
export default {
  async fetch() {
    const { HOME, USER } = process.env;
    const other = await worker.jobs("calc").run("who");
    const token = attempt(() => readFileSync(process.env.TOKEN_FILE));
    return Response.json({ pid: process.pid, uid: process.getuid(), gid: process.getgid(), HOME, USER, other, token });
  },
};`;

interface Answer {
  pid: number;
  uid: number;
  gid: number;
  HOME: string;
  USER: string;
  other: { uid: number };
  token: string;
}

/** A program that every user can read, in a folder of its own. */
async function createProgram({ defer }: TestContext): Promise<string> {
  const folder = await mkdtemp("/tmp/puser-");
  defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  await mkdir(join(folder, "node_modules"));
  await symlink(root, join(folder, "node_modules/poolable"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ dependencies: { poolable: "*" } }));
  await writeFile(join(folder, "web.mjs"), WEB);
  await writeFile(
    join(folder, "calc.mjs"),
    "export default { jobs: { who: () => ({ uid: process.getuid() }) } };",
  );
  return folder;
}

const write = (folder: string, groups: object, more: object = {}): Promise<void> =>
  writeFile(
    join(folder, "poolable.config.mjs"),
    `export default ${JSON.stringify({ name: "users", groups, ...more })}`,
  );

async function ask(port: number): Promise<Answer> {
  const headers = { connection: "close" };
  return (await (await fetch(`http://127.0.0.1:${port}`, { headers })).json()) as Answer;
}

/** Folders for the workers of another user, of this test's supervisor. */
async function foldersOf(pid: number): Promise<string[]> {
  const found = [];
  for (const base of ["/tmp", "/dev/shm"]) {
    if (!existsSync(base)) continue;
    const names = (await readdir(base)).filter((name) => new RegExp(`^poolable-[a-z]${pid}\\.`).test(name));
    found.push(...names.map((name) => join(base, name)));
  }
  return found;
}

for (const runtime of ["node", "bun", "deno"] as const) {
  test(
    `workers on ${runtime} run as another user: web and jobs, after a crash, a reload and a removed folder`,
    { skip, timeout: 60_000, brief: runtime === "node" },
    async (t) => {
      const [port, cli, folder] = [await freePort(), await createCli(t), await createProgram(t)];
      const shared = { runtime, user: "nobody" };
      const TOKEN_FILE = join(cli.runtimeFolder, "poolable/users/control.token");
      await write(
        folder,
        {
          web: { entry: "./web.mjs", listen: port, calls: ["calc"], env: { TOKEN_FILE }, ...shared },
          calc: { entry: "./calc.mjs", type: "job", ...shared },
          own: { entry: "./own.mjs" },
        },
        { executables },
      );
      await writeFile(join(folder, "own.mjs"), "export default { run: (worker) => worker.stopping };");
      const pool = cli.start(["start", folder]);
      await pool.says("pool users is running");
      const first = await ask(port);
      const { pid, ...identity } = first;
      const account = { uid: NOBODY, gid: NOBODY, HOME: "/nonexistent", USER: "nobody" };
      assert.equal(identity, { ...account, other: { uid: NOBODY }, token: "EACCES" });

      process.kill(pid, "SIGKILL");
      await pool.says(new RegExp(`pid ${pid} ended[^]*web#0[^\\n]*ready`));
      assert.equal((await ask(port)).uid, NOBODY);
      const reloaded = await cli.run(["reload", "web", "--name", "users"]);
      assert.is(reloaded.code, 0, reloaded.stderr);

      const folders = await foldersOf(pool.child.pid!);
      assert.ok(folders.length >= 2, folders.join());
      for (const each of folders) {
        const { uid, mode } = await stat(each);
        assert.equal([each, uid, (mode & 0o777).toString(8)], [each, 0, "711"]);
        await rm(each, { recursive: true });
      }
      const { pid: second } = await ask(port);
      process.kill(second, "SIGKILL");
      await pool.says(new RegExp(`pid ${second} ended[^]*web#0[^\\n]*ready`));
      assert.equal((await ask(port)).other, { uid: NOBODY });

      assert.is((await cli.run(["stop", "users"])).code, 0);
      await pool.finished;
      assert.equal(await foldersOf(pool.child.pid!), []);
    },
  );
}

/** Why a config is refused: one line, and exit code 2. */
async function refusal(cli: Cli, folder: string, groups: object): Promise<string> {
  await write(folder, groups);
  const { code, stderr } = await cli.run(["start", folder]);
  assert.is(code, 2, stderr);
  assert.is(stderr.trim().split("\n").length, 1, stderr);
  return stderr;
}

test("a user that cannot be had is refused in one line", { brief: true, skip }, async (t) => {
  const [cli, folder] = [await createCli(t), await createProgram(t)];
  const [web, calc] = [
    { entry: "./web.mjs", listen: await freePort() },
    { entry: "./calc.mjs", type: "job" },
  ];
  const refuse = (groups: object): Promise<string> => refusal(cli, folder, groups);
  assert.match(await refuse({ web: { ...web, user: "" } }), 'groups.web.user: "" is not accepted; expected');
  assert.match(
    await refuse({ web: { ...web, user: "no-such-user" } }),
    'groups.web.user: /etc/passwd has no user "no-such-user"',
  );
  assert.match(await refuse({ web: { ...web, user: "54321" } }), 'name its group too, as "54321:54321"');
  assert.match(
    await refuse({ web: { ...web, user: "nobody" }, calc: { ...calc, user: "daemon" } }),
    'groups.calc.user: "daemon", and groups.web.user is "nobody"; a pool has one',
  );
  assert.match(
    await refuse({ web: { ...web, user: "nobody", calls: ["calc"] }, calc }),
    'groups.web.calls: "nobody" cannot call the jobs of calc, which runs as the user of the supervisor',
  );
});

test("who is not root cannot start workers as another user", { skip }, async (t) => {
  const folder = await createProgram(t);
  const words = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", process.execPath];
  const cli = await createCli(t, words);
  await chmod(cli.runtimeFolder, 0o777);
  const line = await refusal(cli, folder, { web: { entry: "./web.mjs", user: "daemon" } });
  assert.match(line, "groups.web.user: only root can start workers as daemon: start the supervisor as root");
});

test("an executable that the user may not run is told before anything listens", { skip }, async (t) => {
  const [cli, folder] = [await createCli(t), await createProgram(t)];
  const closed = await mkdtemp("/tmp/pclosed-");
  t.defer(() => rm(closed, { recursive: true, force: true }));
  await writeFile(join(closed, "node"), `#!/bin/sh\nexec '${process.env.POOLABLE_TEST_NODE}' "$@"\n`, {
    mode: 0o755,
  });
  await write(
    folder,
    { web: { entry: "./web.mjs", user: "nobody" } },
    { executables: { node: join(closed, "node") } },
  );
  const { code, stdout, stderr } = await cli.run(["start", folder]);
  assert.is(code, 2, stdout + stderr);
  assert.match(stderr, /user "nobody": it cannot run .*node \(.*Permission denied/i);
});

test.run();
