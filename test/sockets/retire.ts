import * as assert from "uvu/assert";
import type { Suite } from "../_suite.ts";
import { testsIn } from "../behaviour/_pool.ts";
import type { World } from "../behaviour/_worlds.ts";
import { ask, askMany, supervise } from "./_sockets.ts";

/** What becomes of the connections of a worker that asks for a successor. */
export function retireBehaviours(suite: Suite, world: World): void {
  const test = testsIn(suite, world);
  for (const [name, listen] of Object.entries({
    ring: { port: 0 },
    shared: { port: 0, strategy: "shared" },
  })) {
    test(
      `a worker that asks for a successor answers what it has, and its sibling serves the rest: ${name}`,
      { brief: name === "ring" },
      async (t) => {
        const supervisor = supervise(t, { runtime: world.runtime });
        const [{ at } = { at: "" }] = await supervisor.start({ workers: 2, listen });
        let isAnswered = false;
        const retired = ask(at, "/retire").finally(() => (isAnswered = true));
        const slow = await askMany(at, 8).then(() => ask(at));
        assert.ok(slow.ok, slow.text);
        assert.not.ok(isAnswered);
        const { ok, text } = await retired;
        assert.ok(ok, text);
        const slot = (await supervisor.status()).slots.find(({ id }) => text.startsWith(`${id} `))!;
        // Goodbye, answer, exit: then it is known why.
        while ((await supervisor.status()).slots.find(({ id }) => id === slot.id)!.lastExit === null);
        const { lastExit } = (await supervisor.status()).slots.find(({ id }) => id === slot.id)!;
        assert.equal([lastExit!.class, lastExit!.code], ["selfRestart", 0]);
      },
    );
  }
}
