// timeout: 180
// brief: node (marked)
import * as assert from "uvu/assert";
import { hasReusePort, spreadsReusePort } from "../../runtimes/sockets/abilities.ts";
import { freePort } from "../_free-port.ts";
import { suite } from "../_suite.ts";
import { places, program, start } from "./_program.ts";

const test = suite("what unchanged programs are told");
const place = places["Node 24"]!;

test("a program that listens in a child: the child and the way out are named", { brief: true }, async (t) => {
  const entry = program("child.cjs");
  const config = (port: number) => ({
    name: "child",
    groups: { web: { entry, listen: port, ready: 4_000, stop: 500 } },
  });
  const pool = await start(t, "child.cjs", { ...place, config, until: /not ready in time/ });
  const { stdout, stderr } = await pool.supervisor.finished;
  assert.match(
    stdout + stderr,
    /not ready in time, it started `\S+ -e .* server\.js` \(pid \d+\), and a child cannot be given the group's socket: start/,
  );
});

test("two ports: declared, both are shared", async (t) => {
  const [one, two] = [await freePort(), await freePort()];
  const entry = program("ports.mjs");
  const listen = [one, two];
  const env = { PORTS: `${one},${two}` };
  const config = () => ({ name: "ports", groups: { web: { entry, listen, env, workers: 2 } } });
  const pool = await start(t, "ports.mjs", { ...place, config });
  assert.is(await pool.ask("/", { port: one }), "first");
  assert.is(await pool.ask("/", { port: two }), "second");
  assert.match(
    (await pool.stop()).said,
    /asks for all addresses, but its group's socket is 127\.0\.0\.1:\d+/,
  );
});

test("two ports: the one that is not declared, and taken by a sibling, is told with the way out", async (t) => {
  const two = await freePort();
  const entry = program("ports.mjs");
  const config = (port: number) => {
    const env = { PORTS: `${port},${two}`, ASKS: "127.0.0.1" };
    return { name: "ports", groups: { web: { entry, listen: port, env, workers: 2 } } };
  };
  const pool = await start(t, "ports.mjs", { ...place, config });
  const said = await pool.supervisor.says(/cannot listen on \d+: it is in use/);
  assert.match(
    said,
    `--port ${pool.port} --port ${two}, or listen in the config, shares it among the workers`,
  );
  assert.not.match((await pool.stop()).said, "asks for all addresses");
});

test("several SO_REUSEPORT sockets spread nothing on macOS", { brief: true }, () => {
  assert.is(hasReusePort("24.0.0"), true);
  assert.is(spreadsReusePort("linux"), true);
  assert.match(spreadsReusePort("darwin") as string, /^macOS gives all connections to one/);
});

test.run();
