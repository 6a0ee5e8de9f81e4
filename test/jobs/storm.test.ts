// timeout: 300
// only: matrix
/** Two thousand jobs over four workers, while something goes on: kills, a reload, a scale-down, a stop. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import * as assert from "uvu/assert";
import type { JobError, Pool, RunOptions } from "../../index.ts";
import { definePlugin } from "../../index.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";
import { Random } from "../simulator/random.ts";
import { connected, notes, running, work } from "./_pool.ts";
import type { Running } from "./_pool.ts";

const JOBS = 2_000;
const WORKERS = 4;
/** Jobs that one worker runs at the same time. */
const AT_ONCE = 8;
const KILL_EVERY_MS = 100;

const test = suite("job storm");

/** What kills takes nothing from a budget: this pool shall never give up. */
const forgiving = definePlugin(() => ({
  name: "forgiving",
  setup(pool) {
    pool.decisions.classifyExit.tap("forgiving", ({ signal }) =>
      signal === "SIGKILL" ? { class: "killed", reason: "a storm", counts: 0 } : undefined,
    );
  },
}));

interface Storm extends Running {
  readonly file: string;
  /** Submits all jobs; each is noted when it begins and ends. */
  load(options?: RunOptions): Promise<PromiseSettledResult<unknown>[]>;
  /** Resolves when so many jobs have begun. */
  begun(count: number): Promise<void>;
}

async function storm(t: TestContext): Promise<Storm> {
  const group = work({ workers: { min: 1, max: WORKERS }, jobs: { maxConcurrent: AT_ONCE }, drain: "20s" });
  const pool = await running(t, { w: group }, { plugins: [forgiving()] });
  await pool.pool.scale("w", WORKERS);
  await connected(pool.jobs, WORKERS);
  const file = join(mkdtempSync(join(tmpdir(), "n-")), "notes");
  writeFileSync(file, "");
  return {
    ...pool,
    file,
    load: (options = {}) =>
      Promise.allSettled(
        Array.from({ length: JOBS }, (_, id) =>
          pool.jobs.run("note", { file, id: String(id), ms: 10 }, { queueTimeout: "4m", ...options }),
        ),
      ),
    async begun(count) {
      while (notes(file).begun.size < count) await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}

/**
 * Kills a random ready worker again and again, until what it returns is called; that says how many. One is left, so that
 * the jobs get on where starts are slow.
 */
function killing(pool: Pool, random: Random): () => number {
  let kills = 0;
  const timer = setInterval(() => {
    const ready = pool.status().groups[0]!.slots.filter(({ state }) => state === "ready");
    if (ready.length < 2) return;
    try {
      process.kill(random.pick(ready).pid!, "SIGKILL");
      kills++;
    } catch {
      // It has just ended, and the pool does not know it yet.
    }
  }, KILL_EVERY_MS);
  return () => {
    clearInterval(timer);
    return kills;
  };
}

const seedOf = (): number => Number(process.env.SEED ?? Date.now() % 1e6);

test(
  "kills, with retries: every job ends well; twice only what was in flight",
  { timeout: 120_000 },
  async (t) => {
    const { pool, load, file } = await storm(t);
    const seed = seedOf();
    const stop = killing(pool, new Random(seed));
    t.defer(stop);
    const ends = await load({ retries: 1_000 });
    const kills = stop();
    const what = `seed ${seed}, ${kills} kills`;
    assert.ok(kills >= 10, what);
    for (const [id, end] of ends.entries()) {
      const value = end.status === "fulfilled" ? end.value : `${end.reason}`;
      assert.is(value, String(id), what);
    }
    const { begun, ended } = notes(file);
    assert.is(ended.size, JOBS, what);
    const again = [...begun.values()].reduce((sum, count) => sum + count - 1, 0);
    assert.ok(again <= kills * AT_ONCE, `${what}: ${again} were begun again`);
    assert.ok(again > 0, what);
  },
);

test(
  "kills, without retries: every job ends once, as done or as lost; nothing runs twice",
  { timeout: 120_000 },
  async (t) => {
    const { pool, load, file } = await storm(t);
    const seed = seedOf();
    const stop = killing(pool, new Random(seed));
    t.defer(stop);
    const ends = await load();
    const what = `seed ${seed}, ${stop()} kills`;
    const { begun, ended } = notes(file);
    let lost = 0;
    for (const [id, end] of ends.entries()) {
      if (end.status === "fulfilled") {
        assert.is(end.value, String(id), what);
        assert.is(ended.get(String(id)), 1, what);
      } else {
        assert.is((end.reason as JobError).code, "WORKER_LOST", what);
        lost++;
      }
    }
    for (const [id, count] of begun) assert.is(count, 1, `${what}: job ${id}`);
    assert.ok(lost > 0 && lost < JOBS, `${what}: ${lost} lost`);
  },
);

test(
  "a soft reload, and fewer workers, and more: nothing lost, nothing twice",
  { timeout: 120_000 },
  async (t) => {
    const { pool, load, begun, file } = await storm(t);
    const ends = load();
    await begun(100);
    const { rolledBack, replaced } = await pool.reload();
    assert.equal([rolledBack, replaced], [false, WORKERS]);
    await pool.scale("w", 1);
    await pool.scale("w", 3);
    const values = (await ends).map((end) => (end.status === "fulfilled" ? end.value : String(end.reason)));
    assert.equal(
      values,
      values.map((_, id) => String(id)),
    );
    const counts = notes(file);
    for (const [id, count] of counts.begun) assert.is(count, 1, `job ${id}`);
    assert.is(counts.ended.size, JOBS);
  },
);

test(
  "a stop: what has begun ends well and is told, the rest hears POOL_STOPPING",
  { timeout: 120_000 },
  async (t) => {
    const { pool, load, begun, file } = await storm(t);
    const ends = load();
    await begun(100);
    const end = await pool.stop();
    assert.is(end.exitCode, 0);
    const counts = notes(file);
    let done = 0;
    for (const [id, each] of (await ends).entries()) {
      const times = counts.begun.get(String(id)) ?? 0;
      if (each.status === "fulfilled") {
        assert.equal([each.value, times, counts.ended.get(String(id))], [String(id), 1, 1]);
        done++;
      } else assert.equal([(each.reason as JobError).code, times], ["POOL_STOPPING", 0]);
    }
    assert.ok(done >= 100 && done < JOBS, `${done} done`);
  },
);

test.run();
