// supervisors: node, bun, deno (inside)
import { execFileSync } from "node:child_process";
import * as assert from "uvu/assert";
import type { Runtime, SpawnRequest, WorkerSink } from "../../core/contract/runtime.ts";
import { openChannel } from "../../runtimes/channel/channel.ts";
import { node } from "../../runtimes/node.ts";
import { spawnWorker } from "../../runtimes/spawn/processes.ts";
import { suite, type TestContext } from "../_suite.ts";
import { node as nodeHere } from "../harness/supervisor.ts";
import { alive, fixture, folder, gone, observe, runtime, type Observed } from "./_spawn.ts";

const test = suite("runtimes/processes");

/** A runtime that runs `raw.mjs` without the worker's main file. */
async function raw(
  t: TestContext,
  act: string,
  changes: Partial<SpawnRequest> = {},
  file?: string,
): Promise<Observed> {
  const channel = await openChannel(folder(t));
  t.defer(() => channel.close());
  const bare: Runtime = {
    ...node(),
    spawn: (request: SpawnRequest, sink: WorkerSink) =>
      spawnWorker(channel, { file: file ?? process.execPath, args: [request.entry, act] }, request, sink),
  };
  return observe(t, bare, fixture("raw.mjs"), changes);
}

test("tells the code or the signal of the end, once", { brief: true }, async (t) => {
  const exit = await raw(t, "exit");
  const end = await exit.end();
  assert.equal([end.code, end.signal, end.spawnError], [7, null, undefined]);
  assert.type(exit.pid(), "number");
  const killed = await raw(t, "kill");
  assert.equal([(await killed.end()).code, (await killed.end()).signal], [null, "SIGKILL"]);
  assert.is(killed.ends.length, 1);
  assert.equal([killed.signal("SIGKILL", "group"), killed.send({ type: "stop" })], [false, false]);
});

test("a process that cannot begin ends without a pid, later", { brief: true }, async (t) => {
  const cases: [Partial<SpawnRequest>, string | undefined][] = [
    [{}, "/nowhere/node"],
    [{}, fixture("raw.mjs")],
    [{ cwd: "/nowhere" }, undefined],
    [{ env: { BAD: "a\0b" } }, undefined],
    [{ listeners: [{ name: "default", fd: 999_999 }] }, undefined],
  ];
  for (const [changes, file] of cases) {
    const worker = await raw(t, "exit", changes, file);
    assert.is(worker.ends.length, 0);
    const end = await worker.end();
    assert.type(end.spawnError, "string");
    assert.equal([end.code, end.signal, worker.pid()], [null, null, undefined]);
    assert.equal([worker.signal("SIGTERM", "process"), worker.send({ type: "stop" })], [false, false]);
    worker.disconnect();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.is(worker.ends.length, 1);
  }
  const closed = observe(t, node(), fixture("raw.mjs"));
  assert.match((await closed.end()).spawnError!, /not open/);
});

test(
  "output comes by the line, in pieces of 16 KiB, with its last partial line",
  { brief: true },
  async (t) => {
    const long = await raw(t, "long");
    await long.end();
    assert.is(long.lines.stdout.slice(0, -1).join(""), "x".repeat(100_000));
    assert.ok(long.lines.stdout.every((line) => line.length <= 16_384));
    assert.is(long.lines.stdout.at(-1), "after");
    const partial = await raw(t, "partial");
    await partial.end();
    assert.equal(partial.lines.stdout, ["no newline"]);
    const flood = await raw(t, "flood");
    await flood.end();
    assert.is(flood.lines.stdout.length, 2000);
  },
);

test("the tail of stderr is kept", async (t) => {
  const worker = await raw(t, "stderr");
  const { stderrTail } = await worker.end();
  assert.is(stderrTail.length, 8192);
  assert.match(stderrTail, /e\nlast words$/);
});

test("a grandchild of the group ends with the worker", { brief: true }, async (t) => {
  const worker = await raw(t, "grandchild");
  await worker.end();
  await gone(t, Number(worker.lines.stdout[0]!.split(" ")[1]));
});

test("a grandchild that left the group and holds the pipes delays the end by 500 ms", async (t) => {
  const worker = await raw(t, "escaped");
  const line = await worker.until("its pid", () => worker.lines.stdout[0]);
  const grandchild = Number(line.split(" ")[1]);
  t.defer(() => process.kill(grandchild, "SIGKILL"));
  const started = performance.now();
  assert.is((await worker.end()).code, 0);
  const delay = performance.now() - started;
  // The worker itself ends within the first of them; what is over 500 ms is left to a slow machine.
  assert.ok(delay >= 400 && delay < 1500, `${delay} ms`);
  assert.ok(alive(grandchild), "it still holds the pipes");
  assert.is(worker.ends.length, 1);
});

test("signals reach the process, and SIGKILL the group", { brief: true }, async (t) => {
  const worker = await raw(t, "stubborn");
  await worker.until("up", () => worker.lines.stdout.includes("up"));
  assert.is(worker.signal("SIGTERM", "process"), true);
  await worker.until("no", () => worker.lines.stdout.includes("no"));
  assert.is(worker.signal("SIGKILL", "group"), true);
  assert.is((await worker.end()).signal, "SIGKILL");
});

test("a worker that says its last word and dies at once is heard", async (t) => {
  const made = await runtime(t);
  for (let n = 0; n < 5; n++) {
    const worker = observe(t, made, fixture("parts.worker.ts"), { args: ["throw"] });
    await worker.end();
    assert.ok(worker.frames.some(({ type }) => type === "error"));
  }
});

test("what a worker cannot run is refused", async () => {
  const made = node({ executable: nodeHere });
  await made.prepare!();
  const typescript = execFileSync(nodeHere, ["-p", "Boolean(process.features.typescript)"], {
    encoding: "utf8",
  });
  const refusal = (entry: string, execArgv: string[] = []): string =>
    made.refuse!({ entry, execArgv, permissions: "all" })?.reason ?? "";
  assert.match(refusal("/nowhere.mjs"), /does not exist/);
  assert.is(refusal(fixture("raw.mjs")), "");
  if (typescript.trim() === "true") assert.is(refusal(fixture("parts.worker.ts")), "");
  else assert.match(refusal(fixture("parts.worker.ts")), /22\.18/);
  assert.is(refusal(fixture("parts.worker.ts"), ["--import", "a-loader"]), "");
});

test.run();
