// brief: node (marked)
/** Callers that end, and jobs that do not heed their abort. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { errorOf, nextReady, notes, pidOf, running, work } from "./_pool.ts";

const test = suite("job callers that go");

test(
  "what a killed caller had submitted is aborted, and the next caller does not wait",
  { brief: true },
  async (t) => {
    const { jobs, connection, pool } = await running(t, {
      w: work({ jobs: { maxConcurrent: 2 } }),
      relay: work({ calls: ["w"] }),
    });
    for (const name of ["stubborn", "slow", "ponder"]) {
      const calls = Array.from({ length: 20 }, () =>
        errorOf(connection.jobs("relay").run("relay", { group: "w", name, input: { ms: 15_000 } })),
      );
      const busy = async (): Promise<number> => {
        const state = (await connection.jobs("relay").run("state", "w#0")) as Record<string, number>;
        return state.jobsRunning!;
      };
      while ((await busy()) < 2) await sleep(10);
      const back = nextReady(pool, "relay#0");
      process.kill(pidOf(pool, "relay#0"), "SIGKILL");
      assert.is(await jobs.run("add", 1, { queueTimeout: "5s" }), 2, name);
      for (const call of calls) assert.is((await call).code, "WORKER_LOST");
      await back;
    }
  },
);

test("what was sent goes on when its caller has been killed", async (t) => {
  const { connection, pool } = await running(t, { w: work(), relay: work({ calls: ["w"] }) });
  const file = join(mkdtempSync(join(tmpdir(), "n-")), "notes");
  writeFileSync(file, "");
  await connection
    .jobs("relay")
    .run("leaveTo", { group: "w", name: "note", input: { file, id: "x", ms: 500 } });
  process.kill(pidOf(pool, "relay#0"), "SIGKILL");
  while (notes(file).ended.size < 1) await sleep(10);
});

test("a job that ignores its abort costs its worker after the grace, not after the drain", async (t) => {
  const { jobs, pool, connection } = await running(t, {
    w: work({ drain: "60s", jobs: { abortGrace: 200, onIgnoredAbort: "restart" } }),
    relay: work({ calls: ["w"] }),
  });
  const back = nextReady(pool, "w#0");
  const neighbour = jobs.run("slow", { ms: 1_500 });
  const error = await errorOf(jobs.run("stubborn", { ms: 50_000 }, { timeout: 50 }));
  assert.is(error.code, "RUN_TIMEOUT");
  await back;
  assert.is(await neighbour, 1_500, "what else it had has ended well");
  // A caller that has gone cannot complain: the worker does.
  const again = nextReady(pool, "w#0");
  const call = { group: "w", name: "stubborn", input: { ms: 50_000 } };
  const lost = errorOf(connection.jobs("relay").run("relay", call));
  while (
    ((await connection.jobs("relay").run("state", "w#0")) as { jobsRunning?: number })?.jobsRunning !== 1
  )
    await sleep(10);
  process.kill(pidOf(pool, "relay#0"), "SIGKILL");
  await lost;
  await again;
  assert.is(await jobs.run("add", 1), 2);
});

test.run();
