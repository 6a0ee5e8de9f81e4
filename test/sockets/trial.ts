import * as assert from "uvu/assert";
import type { Suite } from "../_suite.ts";
import { testsIn } from "../behaviour/_pool.ts";
import type { World } from "../behaviour/_worlds.ts";
import { ask, askMany, perSlot, supervise } from "./_sockets.ts";

/** How a new generation comes to its connections. */
export function trialBehaviours(suite: Suite, world: World): void {
  const test = testsIn(suite, world);
  for (const strategy of ["ring", "shared"]) {
    test(
      `a new worker serves at once when the only old one dies in a reload: ${strategy}`,
      { brief: strategy === "ring" },
      async (t) => {
        const supervisor = supervise(t, { runtime: world.runtime });
        const [{ at } = { at: "" }] = await supervisor.start({ listen: { port: 0, strategy } }, 60_000);
        assert.is((await ask(at)).text, "w#0 1");
        await supervisor.call("killInReload", "w#0");
        let answer = await ask(at);
        // What the dead one had in hand.
        while (answer.text === "ECONNRESET") answer = await ask(at);
        assert.is(answer.text, "w#0 2", "and not the third, which the restart makes");
      },
    );

    test(`a new worker takes no connection before its time, and its sibling has the dead one's: ${strategy}`, async (t) => {
      const supervisor = supervise(t, { runtime: world.runtime });
      const [{ at } = { at: "" }] = await supervisor.start(
        { workers: 2, listen: { port: 0, strategy } },
        60_000,
      );
      await supervisor.call("killInReload", "w#0");
      const answers = (await askMany(at)).filter(({ text }) => text !== "ECONNRESET");
      assert.ok(
        answers.every(({ ok, text }) => ok && text !== "w#0 2"),
        JSON.stringify(perSlot(answers)),
      );
    });
  }
}
