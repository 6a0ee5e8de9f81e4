import * as assert from "uvu/assert";
import type { Suite } from "../_suite.ts";
import { testsIn } from "../behaviour/_pool.ts";
import type { World } from "../behaviour/_worlds.ts";
import { ask, askMany, supervise } from "./_sockets.ts";

/** What a stop leaves of connections. */
export function stopBehaviours(suite: Suite, world: World): void {
  const test = testsIn(suite, world);
  const listeners = {
    ring: { port: 0 },
    shared: { port: 0, strategy: "shared" },
    "a path": { path: `${process.env["TMPDIR"]}/stop.sock` },
  };

  for (const [name, listen] of Object.entries(listeners)) {
    test(
      `while the last request is answered, who connects is refused at once: ${name}`,
      { brief: name === "ring" },
      async (t) => {
        const supervisor = supervise(t, { runtime: world.runtime });
        const [{ at } = { at: "" }] = await supervisor.start({ workers: { min: 1, max: 3 }, listen });
        // With sockets that the last worker has adopted, and descriptors that it never used.
        for (const count of [3, 1]) await supervisor.call("scale", "w", count);
        assert.ok((await askMany(at, 16)).every(({ ok }) => ok));
        let isAnswered = false;
        const slow = ask(at, "/slow").finally(() => (isAnswered = true));
        await ask(at);
        const stopped = supervisor.call("stop");
        const refusals = ["ECONNREFUSED", "ENOENT"];
        for (let last = ""; !refusals.includes(last); { text: last } = await ask(at)) {
          assert.not.ok(isAnswered, `${last}: the socket is open for as long as the worker answers`);
        }
        const { ok, text } = await slow;
        assert.ok(ok, text);
        await stopped;
      },
    );
  }
}
