import * as assert from "uvu/assert";
import type { Suite } from "../_suite.ts";
import { pidOf, start, type Place } from "./_program.ts";

/** What becomes of programs that probe their port, close it, and open it again. */
export function listenBehaviours(test: Suite, place: Place): void {
  test(
    "a program that probes its port finds it free, and keeps it after a crash and a reload",
    { brief: true },
    async (t) => {
      const pool = await start(t, "probes.mjs", place);
      const asAlone = { free: true, reachable: false };
      assert.equal(JSON.parse(await pool.ask("/")), asAlone);
      const pid = await pidOf(pool, "probes#0");
      const again = pool.supervisor.says(/probes#0 \| ready[^]*probes#0 \| ready/);
      process.kill(pid, "SIGKILL");
      await again;
      assert.is((await pool.cli.run(["reload", "probes"])).code, 0);
      for (let turn = 0; turn < 8; turn++) assert.equal(JSON.parse(await pool.ask("/")), asAlone);
      const { code, said } = await pool.stop();
      assert.is(code, 0);
      assert.match(said, /a second server: EADDRINUSE/);
      assert.not.match(said, /which is not one of this group's listeners/);
    },
  );

  test("a port that is closed is listened on again, by the same server and by another", async (t) => {
    const pool = await start(t, "reopens.mjs", { ...place, workers: "1" });
    const [times, pid] = (await pool.ask("/again")).split(" ").map(Number);
    assert.is(times, 0);
    for (let time = 1; time <= 4; time++) {
      await pool.supervisor.says(`listens again ${time}`);
      const answer = await pool.ask("/again");
      assert.is(answer, `${time} ${pid}`);
    }
    const { code, said } = await pool.stop();
    assert.is(code, 0);
    assert.not.match(said, /EINVAL/);
  });

  test("a worker whose port stays closed is replaced, and its siblings serve meanwhile", async (t) => {
    const pool = await start(t, "reopens.mjs", place);
    const [, pid] = (await pool.ask("/close")).split(" ");
    // Its own socket in a ring too: somebody else accepts on it.
    for (let turn = 0; turn < 12; turn++) assert.not.match(await pool.ask("/"), ` ${pid}`);
    const said = await pool.supervisor.says(/selfRestart/);
    assert.match(said, /nothing listens on \d+ any more/);
    assert.is((await pool.stop()).code, 0);
  });

  test("a program that forks with node:cluster is one worker in each process, and is reloaded", async (t) => {
    const pool = await start(t, "cluster.mjs", place);
    const one = { id: 1, isPrimary: "boolean", env: "yes" };
    assert.equal(JSON.parse(await pool.ask("/")), one);
    assert.is((await pool.cli.run(["reload", "cluster"])).code, 0);
    assert.equal(JSON.parse(await pool.ask("/")), one);
    const { code, said } = await pool.stop();
    assert.is(code, 0, said);
    assert.match(said, /primary heard a worker/);
    assert.match(said, /forks with node:cluster/);
  });

  test("one of CommonJS that forks is one worker in each process", async (t) => {
    const pool = await start(t, "cluster.cjs", { ...place, workers: "1" });
    assert.is(await pool.ask("/"), "common");
    assert.is((await pool.stop()).code, 0);
  });

  test("a port that is opened again too often makes room for a fresh worker", async (t) => {
    const pool = await start(t, "reopens.mjs", { ...place, workers: "1" });
    const first = (await pool.ask("/")).split(" ")[1]!;
    while ((await pool.ask("/again")).endsWith(` ${first}`));
    const { code, said } = await pool.stop();
    assert.is(code, 0);
    assert.match(said, /selfRestart \(.*was closed \d+ times/);
  });
}
