// timeout: 120
// brief: node (marked)
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import { connectPool } from "../../index.ts";
import type { PoolStatus } from "../../index.ts";
import { readBoard } from "../../plugins/scoreboard/index.ts";
import { suite } from "../_suite.ts";
import { createCli } from "./_cli.ts";

const test = suite("cli places");

/** Tries until it succeeds; the test's own time bounds it. */
async function until<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch {
      await sleep(20);
    }
  }
}

test(
  "the folder of a running pool is removed: all of it comes back, and new workers start",
  { timeout: 60_000 },
  async (t) => {
    const cli = await createCli(t);
    const write = (name: string, text: string): Promise<void> =>
      writeFile(join(cli.runtimeFolder, name), text);
    await write("work.mjs", "export default { jobs: { echo: (input) => [process.pid, input] } };");
    await write(
      "poolable.config.mjs",
      `export default { name: "gone", groups: { work: { type: "job", entry: "./work.mjs", workers: { min: 1, max: 2 } } } };`,
    );
    const pool = cli.start(["start"]);
    await pool.says("pool gone is running");
    const directory = join(cli.runtimeFolder, "poolable/gone");
    const call = async (): Promise<number> => {
      const connection = await connectPool({ directory });
      try {
        return ((await connection.jobs("work").run("echo", 1)) as [number])[0];
      } finally {
        connection.close();
      }
    };
    const pid = await call();
    await rm(join(cli.runtimeFolder, "poolable"), { recursive: true });
    const removedAt = performance.now();
    // The worker from before is found again, by its socket.
    assert.is(await until(call), pid);
    assert.ok(performance.now() - removedAt < 5_000, `${performance.now() - removedAt} ms`);
    await until(async () => assert.ok(readBoard(directory)!.workers.some(({ state }) => state.pid === pid)));
    const scaled = await cli.run(["scale", "work", "2", "--name", "gone"]);
    assert.is(scaled.code, 0, scaled.stderr);
    const { stdout } = await cli.run(["status", "gone", "--json"]);
    const { slots } = (JSON.parse(stdout) as PoolStatus).groups[0]!;
    assert.equal(
      slots.map(({ state, restarts }) => [state, restarts]),
      [
        ["ready", 0],
        ["ready", 0],
      ],
    );

    // A killed worker's socket does not stay, nor does anything of a killed supervisor.
    process.kill(pid, "SIGKILL");
    await until(async () => assert.is((await readdir(join(directory, "jobs"))).length, 2));
    pool.child.kill("SIGKILL");
    await pool.finished;
    assert.ok(existsSync(directory));
    await mkdir(join(cli.runtimeFolder, "other"));
    await write(
      "other/poolable.config.mjs",
      `export default { name: "other", groups: { work: { entry: "../work2.mjs" } } };`,
    );
    await write("work2.mjs", "export default { run: (worker) => worker.stopping };");
    const other = cli.start(["start", "other"]);
    await other.says("pool other is running");
    await until(async () => assert.equal(await readdir(join(cli.runtimeFolder, "poolable")), ["other"]));
    assert.is((await cli.run(["stop", "other"])).code, 0);
  },
);

test(
  "a pool is found, and not started twice, whatever the environment says",
  { brief: true, timeout: 60_000 },
  async (t) => {
    const cli = await createCli(t);
    const name = `where-${process.pid}`;
    await writeFile(join(cli.runtimeFolder, "w.mjs"), "export default { run: (worker) => worker.stopping };");
    await mkdir(join(cli.runtimeFolder, "t"));
    const none = { POOLABLE_RUNTIME_DIR: "" };
    const some = { ...none, XDG_RUNTIME_DIR: cli.runtimeFolder, TMPDIR: join(cli.runtimeFolder, "t") };
    const pool = cli.start(["start", "w.mjs", "--name", name], { env: none });
    await pool.says(`pool ${name} is running`);
    const second = await cli.run(["start", "w.mjs", "--name", name], { env: some });
    assert.is.not(second.code, 0);
    assert.match(second.stderr, "is already running as process");
    assert.is((await cli.run(["stop", name], { env: some })).code, 0);
    await pool.finished;
  },
);

test.run();
