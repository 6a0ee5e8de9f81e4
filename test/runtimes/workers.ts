import { stripVTControlCharacters } from "node:util";
import * as assert from "uvu/assert";
import type { SpawnRequest } from "../../core/contract/runtime.ts";
import type { Suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";
import { testsIn } from "../behaviour/_pool.ts";
import type { World } from "../behaviour/_worlds.ts";
import { fixture, observe, runtime, type Observed } from "./_spawn.ts";

/** The time that each handler was told, by event. */
function deadlines({ lines }: Observed): Record<string, number> {
  return Object.fromEntries(lines.stdout.map((line) => [line.split(" ")[0]!, Number(line.split(" ")[1])]));
}

/** How one worker behaves towards a supervisor that does as it is told. */
export function workerBehaviours(suite: Suite, world: World): void {
  const test = testsIn(suite, world);
  const part = async (t: TestContext, what: string, changes: Partial<SpawnRequest> = {}): Promise<Observed> =>
    observe(t, await runtime(t, world.runtime), fixture("parts.worker.ts"), {
      args: what.split(" "),
      ...changes,
    });

  const goodbye = (worker: Observed): unknown => {
    const frame = worker.frames.find(({ type }) => type === "goodbye");
    return frame && { kind: frame.kind, reason: frame.reason };
  };

  test("says hello, ready, goodbye, and exits with the code it promised", { brief: true }, async (t) => {
    const worker = await part(t, "wait", { epoch: 7 });
    const hello = await worker.frame("hello");
    assert.is(hello.protocol, 1);
    assert.is(hello.epoch, 7);
    assert.match(String(hello.runtime), new RegExp(`^${world.runtime} \\d+\\.`));
    await worker.frame("ready");
    worker.send({ type: "stop" });
    const end = await worker.end();
    assert.equal([end.code, end.signal], [0, null]);
    assert.equal(goodbye(worker), { kind: "done", reason: "stopped" });
    assert.is(worker.frames.at(-1)!.type, "goodbye");
    assert.is(worker.disconnects(), 1);
  });

  test("run that returns is done; process.exit is no goodbye", { brief: true }, async (t) => {
    const done = await part(t, "return");
    assert.is((await done.end()).code, 0);
    assert.equal(goodbye(done), { kind: "done", reason: undefined });
    const exit = await part(t, "exit");
    assert.is((await exit.end()).code, 0);
    assert.is(goodbye(exit), undefined);
  });

  for (const [what, kind, reason, code] of [
    ["restart", "restart", "quota spent", 0],
    ["permanent", "permanent", undefined, 0],
    ["fatal", "fatal", "bad disk", 1],
  ] as const) {
    test(`worker.end ${what}`, async (t) => {
      const worker = await part(t, what);
      assert.is((await worker.end()).code, code);
      assert.equal(goodbye(worker), { kind, reason });
    });
  }

  test(
    "SIGINT and SIGHUP are nothing; an AbortError of the own signal is a return",
    { brief: true },
    async (t) => {
      const worker = await part(t, "abort");
      await worker.frame("ready");
      process.kill(worker.pid()!, "SIGINT");
      process.kill(worker.pid()!, "SIGHUP");
      worker.send({ type: "stop" });
      assert.is((await worker.end()).code, 0);
      assert.equal(goodbye(worker), { kind: "done", reason: "stopped" });
    },
  );

  const asksToDrain = (worker: Observed): Promise<unknown> =>
    worker.until("its question", () => worker.frames.find(({ type }) => type === "drainRequest"));

  test("SIGTERM is a drain: the supervisor is asked for it, and the entry's own handler comes last", async (t) => {
    const worker = await part(t, "term 0");
    await worker.frame("ready");
    process.kill(worker.pid()!, "SIGTERM");
    process.kill(worker.pid()!, "SIGTERM");
    await asksToDrain(worker);
    assert.equal(worker.lines.stdout, []);
    worker.send({ type: "drain", deadlineMs: 10_000 });
    assert.is((await worker.end()).code, 0);
    assert.equal(goodbye(worker), { kind: "drained", reason: undefined });
    assert.equal(worker.lines.stdout, ["draining", "drained", "last words", "own handler"]);
    assert.is(worker.frames.filter(({ type }) => type === "drainRequest").length, 1);
    assert.is(worker.frames.at(-1)!.type, "goodbye");
  });

  // The fixture has a handler that never exits, which has 10 s; in the first part too, where the signal comes first.
  const slow = { timeout: 40_000 };
  test(
    "SIGTERM at the same time as the supervisor's own drain asks for nothing; unanswered it drains all the same",
    slow,
    async (t) => {
      const told = await part(t, "term 0");
      await told.frame("ready");
      process.kill(told.pid()!, "SIGTERM");
      told.send({ type: "drain", deadlineMs: 10_000 });
      assert.is((await told.end()).code, 0);
      assert.not.ok(told.frames.some(({ type }) => type === "drainRequest"));
      const alone = await part(t, "term 0");
      await alone.frame("ready");
      process.kill(alone.pid()!, "SIGTERM");
      assert.is((await alone.end()).code, 0);
      assert.equal(goodbye(alone), { kind: "drained", reason: undefined });
    },
  );

  test("after a drain, run has the rest of the group's time, and after a stop 5 s", async (t) => {
    const worker = await part(t, "term 5600");
    await worker.frame("ready");
    worker.send({ type: "drain", deadlineMs: 15_000 });
    await worker.end();
    assert.equal(worker.lines.stdout, ["draining", "drained", "last words"]);
  });

  test("a drain waits for its handlers, and the last lines are not lost", { brief: true }, async (t) => {
    const worker = await part(t, "drain");
    await worker.frame("ready");
    worker.send({ type: "drain" });
    assert.is((await worker.end()).code, 0);
    assert.equal(goodbye(worker), { kind: "drained", reason: undefined });
    assert.equal(worker.lines.stdout, ["draining", "last words"]);
  });

  test("a stop cuts a drain short", async (t) => {
    const worker = await part(t, "drain");
    await worker.frame("ready");
    worker.send({ type: "drain" });
    worker.send({ type: "stop" });
    await worker.end();
    assert.equal(goodbye(worker), { kind: "done", reason: "stopped" });
    assert.ok(worker.lines.stdout.includes("stop handler"));
  });

  test("handlers are called, removed, and fenced", { brief: true }, async (t) => {
    const worker = await part(t, "handlers");
    await worker.frame("ready");
    worker.send({ type: "reload" });
    const log = await worker.frame("log");
    assert.is(log.message, "the reload handler failed: handler trouble");
    // The output travels on its own: it may come after the frame.
    await worker.until("its line", () => worker.lines.stdout.length > 0);
    assert.equal(worker.lines.stdout, ["reload handler"]);
  });

  test("handlers are told how long the worker has", async (t) => {
    const worker = await part(t, "deadlines");
    await worker.frame("ready");
    worker.send({ type: "reload", deadlineMs: 20_000 });
    worker.send({ type: "drain", deadlineMs: 7000 });
    worker.send({ type: "stop", deadlineMs: 3000 });
    await worker.end();
    const { reload, drain, stop } = deadlines(worker);
    for (const [told, asked] of [
      [reload, 20_000],
      [drain, 7000],
      [stop, 3000],
    ] as const) {
      assert.ok(told! > asked - 1000 && told! <= asked, `${told} of ${asked}`);
    }
  });

  test("the time to stop is never longer than the worker itself waits, and Infinity is no word of the supervisor", async (t) => {
    const worker = await part(t, "deadlines");
    await worker.frame("ready");
    worker.send({ type: "drain" });
    worker.send({ type: "stop", deadlineMs: 60_000 });
    await worker.end();
    assert.equal(deadlines(worker), { drain: Infinity, stop: 5000 });

    const byItself = await part(t, "deadlines enough");
    await byItself.end();
    assert.equal(deadlines(byItself), { stop: 5000 });
  });

  test("log carries data, survives what is not JSON, and is cut", async (t) => {
    const worker = await part(t, "log");
    await worker.until("three logs", () => worker.frames.filter(({ type }) => type === "log").length === 3);
    const [first, second, third] = worker.frames.filter(({ type }) => type === "log");
    assert.equal([first!.level, first!.message, first!.data], ["info", "hello", { a: 1 }]);
    assert.match(String(second!.data), /^not JSON/);
    assert.is(String(third!.message).length, 16 * 1024);
  });

  test("a flood of logs keeps within its credit, and what is dropped is counted", async (t) => {
    const worker = await part(t, "flood 40000");
    assert.is((await worker.end()).code, 0);
    assert.equal(worker.violations, []);
    const logs = worker.frames.filter(({ type }) => type === "log");
    const dropped = logs
      .map((log) => /^(\d+) log lines dropped$/.exec(String(log.message))?.[1])
      .filter(Boolean);
    const lost = dropped.reduce((sum, count) => sum + Number(count), 0);
    assert.ok(lost > 0);
    assert.is(logs.length - dropped.length + lost, 40_000);
  });

  test(
    "an error in setup is a failed start with its cause, and printed with its place",
    { brief: true },
    async (t) => {
      const worker = await part(t, "setup");
      const end = await worker.end();
      assert.is(end.code, 1);
      assert.match(end.stderrTail, /error: no setup\n +at .*parts\.worker\.ts.*:.*\d+/i);
      assert.not.match(end.stderrTail, /worker-main|node:internal/, "frames of the user's code alone");
      const { stage, error } = await worker.frame("error");
      assert.is(stage, "setup");
      assert.is((error as Error).message, "no setup");
      assert.equal(goodbye(worker), { kind: "startFailed", reason: "no setup" });
      assert.not.ok(worker.frames.some(({ type }) => type === "ready"));
    },
  );

  test("an error in run is told with its causes, printed, and no goodbye", { brief: true }, async (t) => {
    const worker = await part(t, "throw");
    const end = await worker.end();
    assert.is(end.code, 1);
    assert.is(goodbye(worker), undefined);
    const error = (await worker.frame("error")).error as Error & { cause: Error };
    assert.is(error.message, "outer");
    assert.is(error.cause.name, "TypeError");
    assert.equal(error.cause.cause, { name: "Thrown", message: "root" });
    assert.match(end.stderrTail, /error: outer/i);
    // It failed at once, so it was never ready.
    assert.not.ok(worker.frames.some(({ type }) => type === "ready"));
    const later = await part(t, "throwLater");
    assert.is((await later.end()).code, 1);
    assert.ok(later.frames.some(({ type }) => type === "ready"));
  });

  test("an entry that is no worker, does not exist, or does not parse", async (t) => {
    const node = await runtime(t, world.runtime);
    const none = observe(t, node, fixture("none.worker.mjs"));
    assert.is((await none.end()).code, 1);
    assert.match(
      String((await none.frame("goodbye")).reason),
      /exports no worker: export default defineWorker\(/,
    );
    const missing = observe(t, node, fixture("missing.mjs"));
    assert.is((await missing.end()).code, 1);
    if (world.saysWhatItCannotLoad) assert.is((await missing.frame("goodbye")).stage, "import");
    const broken = observe(t, node, fixture("broken.worker.mjs"));
    const end = await broken.end();
    assert.is(end.code, 1);
    assert.match(stripVTControlCharacters(end.stderrTail), /broken\.worker\.mjs:2/);
  });

  test("a top-level await that never settles ends", async (t) => {
    const worker = observe(t, await runtime(t, world.runtime), fixture("unsettled.worker.mjs"));
    assert.is((await worker.end()).code, world.unsettled);
  });

  test(
    "knows itself; its environment and arguments hold nothing of the channel",
    { brief: true },
    async (t) => {
      const worker = await part(t, "facts x", { pool: "shop", type: "job", generation: 3, epoch: 2 });
      await worker.end();
      const facts = JSON.parse(worker.lines.stdout[0]!);
      assert.equal(facts, {
        id: "group#0",
        pool: "shop",
        group: "group",
        type: "job",
        epoch: 2,
        generation: 3,
        argv: [fixture("parts.worker.ts"), "facts", "x"],
        names: [],
      });
    },
  );

  test("heartbeats come at the pace that was asked for", async (t) => {
    const worker = await part(t, "wait", { heartbeatMs: 20 });
    await worker.until(
      "heartbeats",
      () => worker.frames.filter(({ type }) => type === "heartbeat").length > 3,
    );
  });

  test("an ack that never comes is not waited for longer than 2 s", async (t) => {
    const worker = observe(t, await runtime(t, world.runtime), fixture("parts.worker.ts"), {
      args: ["return"],
      ack: false,
    });
    await worker.frame("goodbye");
    const started = performance.now();
    assert.is((await worker.end()).code, 0);
    assert.ok(performance.now() - started > 1500);
  });
}
