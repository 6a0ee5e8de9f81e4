// timeout: 240
// supervisors: node, bun, deno (inside)
// brief: node (marked)
/** Every call settles, exactly once, whatever becomes of the worker that has it. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import { scaling } from "../../plugins/index.ts";
import { suite } from "../_suite.ts";
import { connected, errorOf, fixture, nextReady, notes, pidOf, running, work } from "./_pool.ts";

const test = suite("job settles");

/** An empty file for `note`. */
function noteFile(): string {
  const file = join(mkdtempSync(join(tmpdir(), "n-")), "notes");
  writeFileSync(file, "");
  return file;
}

/** Resolves when so many jobs of a `note` file have begun. */
async function begun(file: string, count: number): Promise<void> {
  while (notes(file).begun.size < count) await sleep(5);
}

test("a run that takes too long is RUN_TIMEOUT, and its neighbour ends well", { brief: true }, async (t) => {
  const { jobs } = await running(t);
  const neighbour = jobs.run("slow", { ms: 300 });
  const error = await errorOf(jobs.run("stubborn", { ms: 400 }, { timeout: 100 }));
  assert.is(error.code, "RUN_TIMEOUT");
  assert.match(error.message, "w.stubborn: it ran longer than 100 ms");
  assert.is(await neighbour, 300);
});

test("waiting too long is QUEUE_TIMEOUT, also in a worker that hogs its process", async (t) => {
  const { jobs } = await running(t, { w: work({ jobs: { maxConcurrent: 1 } }) });
  const burning = jobs.run("burn", { ms: 700 });
  const before = performance.now();
  const error = await errorOf(jobs.run("add", 1, { queueTimeout: 100, timeout: "10s" }));
  assert.is(error.code, "QUEUE_TIMEOUT");
  assert.ok(performance.now() - before < 500, "not only when the worker came back");
  assert.is(await burning, 700);
});

test("time in the queue is not time of the run, for the job neither", async (t) => {
  const { jobs } = await running(t, { w: work({ jobs: { maxConcurrent: 1 } }) });
  const first = jobs.run("slow", { ms: 300 });
  const second = jobs.run("slow", { ms: 100 }, { timeout: 250 });
  const third = jobs.run("about", 0, { timeout: 250 });
  assert.equal(await Promise.all([first, second]), [300, 100]);
  const { left } = (await third) as { left: number };
  assert.ok(left > 200, `${left} ms left when it began`);
});

test("abort: before it is sent, while it waits there, and while it runs", { brief: true }, async (t) => {
  const { jobs } = await running(t, { w: work({ jobs: { maxConcurrent: 1 } }) });
  const early = AbortSignal.abort("no");
  assert.is((await errorOf(jobs.run("add", 1, { signal: early }))).code, "ABORTED");
  const file = noteFile();
  const controller = new AbortController();
  const running1 = jobs.run("slow", { ms: 5_000 }, { signal: controller.signal });
  const waits = jobs.run("note", { file, id: "never" }, { signal: controller.signal });
  await sleep(50);
  controller.abort(new Error("enough"));
  for (const call of [running1, waits]) {
    const error = await errorOf(call);
    assert.is(error.code, "ABORTED");
    assert.is((error.cause as Error).message, "enough");
  }
  // It listened to its signal, so its place is free long before its time.
  assert.is(await jobs.run("add", 1, { queueTimeout: 1_000 }), 2);
  assert.is(notes(file).begun.size, 0);
});

test("a signal that many calls share aborts them all, and warns of nothing", async (t) => {
  const warnings: string[] = [];
  const onWarning = ({ message }: Error): void => void warnings.push(message);
  process.on("warning", onWarning);
  t.defer(() => void process.off("warning", onWarning));
  const { jobs } = await running(t, { w: work({ jobs: { maxConcurrent: 100 } }) });
  const controller = new AbortController();
  const { signal } = controller;
  await jobs.map(
    "add",
    Array.from({ length: 50 }, () => 1),
    { signal },
  );
  const calls = Array.from({ length: 50 }, () => errorOf(jobs.run("slow", { ms: 5_000 }, { signal })));
  await jobs.run("add", 1);
  controller.abort();
  for (const call of calls) assert.is((await call).code, "ABORTED");
  assert.equal(warnings, []);
});

test("ending the loop over a stream ends the job", async (t) => {
  const { jobs } = await running(t, { w: work({ jobs: { maxConcurrent: 1 } }) });
  for (const name of ["countSlowly", "count"]) {
    for await (const item of jobs.stream(name, name === "count" ? 1e9 : { to: 1e9, ms: 1 })) {
      if (item === 20) break;
    }
    assert.is(await jobs.run("add", 1, { queueTimeout: 1_000 }), 2, name);
  }
});

test("a group's time limit ends a job with an error", async (t) => {
  const { jobs } = await running(t, { w: work({ jobs: { timeLimit: 100 } }) });
  for (const [name, input] of [
    ["ponder", { ms: 5_000 }],
    ["slow", { ms: 5_000 }],
    ["stubborn", { ms: 500 }],
    ["countSlowly", { to: 1_000, ms: 10 }],
  ] as const) {
    const error = await errorOf(jobs.run(name, input));
    assert.is(error.code, "RUN_TIMEOUT", name);
    assert.match(error.message, "longer than 100 ms, the group's time limit");
  }
});

test(
  "a lost worker: WORKER_LOST without retries, again with them, exactly one end each",
  { brief: true, timeout: 60_000 },
  async (t) => {
    const { jobs, pool } = await running(t, { w: work({ workers: 2 }) });
    await connected(jobs, 2);
    const file = noteFile();
    const plain = Array.from({ length: 8 }, (_, id) => jobs.run("note", { file, id: `p${id}`, ms: 3_000 }));
    const again = Array.from({ length: 8 }, (_, id) =>
      jobs.run(
        "note",
        { file, id: `r${id}`, ms: 3_000 },
        id % 2 ? { retries: 2 } : { idempotencyKey: `k${id}` },
      ),
    );
    const settled = Promise.allSettled(plain);
    const repeated = Promise.allSettled(again);
    await begun(file, 16);
    process.kill(pidOf(pool, "w#0"), "SIGKILL");
    const ends = await settled;
    const lost = ends.filter(({ status }) => status === "rejected");
    assert.ok(lost.length > 0 && lost.length < 8, `${lost.length} lost`);
    for (const end of lost) {
      const { code, message } = (end as PromiseRejectedResult).reason;
      assert.is(code, "WORKER_LOST");
      assert.match(message, "w.note: worker w#0 ended while it had the job");
    }
    assert.equal(
      (await repeated).map((end) => (end.status === "fulfilled" ? end.value : String(end.reason))),
      again.map((_, id) => `r${id}`),
    );
    const { begun: counts } = notes(file);
    for (const [id, count] of counts)
      assert.ok(count === 1 || (id.startsWith("r") && count === 2), `${id}: ${count}`);
  },
);

test("a stream of which something was read is not begun again; one that nobody has seen is", async (t) => {
  const { jobs, pool } = await running(t);
  const options = { retries: 3 };
  const seen: unknown[] = [];
  const stream = jobs.stream("countSlowly", { to: 1_000, ms: 5 }, options);
  const error = await errorOf(
    (async () => {
      for await (const item of stream) {
        if (seen.push(item) === 3) process.kill(pidOf(pool, "w#0"), "SIGKILL");
      }
    })(),
  );
  assert.is(error.code, "WORKER_LOST");
  assert.match(error.message, /w#0 ended while it had the job, after \d+ items/);
  assert.equal(seen.slice(0, 3), [0, 1, 2]);
  const late = jobs.stream("countUntil", 2, options);
  const items: unknown[] = [];
  for await (const item of late) items.push(item);
  assert.equal([items, await late.result], [[0, 1], 2]);
});

test("retries are counted: one more loss is WORKER_LOST", { timeout: 30_000 }, async (t) => {
  const { jobs } = await running(t, { w: work({ workers: 2 }) });
  assert.is(await jobs.run("exitUntil", 2, { retries: 1 }), 2);
  const error = await errorOf(jobs.run("exit", 1, { retries: 1, queueTimeout: "20s" }));
  assert.is(error.code, "WORKER_LOST");
  assert.match(error.message, "the last of 2");
});

test("what ends three workers is quarantined, and its neighbours are not", { timeout: 60_000 }, async (t) => {
  const { jobs } = await running(t, { w: work({ jobs: { maxConcurrent: 4 } }) });
  const neighbours = Array.from({ length: 3 }, (_, id) =>
    jobs.run("slow", { ms: 200 + id }, { idempotencyKey: `n${id}`, queueTimeout: "50s" }),
  );
  const error = await errorOf(jobs.run("crash", 0, { idempotencyKey: "poison", queueTimeout: "50s" }));
  assert.is(error.code, "QUARANTINED");
  assert.match(error.message, "w.crash: 3 workers ended while they ran it");
  assert.equal(await Promise.all(neighbours), [200, 201, 202]);
});

test("workers that are killed from outside are no fault of the job", { timeout: 60_000 }, async (t) => {
  const { jobs, pool } = await running(t, { w: work({ workers: 1 }) });
  const file = noteFile();
  const call = jobs.run("note", { file, id: "x", ms: 150 }, { retries: 10, queueTimeout: "50s" });
  for (let kill = 1; kill <= 4; kill++) {
    while ((notes(file).begun.get("x") ?? 0) < kill) await sleep(5);
    process.kill(pidOf(pool, "w#0"), "SIGKILL");
  }
  assert.is(await call, "x");
});

test("a restart in the middle: what is begun ends, what is not goes to the next worker", async (t) => {
  const { jobs, pool } = await running(t, { w: work({ jobs: { maxConcurrent: 2 } }) });
  const file = noteFile();
  const calls = Array.from({ length: 60 }, (_, id) =>
    jobs.run("note", { file, id: String(id), ms: 20 }, { queueTimeout: "10s" }),
  );
  await begun(file, 4);
  await pool.restart("w#0");
  assert.equal(
    await Promise.all(calls),
    calls.map((_, id) => String(id)),
  );
  for (const [id, count] of notes(file).begun) assert.is(count, 1, id);
});

test(
  "reload and scale-down in the middle of load: nothing lost, nothing twice",
  { timeout: 60_000 },
  async (t) => {
    const { jobs, pool } = await running(t, { w: work({ workers: { min: 1, max: 3 } }) });
    await pool.scale("w", 3);
    const file = noteFile();
    let isOver = false;
    const results: Promise<unknown>[] = [];
    const load = (async () => {
      for (let id = 0; !isOver; id++) {
        results.push(jobs.run("note", { file, id: String(id), ms: id % 7 }));
        if (id % 5 === 0) await sleep(1);
      }
    })();
    await pool.reload();
    await pool.scale("w", 1);
    await pool.scale("w", 2);
    await pool.reload({ hard: true });
    isOver = true;
    await load;
    const ends = await Promise.allSettled(results);
    const bad = ends.filter(({ status }) => status === "rejected");
    assert.is(bad.length, 0, String((bad[0] as PromiseRejectedResult | undefined)?.reason));
    const { begun: counts, ended } = notes(file);
    assert.is(counts.size, results.length);
    assert.is(ended.size, results.length);
    for (const [id, count] of counts) assert.is(count, 1, id);
  },
);

test("stop in the middle: requests that wait for jobs are answered, programs hear POOL_STOPPING", async (t) => {
  const { at, pool, jobs } = await running(t, {
    web: { type: "reactor", entry: fixture("web.mjs"), listen: { port: 0 }, calls: ["w"], drain: "8s" },
    w: work({ jobs: { maxConcurrent: 2 } }),
  });
  await fetch(`${at}/add?input=1`);
  const file = noteFile();
  const ask = async (id: number): Promise<unknown> => {
    const input = encodeURIComponent(JSON.stringify({ file, id: `w${id}`, ms: 30 }));
    return (await fetch(`${at}/note?input=${input}`, { headers: { connection: "close" } })).json();
  };
  const requests = Array.from({ length: 20 }, (_, id) => ask(id));
  const calls = Array.from({ length: 40 }, (_, id) => jobs.run("note", { file, id: `p${id}`, ms: 10 }));
  const settled = Promise.allSettled(calls);
  await begun(file, 6);
  const end = pool.stop();
  const late = await errorOf(jobs.run("add", 1));
  assert.is(late.code, "POOL_STOPPING");
  assert.equal(
    await Promise.all(requests),
    requests.map((_, id) => ({ result: `w${id}` })),
  );
  const ends = await settled;
  let done = 0;
  for (const [id, each] of ends.entries()) {
    if (each.status === "fulfilled") {
      assert.is(each.value, `p${id}`);
      done++;
    } else assert.is(each.reason.code, "POOL_STOPPING");
  }
  assert.ok(done > 0 && done < 40, `${done} of 40`);
  assert.is((await end).exitCode, 0);
  const { begun: counts, ended } = notes(file);
  for (const [id, count] of counts) assert.is(count, 1, id);
  assert.is(ended.size, done + 20, "what has begun has ended, and has been told");
});

test("worker.end in the middle: what runs ends well, what waits goes to the successor", async (t) => {
  const { jobs } = await running(t, { w: work({ workers: 1, jobs: { maxConcurrent: 2 } }) });
  const slow = jobs.run("slow", { ms: 500 });
  await jobs.run("add", 1);
  const rest = Array.from({ length: 20 }, () => jobs.run("who", 0));
  await jobs.run("leave", 0, { priority: 100 });
  assert.is(await slow, 500);
  const epochs = new Set((await Promise.all(rest)).map((who) => (who as { epoch: number }).epoch));
  assert.ok(epochs.has(2), [...epochs].join());
});

test("SIGTERM to a worker: what runs is finished, and what comes goes to the successor", async (t) => {
  const { jobs, pool } = await running(t);
  const end = new Promise<string>((resolve) => {
    pool.hooks.hookOnce("exit:classified", ({ verdict }) => resolve(verdict.class));
  });
  const slow = jobs.run("slow", { ms: 1_500 });
  await jobs.run("add", 1);
  process.kill(pidOf(pool, "w#0"), "SIGTERM");
  assert.is(await slow, 1_500);
  assert.is(await end, "ordered");
  assert.is(await jobs.run("add", 1), 2);
});

test(
  "an aborted job that goes on costs its worker only where the group says so",
  { timeout: 30_000 },
  async (t) => {
    const { jobs, pool } = await running(t, {
      w: work({ drain: 500, jobs: { abortGrace: 100, onIgnoredAbort: "restart" } }),
      calm: work({ jobs: { abortGrace: 100 } }),
    });
    const before = pidOf(pool, "calm#0");
    const back = nextReady(pool, "w#0");
    const lazy = jobs.run("stubborn", { ms: 20_000 }, { timeout: 50 });
    assert.is((await errorOf(lazy)).code, "RUN_TIMEOUT");
    await back;
    assert.is(await jobs.run("add", 1), 2);
    assert.is(pidOf(pool, "calm#0"), before);
  },
);

test(
  "no worker: NO_WORKER for who would not wait, and when none can start",
  { brief: true, timeout: 30_000 },
  async (t) => {
    const { jobs, pool, connection } = await running(
      t,
      {
        w: work({ workers: { min: 0, max: 1 } }),
        gone: work({ args: ["x"], restart: () => ({ action: "permanent", reason: "for the test" }) }),
      },
      { plugins: [scaling({ w: false })] },
    );
    const error = await errorOf(jobs.run("add", 1, { wait: false }));
    assert.is(error.code, "NO_WORKER");
    const requested = new Promise<object>((resolve) => pool.hooks.hookOnce("scaling:requested", resolve));
    const waits = jobs.run("add", 1);
    assert.equal(
      { ...(await requested), waitedMs: 0 },
      { group: "w", by: "supervisor", waiting: 1, waitedMs: 0 },
    );
    await pool.scale("w", 1);
    assert.is(await waits, 2);
    const lost = errorOf(connection.jobs("gone").run("exit", 1));
    assert.is((await lost).code, "WORKER_LOST");
    assert.is((await errorOf(connection.jobs("gone").run("add", 1))).code, "NO_WORKER");
  },
);

test("a bounded queue: QUEUE_FULL, by number and by bytes", { brief: true }, async (t) => {
  const { jobs } = await running(t, {
    w: work({ jobs: { maxConcurrent: 1, maxQueued: 100, maxQueuedBytes: 100_000 } }),
  });
  await jobs.run("add", 1);
  const blocking = jobs.run("burn", { ms: 300 });
  const small = Array.from({ length: 500 }, () => jobs.run("add", 1));
  const full = (await Promise.allSettled(small)).filter(({ status }) => status === "rejected");
  assert.ok(full.length >= 100 && full.length < 400, `${full.length} refused`);
  assert.is((full[0] as PromiseRejectedResult).reason.code, "QUEUE_FULL");
  await blocking;
  const burning = jobs.run("burn", { ms: 200 });
  const large = await Promise.allSettled(
    Array.from({ length: 400 }, () => jobs.run("echo", Buffer.alloc(1_000))),
  );
  assert.ok(large.some(({ status }) => status === "rejected"));
  await burning;
});

test.run();
