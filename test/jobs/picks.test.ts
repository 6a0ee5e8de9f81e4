// timeout: 180
/** Which worker gets a job, and what the scoreboard says of it. */
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import { definePlugin } from "../../index.ts";
import { jobs as ownJobs } from "../../plugins/index.ts";
import { createPicker, rank, strategies } from "../../plugins/jobs/client/pick.ts";
import type { WorkerLoad } from "../../plugins/jobs/client/pick.ts";
import { newTarget } from "../../plugins/jobs/client/target.ts";
import type { Target } from "../../plugins/jobs/client/target.ts";
import { suite } from "../_suite.ts";
import { connected, running, work } from "./_pool.ts";

const test = suite("job picks");

/** A worker with so many jobs of ours. */
function target(slot: string, sent: number, changes: Partial<Target> = {}): Target {
  const made = newTarget(`${slot}:1`, { slot, epoch: 1, path: "", token: "" });
  for (let id = 0; id < sent; id++) made.sent.set(id, {} as never);
  return Object.assign(made, { capacity: 10, ...changes });
}

const load = (changes: Partial<WorkerLoad>): WorkerLoad => ({
  others: 0,
  weight: 0,
  delayMs: 0,
  isHogging: false,
  ...changes,
});
const call = (affinity?: string) => ({ affinity }) as never;

test("each strategy by what it says", () => {
  const [a, b, c] = [target("w#0", 3), target("w#1", 1, { weight: 9 }), target("w#2", 2)];
  const all = [a, b, c];
  const none = (): undefined => undefined;
  const pick = (
    name: keyof typeof strategies,
    loadOf: (each: Target) => WorkerLoad | undefined = none,
  ): string => strategies[name](all, loadOf, () => 0.99).peer.slot;
  assert.is(pick("leastJobs"), "w#1");
  assert.is(
    pick("leastJobs", (each) => load({ others: each === b ? 5 : 0 })),
    "w#2",
    "others' jobs count",
  );
  assert.is(pick("firstAvailable"), "w#0");
  assert.is(pick("random"), "w#2");
  assert.is(pick("mostCapacity"), "w#0");
  assert.is(
    pick("mostCapacity", (each) => load({ weight: each === a ? 8 : 0 })),
    "w#2",
  );
  assert.is(
    pick("leastDelay", (each) => load({ delayMs: each === c ? 2 : 50 })),
    "w#2",
  );
  assert.is(
    pick("leastDelay", (each) => load({ delayMs: each === a ? 50 : 2.5 })),
    "w#1",
    "of equals, fewer jobs",
  );
  const picker = createPicker(none, Math.random);
  const turns = Array.from({ length: 6 }, () => picker(all, call(), "roundRobin")!.peer.slot);
  assert.equal(turns, ["w#0", "w#1", "w#2", "w#0", "w#1", "w#2"]);
});

test("who hogs its process is passed over, unless all do", () => {
  const all = [target("w#0", 0), target("w#1", 9)];
  let hogs = new Set(["w#0"]);
  const picker = createPicker(
    ({ peer }) => load({ isHogging: hogs.has(peer.slot) }),
    () => 0,
  );
  assert.is(picker(all, call(), "leastJobs")!.peer.slot, "w#1");
  hogs = new Set(["w#0", "w#1"]);
  assert.is(picker(all, call(), "leastJobs")!.peer.slot, "w#0");
});

test("affinity: a key has one worker, keys spread, and few move when a worker goes", () => {
  const slots = Array.from({ length: 8 }, (_, index) => target(`w#${index}`, 0));
  const picker = createPicker(
    () => undefined,
    () => 0,
  );
  const keys = Array.from({ length: 4_000 }, (_, index) => `user-${index}`);
  const before = new Map(keys.map((key) => [key, picker(slots, call(key), "leastJobs")!.peer.slot]));
  for (const { peer } of slots) {
    const share = [...before.values()].filter((slot) => slot === peer.slot).length;
    assert.ok(share > 350 && share < 650, `${peer.slot} has ${share} of 4,000`);
  }
  const fewer = slots.slice(1);
  for (const key of keys) {
    const after = picker(fewer, call(key), "leastJobs")!.peer.slot;
    if (before.get(key) !== "w#0") assert.is(after, before.get(key));
  }
  assert.ok(rank("a", "w#1") !== rank("a", "w#2"));
});

test("in processes: affinity, round robin, and a plugin's pickWorker", { timeout: 30_000 }, async (t) => {
  const { jobs, pool } = await running(t, { w: work({ workers: 3, jobs: { pick: "roundRobin" } }) });
  await connected(jobs, 3);
  const slots = async (options: object): Promise<string[]> => {
    const answers = (await jobs.map("who", Array.from({ length: 30 }), { concurrency: 1, ...options })) as {
      slot: string;
    }[];
    return answers.map(({ slot }) => slot);
  };
  // Not ten each: on a busy machine one may look as if it hogged its CPU, and is passed over.
  assert.is(new Set(await slots({})).size, 3);
  assert.is(new Set(await slots({ affinity: "k" })).size, 1);
  pool.decisions.pickWorker.tap("mine", ({ group, candidates }) =>
    group === "w" ? candidates.at(-1) : undefined,
  );
  assert.is(new Set(await slots({})).size, 1);
});

test("a user's own jobs() knows the scoreboard, although it is listed before", async (t) => {
  let board: unknown;
  const watching = definePlugin(() => ({
    name: "watching",
    setup(pool) {
      pool.decisions.spawnOptions.tap({ name: "watching", stage: 990 }, (spawn) => {
        ({ board } = (spawn.welcome!.jobs as { serve: { board: unknown } }).serve);
        return spawn;
      });
    },
  }));
  const { jobs } = await running(t, { w: work() }, { plugins: [ownJobs(), watching()] });
  assert.is(await jobs.run("add", 1), 2);
  assert.type((board as { path: unknown }).path, "string");
});

test("a worker in a long computation gets nothing while another is free", { timeout: 30_000 }, async (t) => {
  const { jobs, connection } = await running(t, {
    w: work({ workers: 2 }),
    relay: work({ calls: ["w"] }),
  });
  await connected(jobs, 2);
  const relay = (name: string, input: unknown): Promise<unknown> =>
    connection.jobs("relay").run("relay", { group: "w", name, input });
  await relay("add", 1);
  // Another caller's job: we know of it by the scoreboard only.
  const burning = relay("burn", { ms: 1_000 });
  await sleep(100);
  const before = performance.now();
  await jobs.map("who", Array.from({ length: 50 }), { concurrency: 1 });
  const took = performance.now() - before;
  assert.ok(took < 700, `50 small jobs took ${took} ms beside a burning worker`);
  assert.equal(await burning, { result: 1_000 });
});

test("worker.state: counts, memory and state of this worker and of the others", async (t) => {
  const { jobs, connection } = await running(t, { w: work(), other: work() });
  await jobs.map(
    "add",
    Array.from({ length: 20 }, () => 1),
  );
  await jobs.run("fail", 1).catch(() => {});
  const own = (await jobs.run("state", undefined)) as Record<string, number>;
  assert.is(own.jobsAccepted, 22);
  assert.is(own.jobsProcessed, 20);
  assert.is(own.jobsFailed, 1);
  assert.is(own.jobsRunning, 1);
  assert.is(own.state as unknown, "ready");
  assert.ok(own.rss! > 2 ** 20 && own.updatedAt! >= own.startedAt!);
  await sleep(50);
  const seen = (await connection.jobs("other").run("state", "w#0")) as Record<string, number>;
  assert.is(seen.pid, own.pid);
  assert.is(seen.jobsProcessed, 21);
  assert.is(await connection.jobs("other").run("state", "nobody#0"), undefined);
  assert.ok(process.pid !== seen.pid);
});

test.run();
