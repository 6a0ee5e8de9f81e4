/** What `recycle` takes, and when a limit is reached. */
import * as assert from "uvu/assert";
import { createPool } from "../../index.ts";
import { recycle } from "../../plugins/index.ts";
import { formatBytes, parseBytes } from "../../plugins/recycle/bytes.ts";
import { draw, limitsOf, reached } from "../../plugins/recycle/limits.ts";
import { createRetries } from "../../plugins/recycle/retries.ts";
import { suite } from "../_suite.ts";
import { fixture } from "../behaviour/_pool.ts";

const test = suite("recycle limits");

const BAD: readonly [options: unknown, said: string][] = [
  [undefined, "recycle: undefined is not accepted; expected an object"],
  [{}, "recycle: there is no limit; set one of requests, jobs, age, memory"],
  [{ jitter: 0.5, groups: { a: false } }, "recycle: there is no limit"],
  [{ request: 5 }, "recycle.request: unknown key; did you mean requests?"],
  [{ requests: 0 }, "recycle.requests: 0 is not accepted; expected a whole number from 1"],
  [{ requests: Infinity }, "recycle.requests: Infinity"],
  [{ jobs: 1.5 }, "recycle.jobs: 1.5"],
  [{ jobs: "10" }, 'recycle.jobs: "10"'],
  [
    { age: "1 day" },
    `recycle.age: "1 day" is not accepted; expected milliseconds or text such as '30s', at most '8760h'`,
  ],
  [{ age: 0 }, "recycle.age: 0"],
  [{ memory: "512" }, `recycle.memory: "512" is not accepted; expected bytes, or text such as '512MiB'`],
  [{ memory: "80%" }, 'recycle.memory: "80%"'],
  [{ memory: -1 }, "recycle.memory: -1"],
  [{ age: "1h", jitter: 1 }, "recycle.jitter: 1 is not accepted; expected a number from 0 to 0.9"],
  [{ age: "1h", jitter: Number.NaN }, "recycle.jitter: NaN"],
  [{ age: "1h", every: 0 }, "recycle.every: 0"],
  [{ age: "1h", groups: ["web"] }, "recycle.groups: "],
  [{ age: "1h", groups: { web: true } }, "recycle.groups.web: true is not accepted; expected an object"],
  [{ groups: { web: { memory: "big" } } }, 'recycle.groups.web.memory: "big"'],
  [{ groups: { web: { groups: {} } } }, "recycle.groups.web.groups: unknown key"],
];
for (const [options, said] of BAD) {
  test(`refuses ${JSON.stringify(options)}`, () => {
    assert.throws(
      () => recycle(options as never),
      (error: { code: string; message: string }) =>
        error.code === "E_CONFIG" && error.message.startsWith(said) && !error.message.includes("\n"),
    );
  });
}

test("a group that is not there stops the start", async () => {
  const groups = { web: { entry: fixture("worker.mjs"), args: ["serve"] } };
  const pool = createPool({ name: "r", groups, plugins: [recycle({ groups: { wob: { age: "1h" } } })] });
  const error = await pool.start().catch((thrown: { code: string; message: string }) => thrown);
  assert.is(error!.code, "E_CONFIG");
  assert.is(error!.message, "recycle.groups.wob: there is no such group; there are web");
});

test("a group has what it says, and else what all have; false is none", () => {
  const options = { requests: 100, age: "1h", groups: { a: { requests: 5, jitter: 0 }, b: false } } as const;
  const limits = limitsOf(options, ["a", "b", "c"]);
  assert.equal([...limits.keys()], ["a", "c"]);
  assert.equal(draw(limits.get("a")!, 0.7), { requests: 5, age: 3_600_000 });
  const c = draw(limits.get("c")!, 0.5);
  assert.equal(c, { requests: 95, age: 3_420_000 });
  assert.equal(limitsOf({ groups: { a: { jobs: 1 } } }, ["a", "b"]).get("b"), undefined);
});

test("jitter never goes above the limit, nor to nothing", () => {
  const limits = { limits: { requests: 1, memory: 1_000 }, jitter: 0.9 };
  assert.equal(draw(limits, 0), { requests: 1, memory: 1_000 });
  assert.equal(draw(limits, 0.999_999), { requests: 1, memory: 100 });
});

test("the limit that is furthest behind is the reason; what is not known reaches none", () => {
  const limits = { requests: 1_000, jobs: 10, age: 3_600_000, memory: 2 ** 30 };
  assert.is(reached(limits, {}), undefined);
  assert.is(reached(limits, { requests: 999, jobs: 9, age: 3_599_999, memory: 2 ** 30 - 1 }), undefined);
  assert.is(reached({}, { requests: 999, memory: 1 }), undefined);
  assert.equal(reached(limits, { requests: 1_000 }), {
    part: 1,
    reason: "1,000 requests (its limit is 1,000)",
  });
  assert.is(reached(limits, { requests: 1_100, jobs: 30 })!.reason, "30 jobs (its limit is 10)");
  assert.is(reached(limits, { age: 7_200_000 })!.reason, "up for 2 h 00 min (its limit is 1 h 00 min)");
  const memory = 1.25 * 2 ** 30;
  assert.is(reached(limits, { memory })!.reason, "1.25 GiB of memory (its limit is 1 GiB)");
});

test("bytes", () => {
  for (const [text, bytes] of [
    ["1kB", 1_000],
    ["512MiB", 512 * 2 ** 20],
    ["1.5 GB", 1.5e9],
    ["2GiB", 2 ** 31],
    [7, 7],
  ] as const)
    assert.is(parseBytes(text), bytes);
  for (const bad of ["", "MiB", "5", "5mb", "5 TB", "-5MB", "1e3MB", Number.NaN, Infinity, -1, null, {}, []])
    assert.is(parseBytes(bad), undefined, String(bad));
  assert.equal([1.25 * 2 ** 20, 740 * 2 ** 20, 2 ** 30, 1.25 * 2 ** 30].map(formatBytes), [
    "1.3 MiB",
    "740 MiB",
    "1 GiB",
    "1.25 GiB",
  ]);
});

test("after a failure a slot waits, longer each time, and not for ever", () => {
  const retries = createRetries();
  assert.ok(retries.mayTry("a", 0));
  let now = 0;
  const waits: number[] = [];
  for (let round = 0; round < 7; round++) {
    retries.failed("a", now);
    const from = now;
    while (!retries.mayTry("a", now)) now += 1_000;
    waits.push((now - from) / 1_000);
  }
  assert.equal(waits, [30, 60, 120, 240, 480, 600, 600]);
  assert.ok(retries.mayTry("b", 0));
  retries.failed("a", now);
  retries.succeeded("a");
  assert.ok(retries.mayTry("a", now));
});

test.run();
