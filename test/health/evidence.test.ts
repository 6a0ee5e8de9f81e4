// timeout: 120
// brief: node (marked)
/** What is found out about a worker that is stuck, with real workers that are stuck in different ways. */
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { GroupConfig, HookPayload, Pool, SlotStatus } from "../../index.ts";
import { health } from "../../plugins/index.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";
import { nextFact, startPool, type StartedPool } from "../harness/pool.ts";

const test = suite("health: evidence");

const isLinux = process.platform === "linux";
const entry = fileURLToPath(new URL("../fixtures/health/worker.mjs", import.meta.url));

function running(
  t: TestContext,
  names: string[],
  stack: boolean,
  group: Partial<GroupConfig>,
): Promise<StartedPool> {
  const groups = Object.fromEntries(names.map((name) => [name, { entry, listen: 0, stop: "1s", ...group }]));
  return startPool(t, { name: "evidence", groups, plugins: stack ? [health({ stack })] : [] });
}

const slotOf = (pool: Pool, group: string): SlotStatus =>
  pool.status().groups.find(({ name }) => name === group)!.slots[0]!;

/** What was decided about the first worker of a group that ended. */
const endOf = (pool: Pool, group: string): Promise<HookPayload<"restart:decided">> =>
  nextFact(pool, "restart:decided", (fact) => fact.group === group);

test(
  "busy, asleep, in another program, stopped: each is said, with its stack",
  { timeout: 60_000 },
  async (t) => {
    const names = ["spin", "wait", "exec", "stopped"];
    const { pool, at } = await running(t, names, true, { heartbeat: "8s" });
    const ends = Promise.all(names.map((name) => endOf(pool, name)));
    for (const way of ["spin", "wait", "exec"]) await fetch(`${at[way]}/${way}`);
    process.kill(slotOf(pool, "stopped").pid!, "SIGSTOP");
    const [spin, wait, exec, stopped] = await ends;
    for (const { verdict, report, group } of [spin!, wait!, exec!, stopped!]) {
      assert.equal([verdict.class, verdict.counts, report.cause], ["stall", 1, "heartbeatLost"], group);
      const { summary } = report.evidence!;
      assert.is(verdict.reason, `no heartbeat in time: ${summary}`.slice(0, verdict.reason.length));
    }
    assert.match(spin!.report.evidence!.summary, /in spin \(file:.+worker\.mjs:\d+:\d+\)/);
    const lines = spin!.report.evidence!.stack!.split("\n");
    assert.ok(
      lines.length > 1 && lines.every((line) => /^at .+ \(.+:\d+:\d+\)$/.test(line)),
      lines.join("\n"),
    );
    assert.match(wait!.report.evidence!.summary, /in wait \(file:.+worker\.mjs:\d+:\d+\)/);
    assert.match(exec!.report.evidence!.summary, "in a synchronous call outside of JavaScript");
    assert.is(exec!.report.evidence!.stack, undefined);
    assert.is(stopped!.report.evidence!.stack, undefined);
    if (!isLinux) return;
    // Where others want the CPUs as well, it may have stood in line.
    assert.match(spin!.report.evidence!.summary, /^(busy|starved|never asleep)/);
    assert.match(exec!.report.evidence!.summary, /^asleep/);
    // On a machine that has much to do, more is said.
    assert.match(stopped!.report.evidence!.summary, /^stopped by a signal \(SIGSTOP\)/);
  },
);

test(
  "without a stack: built in, and it costs a worker nothing",
  { brief: true, skip: !isLinux && "needs /proc", timeout: 60_000 },
  async (t) => {
    const { pool, at } = await running(t, ["spin"], false, { heartbeat: "3s" });
    const end = endOf(pool, "spin");
    await fetch(`${at["spin"]}/spin`);
    const { evidence } = (await end).report;
    assert.match(evidence!.summary, /^(busy|starved|never asleep)/);
    assert.is(evidence!.stack, undefined);
  },
);

for (const runtime of ["bun", "deno"]) {
  test(
    `${runtime}: what the system says, and no stack`,
    { skip: !isLinux && "needs /proc", timeout: 60_000 },
    async (t) => {
      const { pool, at } = await running(t, ["spin", "stopped"], true, { runtime, heartbeat: "6s" });
      const ends = Promise.all(["spin", "stopped"].map((name) => endOf(pool, name)));
      // Under Bun the answer leaves with a turn of the loop that does not come.
      const asked = fetch(`${at["spin"]}/spin`).catch(() => {});
      process.kill(slotOf(pool, "stopped").pid!, "SIGSTOP");
      const [spin, stopped] = (await ends).map(({ report }) => report.evidence!);
      assert.match(spin!.summary, /^(busy|starved|never asleep)/);
      assert.is(spin!.stack, undefined);
      assert.match(stopped!.summary, /^stopped by a signal \(SIGSTOP\)/);
      assert.is(stopped!.stack, undefined);
      await asked;
    },
  );
}

test("one that goes on in time lives, and what was found out is told", { timeout: 60_000 }, async (t) => {
  const { pool } = await running(t, ["stopped"], false, { heartbeat: "12s" });
  const { pid } = slotOf(pool, "stopped");
  const found = new Promise<HookPayload<"worker:evidence">>((resolve) => {
    pool.hooks.hookOnce("worker:evidence", resolve);
  });
  const recovered = new Promise<void>((resolve) => pool.hooks.hookOnce("worker:recovered", () => resolve()));
  process.kill(pid!, "SIGSTOP");
  const { evidence } = await found;
  process.kill(pid!, "SIGCONT");
  await recovered;
  if (isLinux) assert.match(evidence.summary, /^stopped by a signal \(SIGSTOP\)/);
  assert.equal([slotOf(pool, "stopped").pid, slotOf(pool, "stopped").state], [pid, "ready"]);
});

test.run();
