/** `map`: one signal for many calls. */
import process from "node:process";
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { errorOf, running, work } from "./_pool.ts";

const test = suite("map of jobs");

test("the signal gives up all that is on its way, and what has not been called", async (t) => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on("warning", onWarning);
  t.defer(async () => void process.off("warning", onWarning));
  const { jobs } = await running(t, { w: work() });
  const controller = new AbortController();
  let asked = 0;
  function* inputs(): Generator<{ ms: number }> {
    for (; ; asked++) yield { ms: 60_000 };
  }
  const map = errorOf(jobs.map("slow", inputs(), { concurrency: 40, signal: controller.signal }));
  await jobs.run("add", 1);
  controller.abort(new Error("enough"));
  const error = await map;
  assert.is(error.code, "ABORTED");
  assert.is((error.cause as Error).message, "enough");
  assert.ok(asked <= 40, `${asked}`);
  assert.is((await errorOf(jobs.map("add", [1], { signal: controller.signal }))).code, "ABORTED");
  assert.is((await errorOf(jobs.map("add", [1], { signal: 1 as never }))).code, "BAD_OPTION");
  assert.equal(warnings, []);
});

test("the first failure gives up the others, and asks for no more", async (t) => {
  const { jobs } = await running(t, { w: work() });
  let isClosed = false;
  async function* inputs(): AsyncGenerator<unknown> {
    try {
      for (let index = 0; ; index++) yield index;
    } finally {
      isClosed = true;
    }
  }
  const error = await errorOf(jobs.map("fail", inputs(), { concurrency: 8 }));
  assert.is(error.code, "JOB_FAILED");
  assert.ok(isClosed);
  assert.equal(await jobs.map("add", [1, 2]), [2, 3]);
});

/** Yields the inputs, and then nothing for ever. */
async function* idle(...inputs: unknown[]): AsyncGenerator<unknown> {
  yield* inputs;
  await new Promise(() => {});
}

test("an idle async source: map settles on abort, and on a failure", { timeout: 10_000 }, async (t) => {
  const { jobs } = await running(t, { w: work() });
  const controller = new AbortController();
  const aborted = errorOf(jobs.map("add", idle(1), { signal: controller.signal }));
  await jobs.run("add", 1);
  controller.abort(new Error("enough"));
  assert.is((await aborted).code, "ABORTED");
  assert.is((await errorOf(jobs.map("fail", idle(1, 2)))).code, "JOB_FAILED");
  const source = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
  const early = new AbortController();
  const none = errorOf(jobs.map("add", source, { signal: early.signal }));
  early.abort();
  assert.is((await none).code, "ABORTED");
});

test("a source that fails fails the map, and what is on its way is given up", async (t) => {
  const { jobs } = await running(t, { w: work() });
  async function* broken(): AsyncGenerator<unknown> {
    yield { ms: 60_000 };
    throw new RangeError("no more");
  }
  assert.is((await errorOf(jobs.map("slow", broken()))).message, "no more");
  assert.is(await jobs.run("add", 1), 2);
});

test.run();
