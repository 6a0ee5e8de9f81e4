/** How findings are put into words, and what may stand in the file of a stack. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as assert from "uvu/assert";
import type { ProcessFigures } from "../../core/contract/runtime.ts";
import { describe } from "../../plugins/health/supervisor/describe.ts";
import type { Findings } from "../../plugins/health/supervisor/describe.ts";
import { openStacks, ownCall } from "../../plugins/health/supervisor/stacks.ts";
import { health } from "../../plugins/index.ts";
import { emptyState } from "../../plugins/scoreboard/wire/record.ts";
import { processFigures } from "../../runtimes/figures/process-figures.ts";
import { suite } from "../_suite.ts";

const test = suite("health: words");

const still: ProcessFigures = {
  state: "sleeping",
  cpuMs: 1_000,
  queuedMs: 50,
  waitsIn: "futex_do_wait",
  rss: 2 ** 26,
  swapped: 0,
};
const nothing: Findings = {
  before: undefined,
  after: undefined,
  betweenMs: 1_000,
  said: undefined,
  wallNow: 100_000,
  stack: undefined,
};
const seen = (after: Partial<ProcessFigures>): Findings => ({
  ...nothing,
  before: still,
  after: { ...still, ...after },
});
const stack = "at get performance (node:internal/util:639:7)\nat spin (file:///srv/a.mjs:9:28)";

const WORDS: readonly [findings: Findings, said: string][] = [
  [nothing, "nothing could be found out"],
  [seen({}), "asleep in futex_do_wait, 0 % of a CPU"],
  [seen({ waitsIn: undefined, cpuMs: 1_200 }), "asleep, 20 % of a CPU"],
  [seen({ state: "running", cpuMs: 1_990 }), "busy, 99 % of a CPU"],
  [seen({ state: "sleeping", cpuMs: 1_800 }), "busy, 80 % of a CPU"],
  [seen({ state: "running", cpuMs: 5_000 }), "busy, 100 % of a CPU"],
  [
    seen({ state: "running", cpuMs: 1_030, queuedMs: 970 }),
    "never asleep: it had a CPU 3 % of the time and waited for one 92 %; it computes without a pause, or the machine is overloaded",
  ],
  [seen({ state: "running", cpuMs: 1_990, queuedMs: undefined }), "busy, 99 % of a CPU"],
  [seen({ state: "stopped" }), "stopped by a signal (SIGSTOP)"],
  [seen({ state: "traced" }), "held by a debugger"],
  [seen({ state: "ended" }), "has ended"],
  [seen({ state: "waiting", waitsIn: "io_schedule" }), "waits in io_schedule for a device or a file"],
  [seen({ swapped: 2 ** 29 }), "asleep in futex_do_wait, 0 % of a CPU, 512 MiB of it swapped out"],
  [{ ...nothing, after: still }, "asleep in futex_do_wait"],
  [{ ...nothing, stack: { stack } }, "in spin (file:///srv/a.mjs:9:28)"],
  [{ ...nothing, stack: { stack: null } }, "in a synchronous call outside of JavaScript"],
  [{ ...nothing, stack: { stack: "" } }, "in a synchronous call outside of JavaScript"],
  [
    { ...nothing, said: { ...emptyState(), hoggingSince: 76_000, jobsRunning: 3, delayMs: 1_200 } },
    "in one job for 24 s, 3 jobs in hand, its event loop was 1.2 s late at its last word",
  ],
  [{ ...nothing, said: { ...emptyState(), delayMs: 20 } }, "nothing could be found out"],
];
for (const [findings, said] of WORDS) test(said, () => assert.is(describe(findings), said));

test("the call that matters is the innermost of the program", () => {
  assert.is(ownCall(stack), "spin (file:///srv/a.mjs:9:28)");
  assert.is(ownCall("at a (node:fs:1:1)\nat b (:2:2)"), "a (node:fs:1:1)");
  assert.is(ownCall(""), undefined);
});

test("a file of a stack may hold anything", async () => {
  const stacks = await openStacks();
  const path = stacks.pathOf("w#0", 3);
  assert.is(stacks.read("w#0", 3), undefined);
  for (const junk of ["", "{", "null", "[]", '{"stack":7}', `{"stack":"${"x".repeat(70_000)}"}`]) {
    writeFileSync(path, junk);
    assert.is(stacks.read("w#0", 3), undefined, junk.slice(0, 20));
  }
  writeFileSync(path, '{"stack":"at a (b:1:1)"}');
  assert.equal(stacks.read("w#0", 3), { stack: "at a (b:1:1)" });
  writeFileSync(path, '{"stack":null}');
  assert.equal(stacks.read("w#0", 3), { stack: null });
  stacks.forget("w#0", 3);
  assert.is(stacks.read("w#0", 3), undefined);
  await stacks.close();
  assert.not(existsSync(dirname(path)));
});

test("options are refused by key", () => {
  for (const [options, said] of [
    [{ stack: "yes" }, 'health.stack: "yes" is not accepted; expected true or false'],
    [{ stacks: true }, "health.stacks: unknown key; did you mean stack?"],
    [true, "health: true is not accepted; expected an object"],
  ] as const)
    assert.throws(
      () => health(options as never),
      (error: Error) => error.message === said,
    );
});

test("the figures of a process", { skip: process.platform !== "linux" && "needs /proc" }, async (t) => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); console.log()"], {
    stdio: "pipe",
  });
  t.defer(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  const figures = processFigures(child.pid!)!;
  assert.ok(figures.rss > 2 ** 20 && figures.cpuMs > 0 && figures.swapped >= 0);
  child.kill("SIGSTOP");
  while (processFigures(child.pid!)!.state !== "stopped") await new Promise(setImmediate);
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.is(processFigures(child.pid!), undefined);
});

test.run();
