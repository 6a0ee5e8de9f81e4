// timeout: 180
// brief: node (marked)
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { freePort } from "../_free-port.ts";
import { suite } from "../_suite.ts";
import { supervisorCommand } from "../harness/supervisor.ts";
import { executables } from "../unchanged/_program.ts";
import { createCli } from "./_cli.ts";

const test = suite("cli containers");

const supervisor = supervisorCommand(process.execPath);

/** Whether this user may make namespaces of its own. */
function canUnshare(): boolean {
  try {
    execFileSync("unshare", ["--mount", "--pid", "--fork", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const skip = !canUnshare() && "takes a system that lets this user make namespaces";

test("process 1 says that an init is needed, and SIGTERM ends it in order", { skip }, async (t) => {
  const cli = await createCli(t, [
    "unshare",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
    ...supervisor,
  ]);
  await writeFile(
    join(cli.runtimeFolder, "idle.mjs"),
    `export default { run: (worker) => worker.stopping };
      setTimeout(() => process.kill(1, "SIGTERM"), 300);`,
  );
  const { code, stdout } = await cli.run(["start", "idle.mjs"]);
  assert.match(stdout, "poolable idle  pid 1\npoolable runs as process 1, and does not reap processes");
  assert.match(stdout, "start it below an init (docker run --init, tini)");
  assert.match(stdout, "SIGTERM: stopping");
  assert.match(stdout, /idle#0 pid \d+ ended after .* \(stop asked, clean\)/);
  assert.is(code, 0, stdout);
});

/** A system without /proc. */
const BARE = [
  "unshare",
  "--mount",
  "sh",
  "-c",
  'mount -t tmpfs none /proc && exec "$@"',
  "sh",
  ...supervisor,
];

test(
  "without /proc, workers on Node serve, and are restarted",
  { brief: true, skip, timeout: 40_000 },
  async (t) => {
    const [cli, here, port] = [await createCli(t, BARE), await createCli(t), await freePort()];
    await writeFile(
      join(cli.runtimeFolder, "web.mjs"),
      "export default { fetch: () => new Response(String(process.pid)) };",
    );
    const headers = { connection: "close" };
    const ask = async (): Promise<number> =>
      Number(await (await fetch(`http://127.0.0.1:${port}`, { headers })).text());
    const pool = cli.start(["start", "web.mjs", "--port", String(port)]);
    await pool.says("pool web is running");
    const pid = await ask();
    process.kill(pid, "SIGKILL");
    await pool.says(new RegExp(`pid ${pid} ended[^]*web#0[^\\n]*ready`));
    assert.is.not(await ask(), pid);
    const env = { POOLABLE_RUNTIME_DIR: `${cli.runtimeFolder}/poolable` };
    const status = await here.run(["status", "web"], { env });
    assert.match(status.stdout, /web {2}1 of 1 ready/, status.stderr);
    assert.is((await here.run(["stop", "web"], { env })).code, 0);
    assert.is((await pool.finished).code, 0);
  },
);

for (const runtime of ["bun", "deno"] as const) {
  test(`without /proc, a group on ${runtime} is refused in one line`, { skip }, async (t) => {
    const cli = await createCli(t, BARE);
    await writeFile(join(cli.runtimeFolder, "web.mjs"), "export default { run() {} };");
    const groups = { web: { entry: "./web.mjs", runtime } };
    const config = { name: "bare", executables, groups };
    await writeFile(
      join(cli.runtimeFolder, "poolable.config.mjs"),
      `export default ${JSON.stringify(config)}`,
    );
    const { code, stderr } = await cli.run(["start"]);
    assert.is(code, 2, stderr);
    assert.match(stderr, /^poolable: .*: it does not run without \/proc, and none is mounted \(.*\n$/);
  });
}

test.run();
