// supervisors: node, bun, deno (beside)
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { freePort } from "../_free-port.ts";
import { suite, type TestContext } from "../_suite.ts";
import { askMany, supervise, type Supervisor } from "./_sockets.ts";

const test = suite("sockets/activation");

const activate = fileURLToPath(new URL("../fixtures/sockets/activate.mjs", import.meta.url));

interface Passed {
  readonly port?: number;
  readonly path?: string;
  readonly name: string;
}

const activated = (t: TestContext, passed: Passed[]): Supervisor =>
  supervise(t, { wrap: [process.execPath, activate, JSON.stringify(passed)] });

test(
  "a socket is taken by its address, one by its name, a path too; the variables are gone",
  { brief: true },
  async (t) => {
    const [port, named] = [await freePort(), await freePort()];
    const path = `${process.env["TMPDIR"]}/passed.sock`;
    const supervisor = activated(t, [
      { port, name: "unknown" },
      { port: named, name: "admin" },
      { path, name: "unknown" },
    ]);
    const opened = await supervisor.start({
      workers: 2,
      args: ["default", "admin", "local"],
      // The name outweighs the port: where it listens is for who passes the socket to say.
      listen: [{ port }, { port: 1, name: "admin" }, { path, name: "local" }],
    });
    assert.equal(
      opened.map(({ at }) => at),
      [`http://127.0.0.1:${port}`, `http://127.0.0.1:${named}`, path],
    );
    for (const { strategy, reason, at } of opened) {
      assert.equal([strategy, reason], ["shared", "the socket was passed to the supervisor"]);
      const answers = await askMany(at, 16);
      assert.ok(
        answers.every(({ ok }) => ok),
        `${at}: ${answers.map(({ text }) => text).join(", ")}`,
      );
    }
    assert.equal(await supervisor.call("environment"), []);
    await supervisor.call("restart", "w#0");
    assert.ok(
      (await askMany(opened[0]!.at, 16)).every(({ ok }) => ok),
      "after a restart",
    );
  },
);

test("a passed socket that no listener wants is told; it cannot be a ring", async (t) => {
  const port = await freePort();
  const supervisor = activated(t, [{ port, name: "stray" }]);
  await supervisor.start({ listen: 0 });
  const at = `http://127.0.0.1:${port}`;
  assert.equal(await supervisor.call("lines"), [
    `Error: a socket called "stray" on ${at} was passed to the supervisor, and no listener has its name or address`,
  ]);
  await activated(t, [{ port: await freePort(), name: "w" }])
    .start({ listen: { port: 1, strategy: "ring" } })
    .then(
      () => assert.unreachable(),
      ({ code, message }) => {
        assert.is(code, "E_CONFIG");
        assert.match(message, /^groups\.w\.listen: strategy 'ring': the socket was passed to the supervisor/);
      },
    );
});

test.run();
