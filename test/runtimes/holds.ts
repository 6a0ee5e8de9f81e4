import { connect } from "node:net";
import { text } from "node:stream/consumers";
import * as assert from "uvu/assert";
import { openListener } from "../../runtimes/sockets/listener.ts";
import type { Suite, TestContext } from "../_suite.ts";
import { testsIn } from "../behaviour/_pool.ts";
import type { World } from "../behaviour/_worlds.ts";
import { fixture, observe, runtime, type Observed } from "./_spawn.ts";

/** How a worker that a reload has just started waits before it accepts. */
export function holdBehaviours(suite: Suite, world: World): void {
  const test = testsIn(suite, world);
  interface Served {
    readonly worker: Observed;
    readonly port: number;
    /** Resolves with an answer, or `nothing` when there is none for a while. */
    ask(): Promise<string>;
  }

  async function held(t: TestContext, entry: string): Promise<Served> {
    const made = await runtime(t, world.runtime);
    const listener = await openListener({ port: 0 });
    t.defer(() => listener.close());
    const { fd, port } = listener;
    const listeners = [{ name: "default", fd, port, host: "127.0.0.1", held: true }];
    const env = { ...made.environment({}), PORT: String(port) };
    const worker = observe(t, made, entry, { args: ["listen"], listeners, env, type: "reactor" });
    const ask = async (): Promise<string> => {
      const socket = connect(port!, "127.0.0.1");
      t.defer(() => socket.destroy());
      socket.write("GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
      // Refused as long as nobody has listened.
      const answer = text(socket).then(
        (all) => all || "nothing",
        () => "nothing",
      );
      const pause = new Promise<string>((resolve) => setTimeout(resolve, 300, "nothing"));
      return Promise.race([answer, pause]);
    };
    await worker.frame("ready");
    return { worker, port: port!, ask };
  }

  const unchanged = fixture("../unchanged/plain.cjs");

  for (const entry of [fixture("parts.worker.ts"), unchanged]) {
    const name = entry.split("/").at(-1);
    test(`is ready, and accepts only when it is told to: ${name}`, async (t) => {
      const { worker, ask, port } = await held(t, entry);
      assert.is(await ask(), "nothing");
      worker.send({ type: "serve" });
      // Twice is once.
      worker.send({ type: "serve" });
      let answer = await ask();
      while (answer === "nothing") answer = await ask();
      assert.match(answer, /^HTTP\/1\.1 200/);
      if (entry === unchanged) {
        const said = worker.lines.stdout.filter((line) => line === "event" || line === "callback");
        assert.equal(said, ["event", "callback"], "told once, when it seemed to listen");
        assert.match(await ask(), `"port":${port}`);
      }
      worker.send({ type: "drain" });
      assert.is((await worker.end()).code, 0);
    });

    test(`ends clean when it never was told to: ${name}`, async (t) => {
      const { worker } = await held(t, entry);
      worker.send({ type: "drain" });
      assert.is((await worker.end()).code, 0);
      if (entry === unchanged) {
        assert.ok(
          worker.lines.stdout.includes("close callback without an error"),
          worker.lines.stdout.join(),
        );
      }
    });
  }
}
