import { once } from "node:events";
import { createServer } from "node:net";
import * as assert from "uvu/assert";
import type { Suite, TestContext } from "../_suite.ts";
import { testsIn } from "../behaviour/_pool.ts";
import type { World } from "../behaviour/_worlds.ts";
import { askMany, keepAsking, perSlot, supervise, target, type Answer } from "./_sockets.ts";

/** How connections find a worker while there is one socket for each slot. */
export function ringBehaviours(suite: Suite, world: World): void {
  const test = testsIn(suite, world);
  const group = { workers: { min: 1, max: 4 }, listen: { port: 0 } };

  /** Longer than any queue with somebody at it takes on a busy machine; a lost SYN comes again after as long. */
  const TOO_LATE_MS = 1_000;

  /** Every answer came; `lost` connections may have died with a worker. Returns how long the slowest took. */
  function assertAnswered(answers: readonly Answer[], label: string, lost = 0): number {
    const failed = answers.filter(({ ok }) => !ok);
    const texts = failed.map(({ text }) => text).join(", ");
    assert.ok(failed.length <= lost, `${label}: ${failed.length} of ${answers.length} failed: ${texts}`);
    assert.not.ok(
      failed.some(({ text }) => text === "hangs"),
      `${label}: a connection hangs`,
    );
    const slowest = Math.max(...answers.map(({ ms }) => ms));
    assert.ok(
      slowest < TOO_LATE_MS,
      `${label}: the slowest of ${answers.length} took ${Math.round(slowest)} ms`,
    );
    return slowest;
  }

  /** Every one of so many slots serves. A release is on its way for a moment, so it is asked until they do. */
  async function assertAllServe(t: TestContext, at: string, slots: number, label: string): Promise<void> {
    for (let serving = 0; serving !== slots;) {
      t.signal.throwIfAborted();
      const answers = await askMany(at);
      assertAnswered(answers, label);
      serving = Object.keys(perSlot(answers)).length;
    }
  }

  /** What another program does to one round is not judged: the middle one of several is. */
  function assertPrompt(slowest: readonly number[]): void {
    const sorted = slowest.map(Math.round).toSorted((a, b) => a - b);
    assert.ok(sorted[sorted.length >> 1]! < 250, `the slowest of each round took ${sorted.join(", ")} ms`);
  }

  test(
    "reactors ring by default, the reason is told, and connections spread evenly",
    { brief: true },
    async (t) => {
      const supervisor = supervise(t, { runtime: world.runtime });
      const [opened] = await supervisor.start({ ...group, workers: 2 });
      assert.is(opened!.strategy, "ring");
      assert.is(opened!.reason, "the default for groups of type reactor");
      const { strategy, strategyReason } = await supervisor.status();
      assert.equal([strategy, strategyReason], ["ring", opened!.reason]);
      const answers = await askMany(opened!.at, 640);
      assert.ok(answers.every(({ ok }) => ok));
      const shares = Object.values(perSlot(answers));
      assert.is(shares.length, 2);
      assert.ok(Math.max(...shares) < 640 * 0.6, `spread as ${shares.join(" : ")}`);
    },
  );

  test(
    "every socket is accepted on while a worker is ready: scale 2, 4, 1, 2",
    { timeout: 60_000 },
    async (t) => {
      const supervisor = supervise(t, { runtime: world.runtime });
      const [{ at } = { at: "" }] = await supervisor.start(group);
      const slowest: number[] = [];
      for (const count of [2, 4, 1, 2]) {
        const load = keepAsking(at);
        await supervisor.call("scale", "w", count);
        slowest.push(assertAnswered(await load.stop(), `while it scales to ${count}`));
        await assertAllServe(t, at, count, `at ${count}`);
      }
      assertPrompt(slowest);
      // Two slots were scaled away: their sockets are adopted by both workers, half each.
      const shares = Object.values(perSlot(await askMany(at, 320)));
      assert.ok(Math.max(...shares) < 320 * 0.65, `spread as ${shares.join(" : ")}`);
    },
  );

  test(
    "a killed worker's socket is adopted at once, and let go when it is back",
    { timeout: 60_000 },
    async (t) => {
      const supervisor = supervise(t, { runtime: world.runtime });
      const [{ at } = { at: "" }] = await supervisor.start({ ...group, workers: 3 });
      const slowest: number[] = [];
      // More often than one worker has descriptors for one sibling's socket in groups of this size.
      for (let round = 0; round < 6; round++) {
        const slot = `w#${round % 3}`;
        const load = keepAsking(at);
        await supervisor.call("kill", slot, false);
        // Four are asked at once, so at most four were in flight.
        slowest.push(assertAnswered(await load.stop(), `after kill -9 of ${slot}`, 4));
        const orphaned = await askMany(at);
        assertAnswered(
          orphaned.filter(({ text }) => text !== "ECONNRESET"),
          "with a socket adopted",
        );
        while ((await supervisor.status()).slots.some(({ state }) => state !== "ready"))
          t.signal.throwIfAborted();
        await assertAllServe(t, at, 3, "when it is back");
      }
      assertPrompt(slowest);
    },
  );

  test("what was adopted moves on when the adopter goes, and the first one that is ready adopts all", async (t) => {
    const supervisor = supervise(t, { runtime: world.runtime });
    const [{ at } = { at: "" }] = await supervisor.start(group);
    await supervisor.call("scale", "w", 4);
    await supervisor.call("scale", "w", 1);
    const { id: last } = (await supervisor.status()).slots.find(({ state }) => state === "ready")!;
    // No one is ready now; what connects waits for the next.
    await supervisor.call("kill", last, false);
    const answers = await askMany(at, 64, 15_000);
    const lost = answers.filter(({ ok }) => !ok);
    assert.ok(
      lost.every(({ text }) => text === "ECONNRESET"),
      `only what the dead one had is lost: ${lost[0]?.text}`,
    );
    const isBack = ({ id, state }: { id: string; state: string }): boolean =>
      id === last && state === "ready";
    while (!(await supervisor.status()).slots.some(isBack)) t.signal.throwIfAborted();
    assertAnswered(await askMany(at), "the successor has all four sockets");
  });

  test("restarts and reloads under load lose nothing", { timeout: 60_000 }, async (t) => {
    const supervisor = supervise(t, { runtime: world.runtime });
    const [{ at } = { at: "" }] = await supervisor.start({ ...group, workers: 2 });
    const load = keepAsking(at);
    for (const slot of ["w#0", "w#1", "w#0"]) await supervisor.call("restart", slot);
    await supervisor.call("reload");
    assertAnswered(await load.stop(), "restarts and a reload");
    const shares = Object.values(perSlot(await askMany(at, 320)));
    assert.ok(Math.max(...shares) < 320 * 0.65, `spread as ${shares.join(" : ")}`);
  });

  test("several listeners of a group are adopted together", { timeout: 60_000 }, async (t) => {
    const supervisor = supervise(t, { runtime: world.runtime });
    const opened = await supervisor.start({
      workers: { min: 1, max: 2 },
      args: ["default", "admin"],
      listen: [{ port: 0 }, { port: 0, host: "::1", name: "admin", backlog: 64 }],
    });
    assert.equal(
      opened.map(({ name }) => name),
      ["default", "admin"],
    );
    for (const count of [2, 1, 2]) {
      await supervisor.call("scale", "w", count);
      for (const { at } of opened) {
        await assertAllServe(t, at, count, `${at} at ${count}`);
      }
    }
  });

  test("IPv4 and IPv6 come to one ring on ::", async (t) => {
    const supervisor = supervise(t, { runtime: world.runtime });
    const [opened] = await supervisor.start({ ...group, workers: 2, listen: { port: 0, host: "::" } });
    assert.is(opened!.strategy, "ring");
    const { port } = new URL(opened!.at);
    for (const host of ["127.0.0.1", "[::1]"]) {
      const answers = await askMany(`http://${host}:${port}`, 32);
      assertAnswered(answers, host);
    }
  });

  test("a path falls back to shared and says why; asked for, the ring is refused", async (t) => {
    const path = `${process.env["TMPDIR"]}/ring.sock`;
    const supervisor = supervise(t, { runtime: world.runtime });
    const [opened] = await supervisor.start({ workers: 2, listen: path });
    assert.is(opened!.strategy, "shared");
    assert.is(opened!.reason, "not ring: a Unix domain socket cannot be bound twice");
    assertAnswered(await askMany(path), "the path");
    const other = supervise(t, { runtime: world.runtime });
    await other.start({ listen: { path: `${path}2`, strategy: "ring" } }).then(
      () => assert.unreachable(),
      ({ code, message }) => {
        assert.is(code, "E_CONFIG");
        assert.is(message, "groups.w.listen: strategy 'ring': a Unix domain socket cannot be bound twice");
      },
    );
  });

  test("a port that another program or another ring has is refused", async (t) => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    t.defer(() => taken.close());
    const first = supervise(t, { runtime: world.runtime });
    const [{ at } = { at: "" }] = await first.start(group);
    const ports = [(taken.address() as { port: number }).port, (target(at) as { port: number }).port];
    for (const port of ports) {
      await supervise(t, { runtime: world.runtime })
        .start({ listen: port })
        .then(
          () => assert.unreachable(),
          ({ code, message }) => {
            assert.is(code, "E_LISTEN");
            assert.match(
              message,
              `groups.w.listen: cannot listen on 127.0.0.1:${port}: port ${port} is in use`,
            );
          },
        );
    }
  });

  test(
    "reuse-port: every worker binds its own socket to the port that the supervisor reserved",
    { brief: true },
    async (t) => {
      const supervisor = supervise(t, { runtime: world.runtime });
      const [opened] = await supervisor.start({ ...group, listen: { port: 0, strategy: "reuse-port" } });
      assert.is(opened!.reason, "asked for in the config");
      await supervisor.call("scale", "w", 2);
      await assertAllServe(t, opened!.at, 2, "reuse-port");
    },
  );
}
