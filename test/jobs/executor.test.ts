/** How one worker runs jobs: how many at once, in which order, and who waits for whom. */
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import { JobError } from "../../core/contract/job-errors.ts";
import type { JobHandler } from "../../plugins/jobs/wire/job.ts";
import { FLAG } from "../../plugins/jobs/wire/wire.ts";
import { createHogs } from "../../plugins/jobs/worker/event-loop-blocking.ts";
import { Executor } from "../../plugins/jobs/worker/executor.ts";
import type { ExecutorOptions } from "../../plugins/jobs/worker/executor.ts";
import { TaskJob } from "../../plugins/jobs/worker/task.ts";
import type { Task } from "../../plugins/jobs/worker/task.ts";
import { suite } from "../_suite.ts";

const test = suite("job executor");

/** An executor, and what became of its tasks, in order. */
function executor(options: Partial<ExecutorOptions> = {}) {
  const story: string[] = [];
  let ids = 0;
  let rest = (): void => {};
  const made = new Executor(
    { maxConcurrent: 4, capacity: 4, slice: 5, timeLimit: undefined, ...options },
    { window() {}, idle: () => rest() },
  );
  function add(
    name: string,
    handler: JobHandler,
    { priority = 0, weight = 1, flags = 0, order = 0 } = {},
  ): Task {
    const log = {} as never;
    const job = new TaskJob(
      { name, caller: "test", attempt: 1, idempotencyKey: undefined },
      0,
      () => {},
      () => log,
    );
    const task: Task = {
      id: ++ids,
      order: order - priority * 1_000,
      place: -1,
      head: { flags, attempt: 1, name: 0, weight, priority, timeout: 0 },
      job,
      handler,
      input: undefined,
      sink: {
        begun: (then) => setImmediate(then),
        item: (value) => void story.push(`${name} item ${String(value)}`),
        progress() {},
        result: (value) => void story.push(`${name} ${String(value)}`),
        failed: ({ code }) => void story.push(`${name} ${code}`),
        interrupted: ({ code }) => void story.push(`${name} interrupted ${code}`),
        returned: () => void story.push(`${name} returned`),
      },
      weight,
      phase: "waiting",
      credit: flags & FLAG.stream ? 2 : Infinity,
      resume: undefined,
      interrupt: undefined,
      disarm: undefined,
      abortedAt: undefined,
    };
    made.accept(task);
    return task;
  }
  const idle = (): Promise<void> =>
    new Promise((resolve) => {
      rest = () => void (made.running + made.waiting === 0 && resolve());
      rest();
    });
  return { made, add, story, idle };
}

const burn = (ms: number): void => {
  for (const end = performance.now() + ms; performance.now() < end;);
};

test("never more at once than it may, nor heavier", async () => {
  for (const [options, weight, most] of [
    [{ maxConcurrent: 3, capacity: 100 }, 1, 3],
    [{ maxConcurrent: 10, capacity: 5 }, 2, 2],
    [{ maxConcurrent: 10, capacity: 5 }, 5, 1],
  ] as const) {
    const { add, idle, made } = executor(options);
    let running = 0;
    let seen = 0;
    for (let count = 0; count < 12; count++)
      add(
        "job",
        async () => {
          seen = Math.max(seen, ++running);
          await sleep(2);
          running--;
        },
        { weight },
      );
    await idle();
    assert.is(seen, most);
    assert.equal({ ...made.counts }, { accepted: 12, processed: 12, failed: 0, rejected: 0 });
    assert.is(made.weight, 0);
  }
});

test("by priority, and among equals in the order they came", async () => {
  const { add, story, idle } = executor({ maxConcurrent: 1 });
  add("first", () => sleep(5));
  add("low", () => "ran");
  add("high", () => "ran", { priority: 9 });
  add("low too", () => "ran");
  add("higher", () => "ran", { priority: 10 });
  await idle();
  assert.equal(story, ["first undefined", "higher ran", "high ran", "low ran", "low too ran"]);
});

test("a job that runs alone waits for the others, and they for it", async () => {
  const { add, story, idle, made } = executor();
  add("before", () => sleep(10, "done"));
  add("alone", () => sleep(10, `with ${made.running}`), { flags: FLAG.alone | FLAG.tell, priority: 100 });
  add("after", () => `with ${made.running}`);
  await idle();
  assert.equal(story, ["before done", "alone with 1", "after with 1"]);
});

test("what waits is given back or aborted without ever running; what runs hears of it", async () => {
  const { add, story, idle, made } = executor({ maxConcurrent: 1 });
  const reason = new JobError("ABORTED", "enough");
  const running = add("running", (_, job: { signal: AbortSignal }) =>
    sleep(5_000, 0, { signal: job.signal }),
  );
  const waits = add("waits", () => "ran");
  add("back", () => "ran");
  made.abort(waits, reason);
  made.giveBack();
  made.abort(running, reason);
  await idle();
  assert.equal(story, ["waits ABORTED", "back returned", "running JOB_FAILED"]);
  assert.equal({ ...made.counts }, { accepted: 3, processed: 0, failed: 1, rejected: 2 });
});

test("short jobs in a row leave room for everything else of the process", async () => {
  const { add, idle } = executor();
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns++;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  for (let count = 0; count < 50; count++) add("burn", () => burn(1));
  await idle();
  isOver = true;
  assert.ok(turns >= 20, `${turns} turns while 50 jobs of a millisecond ran`);
});

test("short jobs are answered while generators compute", async () => {
  const { add, story, idle } = executor();
  let steps = 0;
  let isEnough = false;
  function* compute(): Generator<undefined, string> {
    for (; !isEnough; steps++) {
      burn(0.2);
      yield;
    }
    return "computed";
  }
  add("long", compute);
  add("long too", compute);
  const waits: number[] = [];
  for (let count = 0; count < 10; count++) {
    await sleep(5);
    const begin = performance.now();
    await new Promise<void>((resolve) => void add("short", () => resolve()));
    waits.push(performance.now() - begin);
  }
  assert.is(story.filter((line) => line.startsWith("long")).length, 0, "they are in the middle of it");
  const median = waits.toSorted((a, b) => a - b)[5]!;
  assert.ok(median < 20, `a short job waited ${median} ms`);
  isEnough = true;
  await idle();
  assert.equal(story.slice(-2).toSorted(), ["long computed", "long too computed"]);
  assert.ok(steps > 10);
});

test("generators share the time by priority, and the lowest has its share", async () => {
  const { add, idle, made } = executor({ maxConcurrent: 10, capacity: 10 });
  const had: Record<string, number> = { high: 0, low: 0 };
  const end = performance.now() + 400;
  const compute = (name: string) =>
    function* share(): Generator<undefined> {
      while (performance.now() < end) {
        const begin = performance.now();
        burn(0.1);
        had[name]! += performance.now() - begin;
        yield;
      }
    };
  add("high", compute("high"), { priority: 4 });
  add("low", compute("low"), { priority: 0 });
  await idle();
  const ratio = had.high! / had.low!;
  assert.ok(ratio > 3 && ratio < 8, `high had ${ratio} times as much, 5 is its share`);
  assert.is(made.counts.processed, 2);
});

test("a stream waits for its reader, sync and async", async () => {
  const { add, story, idle } = executor();
  const sync = add(
    "sync",
    function* items() {
      yield* [1, 2, 3];
      return "end";
    },
    { flags: FLAG.stream },
  );
  const slow = add(
    "async",
    async function* items() {
      yield* [1, 2, 3];
      return "end";
    },
    { flags: FLAG.stream },
  );
  await sleep(20);
  assert.equal(story.toSorted(), ["async item 1", "async item 2", "sync item 1", "sync item 2"]);
  for (const task of [sync, slow]) {
    task.credit += 5;
    task.resume?.();
  }
  await idle();
  assert.equal(story.slice(4).toSorted(), ["async end", "async item 3", "sync end", "sync item 3"]);
});

test("a generator that is aborted runs its finally and fails", async () => {
  const { add, story, idle, made } = executor();
  const reason = new JobError("ABORTED", "enough");
  const tasks = [
    add("sync", function* wait() {
      try {
        for (;;) yield;
      } finally {
        story.push("sync cleaned");
      }
    }),
    add("async", async function* wait() {
      try {
        for (;;) {
          yield;
          await sleep(1);
        }
      } finally {
        story.push("async cleaned");
      }
    }),
  ];
  await sleep(10);
  for (const task of tasks) made.abort(task, reason);
  await idle();
  assert.equal(story.toSorted(), ["async ABORTED", "async cleaned", "sync ABORTED", "sync cleaned"]);
});

test("the time limit: the caller hears at once, the place is free when the job has ended", async () => {
  const { add, story, idle, made } = executor({ timeLimit: 20, maxConcurrent: 1 });
  add("deaf", () => sleep(80));
  add("next", () => "ran");
  await sleep(50);
  assert.equal(story, ["deaf RUN_TIMEOUT"]);
  assert.is(made.running, 1);
  await idle();
  assert.equal(story, ["deaf RUN_TIMEOUT", "next ran"]);
});

test("a job whose caller has gone gives its place away, up to the limit, and not where one runs alone", async () => {
  const reason = new JobError("ABORTED", "the caller has gone");
  const { add, story, idle, made } = executor({ maxConcurrent: 2, capacity: 2 });
  const ends: (() => void)[] = [];
  const deaf = Array.from({ length: 5 }, (_, id) =>
    add(`deaf ${id}`, () => new Promise<void>((resolve) => ends.push(resolve))),
  );
  for (const [id, task] of deaf.entries()) {
    while (ends.length < Math.min(4, id + 1)) await sleep(1);
    made.orphan(task, reason);
  }
  assert.equal([made.running, made.waiting, made.weight], [4, 0, 2], "the fifth has waited, and is gone");
  add("next", () => "ran");
  await sleep(5);
  assert.not.ok(story.includes("next ran"), "no more than twice as many");
  for (const end of ends) end();
  await idle();
  assert.ok(story.includes("next ran"));
  assert.is(made.weight, 0);
  const one = executor({ maxConcurrent: 1 });
  const task = one.add("deaf", () => sleep(30));
  one.made.orphan(task, reason);
  one.add("next", () => `with ${one.made.running}`);
  assert.equal(one.story, []);
  await one.idle();
  assert.equal(one.story.at(-1), "next with 1");
});

test("what a stop interrupts, what is lost by it, and what is given back", async () => {
  const { add, story, idle, made } = executor({ maxConcurrent: 5, capacity: 5 });
  const reason = new JobError("ABORTED", "the worker stops");
  add("heeds", (_, job: { signal: AbortSignal }) => sleep(5_000, 0, { signal: job.signal }));
  add("wraps", (_, job: { signal: AbortSignal }) =>
    sleep(5_000, 0, { signal: job.signal }).catch((cause) => {
      throw new Error("given up", { cause });
    }),
  );
  add("fails", (_, job: { signal: AbortSignal }) =>
    sleep(5_000, 0, { signal: job.signal }).catch(() => {
      throw new Error("broken");
    }),
  );
  add("ends", () => sleep(5, "well"));
  add("generator", function* pause() {
    for (;;) yield;
  });
  while (made.waiting > 0) await sleep(1);
  made.stop(reason);
  await idle();
  assert.equal(story.toSorted(), [
    "ends well",
    "fails interrupted JOB_FAILED",
    "generator interrupted WORKER_LOST",
    "heeds interrupted WORKER_LOST",
    "wraps interrupted WORKER_LOST",
  ]);
  const other = executor();
  other.add("told", () => "ran", { flags: FLAG.tell });
  other.made.stop(reason);
  await other.idle();
  assert.equal(other.story, ["told returned"], "its place was taken, and it had not begun");
});

test("a hog is marked before it computes, the second of its kind if it was one", () => {
  let marks = 0;
  let marked = false;
  const hogs = createHogs(() => {
    marks++;
    marked = true;
    return () => void (marked = false);
  });
  const round = (name: string, ms: number): boolean => {
    const end = hogs.beginning(name);
    const was = marked;
    hogs.stretched(name, ms);
    end?.();
    return was;
  };
  assert.equal(
    [round("short", 0.1), round("short", 0.1), round("long", 50), round("long", 1), round("long", 1)],
    [true, false, true, true, false],
  );
  assert.is(marks, 3);
  assert.not(marked);
});

test("a time limit of many days is none for a job that takes a moment", async () => {
  const { story, add } = executor({ timeLimit: 720 * 3_600_000 });
  add("slow", () => sleep(20).then(() => "done"));
  await sleep(100);
  assert.equal(story, ["slow done"]);
});

test.run();
