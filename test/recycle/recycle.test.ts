// timeout: 240
// supervisors: node, bun, deno (inside)
// brief: node (marked)
/** Workers that have reached a limit are replaced by others, while the work goes on. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { GroupConfig, HookName, HookPayload, Pool } from "../../index.ts";
import { connectPool, definePlugin } from "../../index.ts";
import { recycle, reload } from "../../plugins/index.ts";
import type { RecycleOptions } from "../../plugins/index.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";
import { startPool } from "../harness/pool.ts";

const test = suite("recycle");

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

const web = (changes: Partial<GroupConfig> = {}): GroupConfig => ({
  entry: fixture("recycle/worker.mjs"),
  listen: 0,
  workers: 2,
  drain: "5s",
  stop: "2s",
  ...changes,
});

/** Which group is told to listen where. */
interface Running {
  readonly pool: Pool;
  readonly at: Readonly<Record<string, string>>;
  facts<Name extends HookName>(name: Name): HookPayload<Name>[];
  /** Resolves when there are `count` facts of a name. */
  until<Name extends HookName>(name: Name, count: number): Promise<void>;
}

async function running(
  t: TestContext,
  groups: Record<string, GroupConfig>,
  options: RecycleOptions,
): Promise<Running> {
  const told: [name: string, fact: unknown][] = [];
  let wake = (): void => {};
  const listener = definePlugin(() => ({
    name: "listener",
    setup({ hooks }) {
      for (const name of [
        "worker:recycling",
        "reload:done",
        "reload:started",
        "reload:rolledback",
        "restart:decided",
        "plugin:error",
      ] as const)
        hooks.hook(name, (fact: unknown) => {
          told.push([name, fact]);
          wake();
        });
    },
  }));
  const plugins = [reload({ minReady: "50ms" }), recycle({ every: "25ms", ...options }), listener()];
  const { pool, at } = await startPool(t, { name: "recycle", groups, plugins });
  const facts: Running["facts"] = (name) =>
    told.flatMap(([of, fact]) => (of === name ? [fact as never] : []));
  return {
    pool,
    at,
    facts,
    async until(name, count) {
      while (facts(name).length < count) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

/** Asks without a pause until the pool stops or `until` resolves; every answer must come. */
async function ask(url: string, clients: number, until: Promise<unknown>): Promise<number> {
  let isOver = false;
  let answers = 0;
  const client = async (): Promise<void> => {
    while (!isOver) {
      const response = await fetch(url);
      assert.is(response.status, 200);
      await response.json();
      answers++;
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  await Promise.race([until, all]);
  isOver = true;
  await all;
  return answers;
}

/** The pids of the ready workers of a group. */
function ready(pool: Pool, group: string): number[] {
  const found = pool.status().groups.find(({ name }) => name === group)!;
  return found.slots.flatMap((slot) => (slot.state === "ready" ? slot.pid! : []));
}

test(
  "requests: each worker in turn, the next one ready first; none fails, none counts",
  { brief: true, timeout: 60_000 },
  async (t) => {
    const { pool, at, facts, until } = await running(t, { web: web() }, { requests: 40 });
    let least = Infinity;
    let overlaps = 0;
    const look = (): void => {
      const { slots } = pool.status().groups[0]!;
      least = Math.min(least, slots.filter(({ state }) => state === "ready").length);
      overlaps = Math.max(overlaps, slots.filter(({ overlap }) => overlap).length);
    };
    for (const name of ["slot:state", "worker:recycling", "reload:progress"] as const)
      pool.hooks.hook(name, look);
    await ask(at.web!, 4, until("reload:done", 6));
    const told = facts("worker:recycling");
    assert.equal([...new Set(told.map(({ slot }) => slot))].toSorted(), ["web#0", "web#1"]);
    for (const { reason } of told) {
      const [, asked, limit] = /^([\d,]+) requests \(its limit is (\d+)\)$/.exec(reason) ?? [];
      const [value, own] = [Number(asked?.replaceAll(",", "")), Number(limit)];
      assert.ok(own >= 36 && own <= 40 && value >= own, reason);
    }
    assert.is(least, 2, "never fewer are ready than wanted");
    assert.is(overlaps, 1, "one at a time");
    for (const { verdict, report } of facts("restart:decided")) {
      assert.equal([verdict.class, verdict.counts, report.sentSignals], ["requested", 0, []]);
      assert.match(verdict.reason, "clean");
    }
    assert.equal([facts("reload:rolledback"), facts("plugin:error")], [[], []]);
  },
);

test("memory: the one that has too much, and nobody else", { timeout: 60_000 }, async (t) => {
  const { pool, at, facts, until } = await running(t, { web: web() }, { memory: "190MiB", jitter: 0 });
  const before = ready(pool, "web");
  const { pid } = (await (await fetch(`${at.web}?hoard=200`)).json()) as { pid: number };
  assert.ok(before.includes(pid));
  await until("reload:done", 1);
  assert.match(facts("worker:recycling")[0]!.reason, /^\d+ MiB of memory \(its limit is 190 MiB\)$/);
  assert.is(facts("restart:decided")[0]!.report.pid, pid);
  assert.is(facts("reload:done").length, 1);
  assert.not(ready(pool, "web").includes(pid));
});

test("age: by group, and false leaves one alone", { timeout: 60_000 }, async (t) => {
  const groups = { old: web({ workers: 1 }), young: web({ workers: 1 }), spared: web({ workers: 1 }) };
  const options = { age: "1h", groups: { young: { age: 1 }, spared: false } } as const;
  const { pool, facts, until } = await running(t, groups, options);
  const before = ["old", "spared"].flatMap((group) => ready(pool, group));
  await until("reload:done", 2);
  for (const { group, reason } of facts("worker:recycling")) {
    assert.is(group, "young");
    assert.match(reason, /^up for .+ \(its limit is 1 ms\)$/);
  }
  // Sooner it is not replaced, however low its limit is.
  for (const { report } of facts("restart:decided")) assert.ok(report.uptimeMs >= 12 * 25);
  assert.equal(
    ["old", "spared"].flatMap((group) => ready(pool, group)),
    before,
  );
});

for (const runtime of ["bun", "deno"]) {
  test(`${runtime}: requests and memory`, { timeout: 60_000 }, async (t) => {
    const groups = { asked: web({ runtime, workers: 1 }), full: web({ runtime, workers: 1 }) };
    const limits = { asked: { requests: 40 }, full: { memory: "350MiB" } };
    const { at, facts, until } = await running(t, groups, { groups: limits });
    await fetch(`${at["full"]}?hoard=400`);
    await ask(at["asked"]!, 2, until("reload:done", 2));
    const reasons = new Map(facts("worker:recycling").map(({ group, reason }) => [group, reason]));
    assert.match(reasons.get("asked") ?? "not at all", / requests /);
    assert.match(reasons.get("full") ?? "not at all", / of memory /);
    for (const { verdict } of facts("restart:decided")) assert.is(verdict.class, "requested");
  });
}

test("jobs: all that wait and run are answered, once", { timeout: 60_000 }, async (t) => {
  const work = { type: "job", entry: fixture("jobs/work.mjs"), workers: 2, drain: "5s", stop: "2s" } as const;
  const { pool, facts, until } = await running(t, { work }, { jobs: 60 });
  const connection = await connectPool(pool);
  t.defer(() => connection.close());
  const jobs = connection.jobs("work");
  let isOver = false;
  let sent = 0;
  const client = async (): Promise<void> => {
    while (!isOver) {
      const input = sent++;
      assert.is(await jobs.run("add", input), input + 1);
    }
  };
  const clients = Array.from({ length: 8 }, client);
  const done = until("reload:done", 4).then(() => (isOver = true));
  await Promise.all([done, ...clients]);
  for (const { reason } of facts("worker:recycling"))
    assert.match(reason, /^[\d,]+ jobs \(its limit is \d+\)$/);
  for (const { verdict } of facts("restart:decided")) assert.is(verdict.class, "requested");
});

test(
  "a successor that does not come up leaves the old one in its place",
  { brief: true, timeout: 60_000 },
  async (t) => {
    const file = join(mkdtempSync(join(tmpdir(), "recycle-")), "broken");
    t.defer(() => rmSync(file, { force: true }));
    const groups = { web: web({ workers: 1, args: [file] }) };
    const { pool, at, facts, until } = await running(t, groups, { age: 1 });
    const [pid] = ready(pool, "web");
    writeFileSync(file, "");
    await until("reload:rolledback", 1);
    assert.match(facts("reload:rolledback")[0]!.reason, "web#0 did not come up: startFailure");
    assert.equal(ready(pool, "web"), [pid]);
    assert.is((await fetch(at.web!)).status, 200);
    rmSync(file);
    // It is not tried again at once; a restart by hand needs no leave.
    await pool.restart("web#0");
    assert.is(facts("worker:recycling").length, 1);
  },
);

test(
  "a worker that takes its whole drain holds up its group, and no other one",
  { timeout: 60_000 },
  async (t) => {
    const groups = { slow: web({ workers: 1, drain: "10s" }), quick: web({ workers: 1 }) };
    const { pool, at, facts, until } = await running(t, groups, { age: 1 });
    const hanging = new AbortController();
    t.defer(() => hanging.abort());
    const drained = new Set<number>();
    let busy: number | undefined;
    const isHeld = new Promise<void>((resolve) => {
      const check = (): void => void (busy !== undefined && drained.has(busy) && resolve());
      pool.hooks.hook("worker:draining", ({ group, epoch }) => {
        if (group === "slow") drained.add(epoch);
        check();
      });
      pool.hooks.hook("worker:output", ({ line, epoch }) => {
        if (line === "waits") busy = epoch;
        check();
      });
    });
    void fetch(`${at["slow"]}?wait=60000`, { signal: hanging.signal }).catch(() => {});
    await isHeld;
    const before = facts("reload:done").length;
    await until("reload:done", before + 2);
    const slots = new Set(
      facts("reload:done")
        .slice(before)
        .map(({ slot }) => slot),
    );
    assert.equal([...slots], ["quick#0"], "replaced again and again meanwhile");
  },
);

test("not in the middle of a reload, and a reload waits for it", { timeout: 60_000 }, async (t) => {
  const { pool, facts, until } = await running(t, { web: web() }, { age: 1 });
  await until("worker:recycling", 1);
  const report = await pool.reload();
  assert.equal([report.replaced, report.rolledBack], [2, false]);
  // What began while the other went on would be between its begin and its end.
  const order = facts("reload:started").map(({ slot }) => slot);
  const at = order.indexOf(undefined);
  assert.ok(at >= 1, order.join());
  assert.is(facts("reload:done")[at]!.slot, undefined);
  await until("reload:done", at + 2);
});

test.run();
