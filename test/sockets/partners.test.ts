// timeout: 60
// brief: node (marked)
import * as assert from "uvu/assert";
import type { HookPayload, PoolConfig } from "../../index.ts";
import { freePort } from "../_free-port.ts";
import { suite, type TestContext } from "../_suite.ts";
import { askMany, entry, perSlot, supervise, type Supervisor } from "./_sockets.ts";

const test = suite("groups on one address");

const all = ["bun", "deno", "node"];

type Opened = HookPayload<"listener:opened">;

/** A pool with a group of each runtime on one port. */
async function startAll(
  t: TestContext,
  listen: { prefer?: "fast"; strategy?: string },
): Promise<{ supervisor: Supervisor; opened: Opened[]; at: string }> {
  const [supervisor, port] = [supervise(t), await freePort()];
  const groups = Object.fromEntries(
    (["node", "bun", "deno"] as const).map((runtime) => [
      runtime,
      { runtime, entry, workers: { min: 0, max: 2 }, listen: { port, ...listen }, drain: "3s" },
    ]),
  );
  const config: PoolConfig = { name: "partners", groups };
  const opened = await supervisor.call<Opened[]>("start", config, 1_000);
  for (const runtime of all) await supervisor.call("scale", runtime, 1);
  return { supervisor, opened, at: opened[0]!.at };
}

async function groupsSeen(at: string): Promise<string[]> {
  const answers = await askMany(at, 96);
  const failed = answers.filter(({ ok }) => !ok);
  assert.is(failed.length, 0, failed.map(({ text }) => text).join(", "));
  return [...new Set(Object.keys(perSlot(answers)).map((slot) => slot.split("#")[0]!))].toSorted();
}

test(
  "a ring of three runtimes: one without workers has its connections answered by the others",
  { brief: true },
  async (t) => {
    const { supervisor, opened, at } = await startAll(t, {});
    assert.equal([...new Set(opened.map(({ strategy }) => strategy))], ["ring"]);
    assert.match(opened[2]!.reason, /; the socket of group node$/);
    assert.equal(await groupsSeen(at), all);
    // A worker of its own group, and then nobody of it.
    await supervisor.call("scale", "bun", 2);
    await supervisor.call("scale", "bun", 1);
    assert.equal(await groupsSeen(at), all);
    await supervisor.call("scale", "bun", 0);
    assert.equal(await groupsSeen(at), ["deno", "node"]);
    await supervisor.call("scale", "bun", 1);
    assert.equal(await groupsSeen(at), all);
  },
);

test("one shared socket of three runtimes", async (t) => {
  const { supervisor, at } = await startAll(t, { strategy: "shared" });
  await supervisor.call("scale", "node", 0);
  await supervisor.call("scale", "deno", 0);
  assert.equal(await groupsSeen(at), ["bun"]);
});

test("where one of them is to be fast, all bind sockets of their own", async (t) => {
  const { opened, at } = await startAll(t, { prefer: "fast" });
  assert.equal([...new Set(opened.map(({ strategy }) => strategy))], ["reuse-port"]);
  assert.equal(await groupsSeen(at), all);
});

test.run();
