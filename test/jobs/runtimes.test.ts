// timeout: 120
// brief: node (marked)
/** Calls between workers of all runtimes: one wire for all. */
import process from "node:process";
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { errorOf, fixture, nextReady, pidOf, running, work } from "./_pool.ts";
import type { Running } from "./_pool.ts";

const RUNTIMES = ["node", "bun", "deno"] as const;

const test = suite("jobs of all runtimes");

/** A group for each runtime, and one of each that calls all of these. */
const pools = (t: Parameters<typeof running>[0]): Promise<Running> => {
  const groups = RUNTIMES.flatMap((runtime) => [
    [runtime, work({ runtime })] as const,
    [`by-${runtime}`, work({ runtime, calls: [...RUNTIMES] })] as const,
  ]);
  return running(t, Object.fromEntries(groups));
};

const value = {
  text: "ä€😀",
  numbers: [0, -1, 1.5, 2 ** 40, NaN, Infinity],
  nothing: [null, undefined],
  big: [5n, -(2n ** 100n)],
  date: new Date(1e12),
  map: new Map<unknown, unknown>([[1, { a: new Set([1]) }]]),
  bytes: Buffer.from("bytes"),
  floats: new Float64Array([1.5, -2]),
  large: new Uint8Array(300_000).fill(7),
};

test(
  "values of every kind, there and back, for each pair of runtimes",
  { brief: true, timeout: 60_000 },
  async (t) => {
    const { connection } = await pools(t);
    for (const callee of RUNTIMES) {
      assert.equal(await connection.jobs(callee).run("echo", value), value, `node to ${callee}`);
      for (const caller of RUNTIMES) {
        const call = { group: callee, name: "echo", input: value };
        const { result } = (await connection.jobs(`by-${caller}`).run("relay", call)) as { result: unknown };
        assert.equal(result, value, `${caller} to ${callee}`);
      }
    }
  },
);

test("streams, errors, progress, aborts and lost workers of each", { timeout: 60_000 }, async (t) => {
  const { connection, pool } = await pools(t);
  for (const runtime of RUNTIMES) {
    const jobs = connection.jobs(runtime);
    for (const name of ["count", "countSlowly"]) {
      const stream = jobs.stream(name, name === "count" ? 40 : { to: 40, ms: 0 });
      let items = 0;
      for await (const item of stream) assert.is(item, items++);
      assert.is(await stream.result, "40 items");
    }
    const failed = await errorOf(jobs.run("fail", "E_BAD"));
    assert.is(failed.code, "JOB_FAILED", runtime);
    const { stack, code, cause } = failed.cause as Error & { code: string };
    assert.match(stack!, /work\.mjs/);
    assert.equal([code, (cause as Error).message], ["E_BAD", "because"]);
    const heard: unknown[] = [];
    await jobs.run("steps", 3, { onProgress: (told) => heard.push(told) });
    assert.is(heard.length, 3);
    assert.is((await errorOf(jobs.run("slow", { ms: 9_000 }, { timeout: 50 }))).code, "RUN_TIMEOUT");
    const lost = errorOf(jobs.run("slow", { ms: 9_000 }));
    const again = jobs.run("exitUntil", 2, { retries: 1, queueTimeout: "20s" });
    assert.is((await lost).code, "WORKER_LOST", runtime);
    assert.is(await again, 2);
    const back = nextReady(pool, `${runtime}#0`);
    process.kill(pidOf(pool, `${runtime}#0`), "SIGKILL");
    await back;
    assert.is(await jobs.run("add", 1, { queueTimeout: "20s" }), 2);
  }
});

test("the scoreboard of each: jobs, memory and how busy it is", { timeout: 60_000 }, async (t) => {
  const { connection } = await pools(t);
  for (const runtime of RUNTIMES) {
    const jobs = connection.jobs(runtime);
    let burned = 0;
    // Until it has said so, which is every 100 ms; another worker looks.
    for (let utilisation = 0; utilisation < 0.02; burned++) {
      await jobs.run("burn", { ms: 50 });
      const seen = await connection.jobs(`by-${runtime}`).run("state", `${runtime}#0`);
      ({ utilisation } = seen as { utilisation: number });
      assert.ok(utilisation <= 1, `${runtime}: ${utilisation}`);
    }
    const state = (await jobs.run("state", undefined)) as Record<string, number>;
    assert.is(state.jobsProcessed, burned, runtime);
    assert.ok(state.rss! > 10 * 2 ** 20, runtime);
  }
});

for (const [runtime, permissions] of [
  ["deno", {}],
  ["deno", { net: ["example.com:443"] }],
  ["node", { net: true, env: true, sys: true, read: [fixture(".")] }],
] as const) {
  test(
    `job groups with narrow permissions: ${runtime}, ${JSON.stringify(permissions)}`,
    { timeout: 60_000 },
    async (t) => {
      const { connection, pool } = await running(t, {
        w: work({ runtime, permissions, entry: fixture("narrow.mjs"), workers: 2 }),
        by: work({ runtime, permissions, entry: fixture("narrow.mjs"), calls: ["w"] }),
      });
      const large = "x".repeat(300_000);
      for (const input of [1, large]) assert.is(await connection.jobs("by").run("relay", input), input);
      // The next worker of a slot is found by those who were there before.
      const ready = nextReady(pool, "w#0");
      process.kill(pidOf(pool, "w#0"), "SIGKILL");
      await ready;
      await pool.reload({ groups: ["w"] });
      for (const input of [2, large]) assert.is(await connection.jobs("by").run("relay", input), input);
    },
  );
}

test.run();
