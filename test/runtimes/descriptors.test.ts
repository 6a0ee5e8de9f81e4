// supervisors: node, bun, deno (inside)
import { closeSync, openSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Runtime, SpawnRequest, WorkerSink } from "../../core/contract/runtime.ts";
import { openChannel } from "../../runtimes/channel/channel.ts";
import { node } from "../../runtimes/node.ts";
import { decodeAddress, encodeAddress } from "../../runtimes/sockets/addresses.ts";
import { openListener } from "../../runtimes/sockets/listener.ts";
import { socketCalls } from "../../runtimes/sockets/sockets.ts";
import { spawnWorker } from "../../runtimes/spawn/processes.ts";
import { suite, type TestContext } from "../_suite.ts";
import { node as nodeHere } from "../harness/supervisor.ts";
import { fixture, folder, observe } from "./_spawn.ts";

const test = suite("runtimes/descriptors");

const onLinux = process.platform !== "linux" && "it reads /proc";

/** What a child has beside its stdio, in the order of the numbers. */
async function descriptorsOf(t: TestContext, fds: readonly number[]): Promise<Map<number, string>> {
  const channel = await openChannel(folder(t));
  t.defer(() => channel.close());
  const bare: Runtime = {
    ...node(),
    spawn: (request: SpawnRequest, sink: WorkerSink) =>
      spawnWorker(channel, { file: nodeHere, args: [request.entry] }, request, sink),
  };
  const listeners = fds.map((fd, index) => ({ name: `l${index}`, fd }));
  const worker = observe(t, bare, fixture("descriptors.mjs"), { listeners });
  assert.is((await worker.end()).code, 0);
  const rows = worker.lines.stdout.map((line): [number, string] => [
    Number.parseInt(line, 10),
    line.slice(line.indexOf(" ") + 1),
  ]);
  return new Map(rows.toSorted(([a], [b]) => a - b));
}

const targetOf = (fd: number): string => readlinkSync(`/proc/self/fd/${fd}`);

test(
  "a worker has the sockets that it was lent, each as often as listed, and no other",
  { brief: true, skip: onLinux },
  async (t) => {
    const opened = await Promise.all([
      openListener({ port: 0 }),
      openListener({ port: 0 }),
      openListener({ port: 0 }),
    ]);
    t.defer(() => opened.forEach((listener) => listener.close()));
    const path = join(folder(t), "secret");
    writeFileSync(path, "");
    const file = openSync(path, "r");
    t.defer(() => closeSync(file));
    const [a, b, c] = opened.map(({ fd }) => fd) as [number, number, number];
    for (const fds of [[a], [b, a], [a, b, c, a, b], []]) {
      const found = [...(await descriptorsOf(t, fds)).values()].filter((target) =>
        target.startsWith("socket:"),
      );
      assert.equal(found.toSorted(), fds.map(targetOf).toSorted());
    }
    assert.not.ok([...(await descriptorsOf(t, [a])).values()].includes(path), "a file of the supervisor's");
  },
);

test("what was lent stays open here, and nothing is left of the loan", { skip: onLinux }, async (t) => {
  const listener = await openListener({ port: 0 });
  t.defer(() => listener.close());
  const before = targetOf(listener.fd);
  const calls = socketCalls();
  assert.type(calls, "object");
  if (typeof calls === "string") return;
  const numbers = Array.from({ length: 3 }, () => {
    const lent = calls.lend([listener.fd, listener.fd]);
    lent.done();
    return lent.numbers;
  });
  assert.equal(new Set(numbers.map(String)).size, 1, "each loan takes the same numbers again");
  assert.is(targetOf(listener.fd), before);
});

test("an address is the same after the way through the system's bytes", () => {
  for (const [given, told] of [
    ["127.0.0.1"],
    ["0.0.0.0"],
    ["255.254.1.9"],
    ["::"],
    ["::1"],
    ["2001:db8::7"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["1:2:3:4:5:6:7:8"],
    ["::ffff:10.0.0.1", "::ffff:a00:1"],
    ["fe80::1%nowhere", "fe80::1"],
  ] as const) {
    assert.equal(decodeAddress(encodeAddress(given, 40_961)), { host: told ?? given, port: 40_961 });
  }
  assert.equal(decodeAddress(new Uint8Array(128)), {});
});

test.run();
