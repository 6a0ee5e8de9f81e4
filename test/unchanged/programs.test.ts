// timeout: 120
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { nodes, program, start } from "./_program.ts";

const test = suite("unchanged programs");

for (const [version, node] of Object.entries(nodes)) {
  test(`CommonJS is the main module, and its server shows the real port: ${version}`, async (t) => {
    const pool = await start(t, "plain.cjs", { node });
    const { main, argv, address } = JSON.parse(await pool.ask("/"));
    assert.equal([main, argv, address.port], [true, program("plain.cjs"), pool.port]);
    const { code, said } = await pool.stop();
    assert.is(code, 0);
    for (const line of [
      "event",
      "callback",
      "SIGTERM handler",
      "close callback without an error",
      "close event",
    ]) {
      assert.is(said.match(new RegExp(`\\| ${line}\n`, "g"))?.length, 2, `${line}: ${said}`);
    }
    assert.is(said.match(/requested \(stop asked, clean\)/g)?.length, 2, said);
  });

  test(`a module is the main one; a handler that never exits gets its time: ${version}`, async (t) => {
    const pool = await start(t, "plain.mjs", { node });
    assert.equal(JSON.parse(await pool.ask("/")), { main: true });
    const { code, said } = await pool.stop();
    assert.is(code, 0);
    assert.is(said.match(/database closed/g)?.length, 2, said);
    assert.is(said.match(/SIGTERM handler/g)?.length, 2, said);
    assert.is(said.match(/requested \(stop asked, clean\)/g)?.length, 2, said);
  });
}

test("a request that is under way at the stop is answered before the program's handler runs", async (t) => {
  const pool = await start(t, "plain.cjs", { workers: "1" });
  // Connected is all that is known: it may still wait to be accepted.
  const socket = connect(pool.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n");
  const [answer, { said }] = await Promise.all([text(socket), pool.stop()]);
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n\d+$/);
  assert.match(said, /SIGTERM handler/);
});

test("a program that listens elsewhere too is told so", async (t) => {
  const pool = await start(t, "elsewhere.mjs", { workers: "1", env: { ALSO: "1" } });
  assert.is(await pool.ask("/"), "here");
  const { said } = await pool.stop();
  assert.match(
    said,
    new RegExp(`listens on \\d+, which is not one of this group's listeners \\(${pool.port}\\)`),
  );
});

test("a program that never listens where its group does: the reason says where instead", async (t) => {
  const config = (port: number) => ({
    name: "elsewhere",
    groups: { web: { entry: program("elsewhere.mjs"), listen: port, ready: 700, stop: 500 } },
  });
  const pool = await start(t, "elsewhere.mjs", { config, until: /not ready in time/ });
  const { stdout, stderr } = await pool.supervisor.finished;
  assert.match(
    stdout + stderr,
    /not ready in time, it listens on \d+, which is not one of this group's listeners/,
  );
});

test("a program that ends without listening fails with a reason", async (t) => {
  const pool = await start(t, "batch.mjs", { workers: "1", until: "ended without listening" });
  const { stdout, stderr } = await pool.supervisor.finished;
  assert.match(stdout + stderr, new RegExp(`batch\\.mjs ended without listening on ${pool.port}`));
});

test("programs without a listener: one that runs is ready, one that ends has done its work", async (t) => {
  const config = () => ({
    name: "plain",
    groups: {
      service: { entry: program("service.mjs") },
      batch: { entry: program("batch.mjs"), type: "service" as const },
    },
  });
  const pool = await start(t, "", { config, until: /ordered/ });
  const said = await pool.supervisor.says(/service#0 \| ready/);
  assert.match(said, /batch done/);
  assert.is((await pool.stop()).code, 0);
});

test("a Unix socket that is declared", async (t) => {
  let path = "";
  const config = (_port: number, folder: string) => {
    path = `${folder}/web.sock`;
    const env = { SOCKET: path };
    return { name: "unix", groups: { web: { entry: program("unix.mjs"), listen: path, env, workers: 2 } } };
  };
  const pool = await start(t, "", { config });
  assert.is(await pool.ask("/", { socketPath: path }), path);
  assert.is((await pool.stop()).code, 0);
});

test("a program with one server for each address family serves the one address that there is", async (t) => {
  const pool = await start(t, "two.cjs", { workers: "1" });
  await pool.supervisor.says(/::1 listens true/);
  assert.is(await pool.ask("/"), "127.0.0.1");
  const { code, said } = await pool.stop();
  assert.is(code, 0);
  assert.match(said, /both closed/);
});

test.run();
