// timeout: 240
// supervisors: node, bun, deno (beside)
// brief: node (marked)
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import type { PoolStatus } from "../../core/contract/status.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";
import { supervisor } from "../harness/supervisor.ts";
import { createCli, fixture } from "./_cli.ts";
import type { Cli, Running } from "./_cli.ts";

const test = suite("cli commands");

async function startFixture(
  t: TestContext,
  env: Record<string, string> = {},
): Promise<{ cli: Cli; pool: Running; status: () => Promise<PoolStatus> }> {
  const cli = await createCli(t);
  const pool = cli.start(["start", fixture], { env });
  await pool.says("pool fixture is running");
  const status = async (): Promise<PoolStatus> => JSON.parse((await cli.run(["status", "--json"])).stdout);
  return { cli, pool, status };
}

test("starts, tells, scales, restarts and stops a real pool", { brief: true, timeout: 60_000 }, async (t) => {
  const { cli, pool, status } = await startFixture(t);
  const before = await status();
  assert.is(before.pool.pid, pool.child.pid);
  assert.equal(
    before.groups.map(({ name, desired }) => [name, desired]),
    [
      ["web", 1],
      ["stubborn", 1],
    ],
  );
  const keys = [
    "id",
    "state",
    "condition",
    "pid",
    "epoch",
    "generation",
    "restarts",
    "uptimeMs",
    "degraded",
    "lastExit",
    "waiting",
  ];
  assert.equal(Object.keys(before.groups[0]!.slots[0]!), keys);

  const [, url] = /web listens on (\S+)/.exec(await pool.says("web listens on"))!;
  assert.match(await (await fetch(url!)).text(), /^pid \d+$/);

  const restarted = await cli.run(["restart", "web#0"]);
  assert.equal([restarted.code, restarted.stdout], [0, "web#0 was restarted and is ready\n"]);
  const scaled = await cli.run(["scale", "web", "+2", "--json"]);
  assert.equal(JSON.parse(scaled.stdout), { group: "web", from: 1, to: 3 });
  assert.is(
    (await cli.run(["scale", "web", "-1", "--name", "fixture"])).stdout,
    "web has 2 workers, it had 3\n",
  );
  assert.is((await cli.run(["scale", "web", "1"])).code, 0);
  const web = (await status()).groups[0]!;
  assert.is(web.desired, 1);
  assert.is(web.slots[0]!.epoch, 2);
  assert.not.equal(web.slots[0]!.pid, before.groups[0]!.slots[0]!.pid);

  const table = (await cli.run(["status", "fixture"])).stdout;
  assert.match(table, /SLOT +STATE +PID +EPOCH +RESTARTS +UPTIME +MEMORY +BUSY +WORK +LAST EXIT/);
  // oxlint-disable-next-line no-control-regex
  assert.not.match(table, /\u001b/);
  assert.match((await cli.run(["status"], { env: { FORCE_COLOR: "1" } })).stdout, "\u001b[32mready");

  assert.is((await cli.run(["stop", "--group", "web"])).stdout, "group web has stopped\n");
  assert.equal(
    (await status()).groups.map((group) => [group.stopped, group.slots[0]!.state]),
    [
      [true, "idle"],
      [false, "ready"],
    ],
  );

  const stopped = await cli.run(["stop"]);
  assert.equal([stopped.code, stopped.stderr], [0, ""]);
  const { code, stdout } = await pool.finished;
  assert.is(code, 0);
  assert.match(stdout, "stubborn#0 | says red and more\n");
  assert.equal(await readdir(join(cli.runtimeFolder, "poolable")), []);
});

test(
  "of four starts of one pool at once, one runs and the others name its pid",
  { timeout: 40_000 },
  async (t) => {
    const cli = await createCli(t);
    const starts = Array.from({ length: 4 }, () => cli.start(["start", fixture]));
    const first = await Promise.race(
      starts.map(async (start) => {
        await start.says("pool fixture is running").catch(() => new Promise(() => {}));
        return start;
      }),
    );
    for (const start of starts.filter((start) => start !== first)) {
      const { code, stderr, stdout } = await start.finished;
      assert.equal([code, stdout], [1, ""]);
      assert.match(stderr, `pool "fixture" is already running as process ${first.child.pid}:`);
    }
    assert.is((await cli.run(["stop"])).code, 0);
    assert.is((await first.finished).code, 0);
  },
);

test("a pool whose supervisor was killed is not running, and starts again", { brief: true }, async (t) => {
  const { cli, pool } = await startFixture(t);
  pool.child.kill("SIGKILL");
  await once(pool.child, "exit");
  const gone = await cli.run(["status", "fixture"]);
  assert.is(gone.code, 1);
  assert.match(gone.stderr, 'pool "fixture" is not running: start it with `poolable start`');
  const again = cli.start(["start", fixture]);
  await again.says("pool fixture is running");
  assert.is((await cli.run(["stop", "--now"])).code, 0);
  assert.is((await again.finished).code, 0);
});

test("one signal stops, the next kills, a third changes nothing", { brief: true }, async (t) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const { pool } = await startFixture(t, { STUBBORN: "1" });
    pool.child.kill(signal);
    const again = signal === "SIGINT" ? "press Ctrl-C again" : "send SIGTERM again";
    await pool.says(`${signal}: stopping; ${again} to kill what is left`);
    // Delivered twice, as npm and a terminal do, it is still one wish.
    pool.child.kill(signal);
    await sleep(400);
    assert.is(pool.child.exitCode, null);
    pool.child.kill(signal);
    pool.child.kill(signal);
    await pool.says("killing what is left");
    pool.child.kill(signal);
    assert.is((await pool.finished).code, 0);
  }
});

test("SIGHUP and SIGUSR2 reload softly, SIGUSR1 hard, again and again", { timeout: 40_000 }, async (t) => {
  const { cli, pool, status } = await startFixture(t);
  for (const [signal, how] of [
    ["SIGHUP", "soft"],
    ["SIGUSR2", "soft"],
    ["SIGUSR1", "hard"],
    ["SIGUSR2", "soft"],
  ] as const) {
    const { generation } = (await status()).pool;
    pool.child.kill(signal);
    await pool.says(`${signal}: ${how} reload`);
    await pool.says(`reloaded to generation ${generation + 1}`);
  }
  await cli.run(["stop", "--now"]);
  assert.is((await pool.finished).code, 0);
});

test(
  "reload: progress, report and exit code; an unknown group is bad input",
  { timeout: 40_000 },
  async (t) => {
    const { cli, pool, status } = await startFixture(t);
    const plain = await cli.run(["reload", "web"]);
    assert.is(plain.code, 0, plain.stderr);
    const replaced = /web#0: pid \d+ \(generation 2\) replaced pid \d+ \(generation 1\); 1 replaced so far/;
    assert.match(plain.stderr, replaced);
    await pool.says(replaced);
    assert.match(plain.stdout, /^generation 2: 1 replaced, 0 failed, in /);
    const hard = await cli.run(["reload", "--hard", "--json", "web"]);
    assert.is((JSON.parse(hard.stdout) as { replaced: number }).replaced, 1);
    assert.is((await status()).pool.generation, 3);
    const unknown = await cli.run(["reload", "nope"]);
    assert.is(unknown.code, 2);
    assert.match(unknown.stderr, 'no group is called "nope"');
    const paced = await cli.run(["reload", "web", "--surge", "50%", "--min-ready", "10ms"]);
    assert.is(paced.code, 0, paced.stderr);
    await pool.says("reload web --surge 50% --min-ready 10ms");
    for (const [words, line] of [
      [["--surge", "0"], '--surge: "0" is not accepted; expected a whole number from 1'],
      [["--min-ready", "soon"], '--min-ready: "soon" is not accepted; expected a time'],
      [["--hard", "--surge", "2"], "--surge and --min-ready are for a soft reload"],
    ] as const) {
      const wrong = await cli.run(["reload", ...words]);
      assert.is(wrong.code, 2);
      assert.match(wrong.stderr, line);
    }
  },
);

test("a reader that left does not end the pool", async (t) => {
  const { cli, pool, status } = await startFixture(t);
  pool.child.stdout!.destroy();
  assert.is((await cli.run(["restart", "web#0"])).code, 0);
  assert.is((await status()).pool.state, "running");
  await cli.run(["stop"]);
  assert.is((await pool.finished).code, 0);
});

test("an entry runs as by hand: its environment, its arguments, its name", async (t) => {
  const cli = await createCli(t);
  const entry = join(cli.runtimeFolder, "hello.mjs");
  const text =
    "console.log('got', process.env.MY_OWN, process.argv.slice(2).join()); export default { run() {} }";
  await writeFile(entry, text.replace("export default { run() {} }", "setInterval(() => {}, 1000)"));
  const pool = cli.start(["start", "hello.mjs", "--workers", "2", "--", "--fast", "-x"], {
    env: { MY_OWN: "1" },
  });
  await pool.says("hello#1 | got 1 --fast,-x");
  pool.child.kill("SIGTERM");
  await sleep(200);
  pool.child.kill("SIGTERM");
  await pool.finished;
});

test("two pools at once have to be named", { timeout: 40_000 }, async (t) => {
  const { cli, pool } = await startFixture(t);
  const other = cli.start(["start", fixture, "--name", "other"]);
  await other.says("pool other is running");
  const { code, stderr } = await cli.run(["status"]);
  assert.is(code, 2);
  assert.match(
    stderr,
    new RegExp(`choose with --name: fixture \\(pid ${pool.child.pid}\\), other \\(pid ${other.child.pid}\\)`),
  );
  assert.match((await cli.run(["status"], { cwd: fixture })).stdout, /^fixture {2}running/);
  assert.match((await cli.run(["status", "other"])).stdout, /^other {2}running/);
  for (const name of ["fixture", "other"]) assert.is((await cli.run(["stop", "--name", name])).code, 0);
});

test("what a running pool refuses is one line and a code", async (t) => {
  const { cli } = await startFixture(t);
  for (const [words, code, expected] of [
    [["scale", "nope", "2"], 2, /no group is called "nope"; there are web, stubborn/],
    [["scale", "nope", "+1"], 2, /no group "nope"; there are web, stubborn/],
    [["scale", "web", "9"], 1, /web/],
    [["scale", "web", "-9"], 1, /web/],
    [["restart", "web#9"], 2, /web#9/],
    [["restart", "web#2"], 1, /web#2/],
  ] as const) {
    const result = await cli.run([...words]);
    assert.is(result.code, code, words.join(" "));
    assert.match(result.stderr, expected);
    assert.is(result.stderr.trimEnd().split("\n").length, 1);
  }
  await cli.run(["stop"]);
});

test("bad input is one line with the way out and exit code 2", { timeout: 110_000 }, async (t) => {
  const cli = await createCli(t);
  const write = (name: string, body: string): Promise<void> => writeFile(join(cli.runtimeFolder, name), body);
  await write("syntax.config.mjs", "export default {\n  name: ]\n}");
  await write("list.config.mjs", "export default []");
  await write(
    "key.config.mjs",
    "export default { name: 'k', groups: { web: { entry: './w.mjs', worker: 2 } } }",
  );
  await write(
    "type.config.mjs",
    "export default { name: 'k', groups: { web: { entry: './w.mjs', workers: 'two' } } }",
  );
  await write("name.config.mjs", "export default { name: '../k', groups: { web: { entry: './w.mjs' } } }");
  await write("dots.config.mjs", "export default { name: '..', groups: { web: { entry: './w.mjs' } } }");
  await write("gone.config.mjs", "export default { name: 'k', groups: { web: { entry: './gone.mjs' } } }");
  await write(
    "plugin.config.mjs",
    "export default { name: 'k', groups: { web: { entry: './w.mjs' } }, plugins: [{ name: 'p' }] }",
  );
  await write("w.mjs", "export default { fetch: () => new Response('') }");
  for (const [words, expected] of [
    [["start"], /no poolable\.config/],
    [["start", "nope.mjs"], /nope\.mjs does not exist/],
    [["start", "syntax.config.mjs"], /syntax\.config\.mjs:2: (Unexpected|Expression expected)/],
    [["start", "list.config.mjs"], /exports a list by default/],
    [["start", "key.config.mjs"], /groups\.web\.worker: unknown key; did you mean workers\?/],
    [["start", "type.config.mjs"], /groups\.web\.workers: "two" is not accepted/],
    [["start", "name.config.mjs"], /name\.config\.mjs: name: "\.\.\/k" is not accepted; expected 1 to 40/],
    [["start", "dots.config.mjs"], /dots\.config\.mjs: name: "\.\." is not accepted/],
    [["start", "plugin.config.mjs"], /plugin\.config\.mjs: plugins: expected \{ name, setup \}/],
    [["start", "w.mjs", "--name", ".x"], /--name: "\.x" is no pool name/],
    [["start", "gone.config.mjs"], /gone\.mjs does not exist/],
    [["start", "w.mjs", "--port", "http"], /--port: "http" is not a whole number/],
    [["start", "w.mjs", "--prot", "80"], /unknown option "--prot"; did you mean --port/],
    [["start", "w.mjs", "--workers", "0"], /--workers: "0"/],
    [["start", "w.mjs", "--type", "web"], /--type: "web" is not one of/],
    [["start", "w.mjs", "--restart", "once"], /--restart: "once" is not one of always, on-failure, never/],
    [["stats"], /unknown command "stats"; did you mean status\?/],
    [["--verbose"], /unknown option "--verbose"; options follow a command/],
    [["status", "--jsn"], /did you mean --json/],
    [["status", "a", "--name", "b"], /name the pool once/],
    [["status", "../x"], /is no pool name/],
    [["scale", "web"], /needs <count>/],
    [["scale", "web", "many"], /is not a whole number/],
    [["stop", "--", "x"], /is for the entry/],
  ] as const) {
    const { code, stdout, stderr } = await cli.run([...words]);
    assert.equal([words, code, stdout], [words, 2, ""], stderr);
    assert.match(stderr, expected);
    assert.match(stderr, /^poolable: [^\n]+\n$/);
  }
  assert.match((await cli.run(["status"])).stderr, "no pool is running: start one with `poolable start`");
  await write("poolable.config.mjs", "export default {\n  name: ]\n}");
  const broken = await cli.run(["status"]);
  assert.match(
    broken.stderr,
    /^poolable: poolable\.config\.mjs:2: (Unexpected|Expression expected).*; --name chooses a pool/,
  );
});

test("a port that is taken is told with the file and the key", async (t) => {
  const cli = await createCli(t);
  const holder = createServer().listen(0, "127.0.0.1");
  t.defer(() => holder.close());
  await once(holder, "listening");
  const { port } = holder.address() as AddressInfo;
  const text = `export default { name: 'k', groups: { web: { entry: './w.mjs', listen: ${port} } } }`;
  await writeFile(join(cli.runtimeFolder, "port.config.mjs"), text);
  await writeFile(join(cli.runtimeFolder, "w.mjs"), "export default { fetch: () => new Response('') }");
  const { code, stderr } = await cli.run(["start", "port.config.mjs"]);
  assert.is(code, 2);
  const line = `poolable: port.config.mjs: groups.web.listen: cannot listen on 127.0.0.1:${port}: port ${port} is in use`;
  assert.ok(stderr.startsWith(line), stderr);
});

test("an entry that imports a missing module ends the pool at its first failure, told once", async (t) => {
  const cli = await createCli(t);
  await writeFile(join(cli.runtimeFolder, "w.mjs"), "import './nowhere.mjs'; export default { run() {} }");
  await writeFile(
    join(cli.runtimeFolder, "m.config.mjs"),
    "export default { name: 'm', groups: { web: { entry: './w.mjs', workers: 4 } } }",
  );
  const { code, stdout } = await cli.run(["start", "m.config.mjs"]);
  assert.is(code, 2, stdout);
  assert.is(stdout.match(/critical, exit code 2: group web cannot start: /g)?.length, 1, stdout);
  assert.is(stdout.match(/startFailure/g)?.length, 1, stdout);
  assert.not.match(stdout, "restart in");
});

test("an entry that throws on import ends the start with exit code 2", { brief: true }, async (t) => {
  const cli = await createCli(t);
  await writeFile(join(cli.runtimeFolder, "throws.mjs"), "throw new Error('on import')");
  const { code, stdout } = await cli.run(["start", "throws.mjs"]);
  assert.match(stdout, "critical, exit code 2: group throws cannot start: on import\n");
  assert.match(stdout, /^throws#0 \| +at .*throws\.mjs:1:\d+/m);
  assert.not.match(stdout, "stopping:", "said already");
  assert.is(code, 2);
});

test(
  "a supervisor that may not compile decisions starts nothing",
  { skip: supervisor === "bun" && "Bun has no such flag" },
  async (t) => {
    const cli = await createCli(t);
    await writeFile(join(cli.runtimeFolder, "w.mjs"), "export default { run: (worker) => worker.stopping }");
    const flag = "--disallow-code-generation-from-strings";
    const env = { NODE_OPTIONS: flag, DENO_V8_FLAGS: flag };
    const { code, stdout, stderr } = await cli.run(["start", "w.mjs"], { env });
    assert.equal([code, stdout], [2, ""], stderr);
    assert.match(stderr, /^poolable: decisions are compiled, which --disallow-code-\S+ forbids: [^\n]+\n$/);
  },
);

test("help and version", async (t) => {
  const cli = await createCli(t);
  assert.match((await cli.run(["--version"])).stdout, /^\d+\.\d+\.\d+\n$/);
  for (const words of [[], ["help"], ["--help"], ["-h"]]) {
    const { code, stdout } = await cli.run(words);
    assert.is(code, 0);
    for (const name of ["start", "status", "restart", "scale", "stop"]) assert.match(stdout, name);
  }
  const { stdout } = await cli.run(["start", "--help"]);
  for (const name of ["--workers", "--port", "--type", "--name"]) assert.match(stdout, name);
});

test(
  "status of a supervisor that hangs: what its workers say, and exit code 1",
  { timeout: 30_000 },
  async (t) => {
    const { cli, pool, status } = await startFixture(t);
    const { pid } = (await status()).groups[0]!.slots[0]!;
    process.kill(pool.child.pid!, "SIGSTOP");
    t.defer(() => void process.kill(pool.child.pid!, "SIGCONT"));
    const { code, stdout, stderr } = await cli.run(["status", "fixture"]);
    assert.is(code, 1);
    assert.match(stderr, "does not answer");
    assert.match(stdout, /^fixture {2}pid \d+, as its workers tell/);
    assert.match(stdout, new RegExp(`web#0 +ready +${pid} +1 `));
  },
);

test.run();
