import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import * as assert from "uvu/assert";
import type { Suite } from "../_suite.ts";
import { executables, program, start, type Place } from "./_program.ts";

/** What becomes of programs that know nothing of pools. */
export function programBehaviours(test: Suite, place: Place): void {
  const { runtime = "node" } = place;

  test("CommonJS is the main module, and its server shows the real port", { brief: true }, async (t) => {
    const pool = await start(t, "plain.cjs", place);
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

  test("a module is the main one; a handler that never exits gets its time", { brief: true }, async (t) => {
    const pool = await start(t, "plain.mjs", place);
    assert.equal(JSON.parse(await pool.ask("/")), { main: true });
    const { code, said } = await pool.stop();
    assert.is(code, 0);
    assert.is(said.match(/database closed/g)?.length, 2, said);
    assert.is(said.match(/SIGTERM handler/g)?.length, 2, said);
    assert.is(said.match(/requested \(stop asked, clean\)/g)?.length, 2, said);
  });

  test("a request that is under way at the stop is answered before the program's handler runs", async (t) => {
    const pool = await start(t, "plain.cjs", { ...place, workers: "1" });
    // Connected is all that is known: it may still wait to be accepted.
    const socket = connect(pool.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n");
    const [answer, { said }] = await Promise.all([text(socket), pool.stop()]);
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n\d+$/);
    assert.match(said, /SIGTERM handler/);
  });

  test("SIGTERM to the supervisor and all workers at once: every request in hand is answered", async (t) => {
    const pool = await start(t, "plain.cjs", place);
    const { pid } = pool.supervisor.child;
    const workers = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
    assert.ok(workers.length >= 2, `${workers}`);
    // Connected is all that is known: some may still wait to be accepted.
    const sockets = Array.from({ length: 8 }, () => connect(pool.port, "127.0.0.1"));
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    for (const socket of sockets) socket.write("GET /slower HTTP/1.1\r\nHost: test\r\n\r\n");
    const answers = sockets.map((socket) => text(socket));
    for (const worker of workers) process.kill(worker, "SIGTERM");
    const { code, said } = await pool.stop();
    for (const answer of await Promise.all(answers))
      assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n\d+$/);
    assert.is(code, 0);
    assert.is(said.match(/\| SIGTERM handler\n/g)?.length, 2, said);
    assert.is(said.match(/requested \(stop asked, clean\)/g)?.length, 2, said);
  });

  test(
    "SIGTERM to one worker: it is drained, its handler runs, and another takes its place",
    { brief: true },
    async (t) => {
      const pool = await start(t, "plain.cjs", { ...place, workers: "1" });
      const slower = pool.ask("/slower");
      const worker = Number(await pool.ask("/slow"));
      process.kill(worker, "SIGTERM");
      assert.is(await slower, String(worker));
      const said = await pool.supervisor.says(/ordered \(goodbye drained\)/);
      assert.match(said, /\| SIGTERM handler\n/);
      assert.is.not(await pool.ask("/slow"), String(worker));
      assert.is((await pool.stop()).code, 0);
    },
  );

  test("a program that listens elsewhere too is told so", async (t) => {
    const pool = await start(t, "elsewhere.mjs", { ...place, workers: "1", env: { ALSO: "1" } });
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
      executables,
      groups: { web: { entry: program("elsewhere.mjs"), runtime, listen: port, ready: 700, stop: 500 } },
    });
    const pool = await start(t, "elsewhere.mjs", { ...place, config, until: /not ready in time/ });
    const { stdout, stderr } = await pool.supervisor.finished;
    assert.match(
      stdout + stderr,
      /not ready in time, it listens on \d+, which is not one of this group's listeners/,
    );
  });

  test("a program that ends without listening fails with a reason", { brief: true }, async (t) => {
    const pool = await start(t, "batch.mjs", { ...place, workers: "1", until: "ended without listening" });
    const { stdout, stderr } = await pool.supervisor.finished;
    assert.match(stdout + stderr, new RegExp(`batch\\.mjs ended without listening on ${pool.port}`));
  });

  test(
    "programs without a listener: one that runs is ready, one that ends has done its work",
    { brief: true },
    async (t) => {
      const config = () => ({
        name: "plain",
        executables,
        groups: {
          service: { entry: program("service.mjs"), runtime },
          batch: { entry: program("batch.mjs"), runtime, type: "service" as const },
        },
      });
      const pool = await start(t, "", { ...place, config, until: /ordered/ });
      const said = await pool.supervisor.says(/service#0 \| ready/);
      assert.match(said, /batch done/);
      assert.is((await pool.stop()).code, 0);
    },
  );

  test("a Unix socket that is declared", async (t) => {
    let path = "";
    const config = (_port: number, folder: string) => {
      path = `${folder}/web.sock`;
      const env = { SOCKET: path };
      return {
        name: "unix",
        executables,
        groups: { web: { entry: program("unix.mjs"), runtime, listen: path, env, workers: 2 } },
      };
    };
    const pool = await start(t, "", { ...place, config });
    assert.is(await pool.ask("/", { socketPath: path }), path);
    assert.is((await pool.stop()).code, 0);
  });

  test("a program with one server for each address family serves the one address that there is", async (t) => {
    const pool = await start(t, "two.cjs", { ...place, workers: "1" });
    await pool.supervisor.says(/::1 listens true/);
    assert.is(await pool.ask("/"), "127.0.0.1");
    const { code, said } = await pool.stop();
    assert.is(code, 0);
    assert.match(said, /both closed/);
  });
}
