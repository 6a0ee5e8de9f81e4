// timeout: 180
/** Calls from outside of the workers, and from one group to another. */
import { execFile } from "node:child_process";
import { lstatSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { connectPool, createPool } from "../../index.ts";
import { control } from "../../plugins/index.ts";
import { suite } from "../_suite.ts";
import { poolFor } from "../harness/pool.ts";
import { errorOf, fixture, running, work } from "./_pool.ts";

const test = suite("job calls");

test("values of every kind go there and back", async (t) => {
  const { jobs } = await running(t);
  const value = {
    text: "ä€😀",
    numbers: [0, -1, 1.5, 2 ** 40, -(2 ** 53), NaN, Infinity],
    nothing: [null, undefined],
    big: [5n, -(2n ** 100n)],
    date: new Date(1e12),
    map: new Map<unknown, unknown>([
      [1, { a: 1 }],
      ["k", [new Set([1])]],
    ]),
    bytes: Buffer.from("bytes"),
    floats: new Float64Array([1.5, -2]),
    plain: new Uint8Array([1, 2]),
    words: new Uint16Array([1, 65535]),
  };
  assert.equal(await jobs.run("echo", value), value);
  const error = (await jobs.run("echo", new RangeError("far", { cause: new Error("why") }))) as Error;
  assert.ok(error instanceof RangeError);
  assert.is(error.message, "far");
  assert.is((error.cause as Error).message, "why");
  const megabyte = Buffer.alloc(1024 * 1024, 7);
  assert.ok(megabyte.equals((await jobs.run("echo", megabyte)) as Buffer));
  assert.is(await jobs.run("echo", undefined), undefined);
});

test("an input is what it was when the call was made", async (t) => {
  const { jobs } = await running(t);
  const input = { list: [1] };
  const call = jobs.run("echo", input);
  input.list.push(2);
  assert.equal(await call, { list: [1] });
});

test("run, map, stream, send", async (t) => {
  const { jobs } = await running(t, { w: work({ workers: 2 }) });
  assert.is(await jobs.run("add", 41), 42);
  assert.equal(await jobs.map("add", [1, 2, 3]), [2, 3, 4]);
  async function* numbers(): AsyncGenerator<number> {
    yield 5;
    yield 6;
  }
  assert.equal(await jobs.map("add", numbers(), { concurrency: 1 }), [6, 7]);
  for (const name of ["count", "countSlowly"]) {
    const stream = jobs.stream(name, name === "count" ? 100 : { to: 100, ms: 0 });
    const items: unknown[] = [];
    for await (const item of stream) items.push(item);
    assert.equal(
      items,
      Array.from({ length: 100 }, (_, index) => index),
    );
    assert.is(await stream.result, "100 items");
  }
  assert.is(await jobs.run("count", 3), "3 items");
  await jobs.send("slow", { ms: 1 });
});

test("what a job says on the way: progress, log, attempt, deadline, key", async (t) => {
  const { jobs, pool } = await running(t);
  const logged = new Promise<string>((resolve) =>
    pool.hooks.hook("worker:log", ({ message, data }) => resolve(`${message} ${JSON.stringify(data)}`)),
  );
  const heard: unknown[] = [];
  await jobs.run("steps", 3, { onProgress: (value) => heard.push(value) });
  assert.equal(heard, [{ step: 1 }, { step: 2 }, { step: 3 }]);
  assert.is(await logged, 'steps: all steps {"to":3}');
  const about = (await jobs.run("about", 0, { timeout: "5s", idempotencyKey: "k" })) as { left: number };
  assert.ok(about.left > 4_000 && about.left <= 5_000, `${about.left} ms left`);
  assert.equal(
    { ...about, left: 0 },
    { name: "about", caller: "supervisor", attempt: 1, idempotencyKey: "k", left: 0 },
  );
});

test("a job that throws: its error, its stack from there, its code and its cause", async (t) => {
  const { jobs } = await running(t);
  const error = await errorOf(jobs.run("fail", "E_BAD"));
  assert.is(error.name, "JobError");
  assert.is(error.code, "JOB_FAILED");
  assert.is(error.message, "w.fail failed: it is bad");
  const remote = error.cause as Error & { code: string };
  assert.is(remote.name, "TypeError");
  assert.is(remote.code, "E_BAD");
  assert.match(remote.stack!, /work\.mjs/);
  assert.is((remote.cause as Error).message, "because");
  const failed = await errorOf(jobs.map("fail", [1, 2]));
  assert.is(failed.code, "JOB_FAILED");
});

test("bad input: a code for each, and nothing is sent", async (t) => {
  const { jobs, connection } = await running(t, { w: work({ jobs: { maxBytes: 2_048 } }) });
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const cases: [string, () => Promise<unknown>, RegExp][] = [
    ["UNKNOWN_GROUP", () => connection.jobs("nope").run("add", 1), /no group "nope" runs jobs; there are w/],
    ["UNKNOWN_JOB", () => jobs.run("nope", 1), /w\.nope: the group's workers have no such job/],
    ["VALUE_UNSENDABLE", () => jobs.run("echo", { f() {} }), /a function cannot be sent/],
    ["VALUE_UNSENDABLE", () => jobs.run("echo", [Symbol("s")]), /symbol/],
    ["VALUE_UNSENDABLE", () => jobs.run("echo", circle), /holds itself/],
    ["VALUE_UNSENDABLE", () => jobs.run("echo", Promise.resolve(1)), /await it first/],
    ["VALUE_UNSENDABLE", () => jobs.run("unsendable", 1), /a function cannot be sent/],
    [
      "VALUE_TOO_LARGE",
      () => jobs.run("echo", Buffer.alloc(3_000)),
      /w\.echo: an input of 3\d+ bytes, the limit is 2048/,
    ],
    ["VALUE_TOO_LARGE", () => jobs.run("large", 3_000), /what it returned has 3\d+ bytes/],
    [
      "BAD_OPTION",
      () => jobs.run("add", 1, { priority: 101 }),
      /priority: 101 is not a whole number from 0 to 100/,
    ],
    [
      "BAD_OPTION",
      () => jobs.run("add", 1, { timeOut: 1 } as never),
      /timeOut: unknown option; there are priority/,
    ],
    ["BAD_OPTION", () => jobs.run("add", 1, { timeout: "soon" }), /timeout: "soon" is not milliseconds/],
    ["BAD_OPTION", () => jobs.map("add", [1], { concurrency: 0 }), /concurrency: 0/],
    ["BAD_OPTION", () => jobs.run(7 as never, 1), /the name of a job is text/],
  ];
  await jobs.run("add", 1);
  for (const [code, call, message] of cases) {
    const error = await errorOf(call());
    assert.is(error.code, code, error.message);
    assert.match(error.message, message);
  }
  assert.is(await jobs.run("add", 1), 2, "and it goes on");
});

test("an item that cannot be sent fails its stream, and closes the generator", async (t) => {
  const { jobs } = await running(t, { w: work({ jobs: { maxBytes: 2_048 } }) });
  for (const name of ["yieldWrong", "yieldWrongSlowly"]) {
    for (const [what, code] of [
      ["large", "VALUE_TOO_LARGE"],
      ["function", "VALUE_UNSENDABLE"],
    ] as const) {
      const items: unknown[] = [];
      const stream = jobs.stream(name, what);
      const error = await errorOf(
        (async () => {
          for await (const item of stream) items.push(item);
        })(),
      );
      assert.equal([error.code, items], [code, [0]], `${name}: ${error.message}`);
      assert.is((await errorOf(stream.result)).code, code);
    }
  }
  assert.is(await jobs.run("closed", undefined), 4);
});

test("worker to worker: within `calls`, and not without", async (t) => {
  const { connection } = await running(t, {
    a: work({ calls: ["b"] }),
    b: work(),
    c: work(),
  });
  const relay = (from: string, group: string): Promise<unknown> =>
    connection.jobs(from).run("relay", { group, name: "about", input: 0 });
  const { result } = (await relay("a", "b")) as { result: { caller: string } };
  assert.is(result.caller, "a#0");
  const forbidden = (await relay("a", "c")) as { code: string; message: string };
  assert.is(forbidden.code, "CALL_FORBIDDEN");
  assert.match(forbidden.message, "group a may not call c: write calls: ['c'] in groups.a of the config");
  assert.is(((await relay("b", "a")) as { code: string }).code, "CALL_FORBIDDEN");
  assert.is(((await relay("a", "nope")) as { code: string }).code, "UNKNOWN_GROUP");
});

test("a reactor calls a service, which calls jobs", async (t) => {
  const { at } = await running(t, {
    web: { type: "reactor", entry: fixture("web.mjs"), listen: { port: 0 }, calls: ["relay"] },
    relay: work({ type: "service", calls: ["w"] }),
    w: work(),
  });
  assert.equal(await (await fetch(`${at}/relay`)).json(), { result: 42 });
});

test("configs that nobody can mean", () => {
  const refused = (groups: Record<string, object>, message: RegExp): void =>
    assert.throws(() => createPool({ name: "x", groups: groups as never }), message);
  const entry = fixture("work.mjs");
  refused(
    { a: { entry, calls: ["b"] } },
    /groups\.a\.calls\[0\]: "b" cannot be called: there is no such group; there are a/,
  );
  refused({ a: { entry, type: "job", calls: ["a"] } }, /a group does not call itself/);
  refused(
    { a: { entry, type: "job", calls: ["web"] }, web: { entry, listen: 0 } },
    /"web" cannot be called: it is a 'reactor', and a 'job' calls groups of type 'job'/,
  );
  refused({ a: { entry, calls: ["b"] }, b: { entry } }, /it is a 'service', and a 'service' calls/);
  refused(
    { a: { entry, type: "job", calls: ["b"] }, b: { entry, type: "job", calls: ["a"] } },
    /a circle: a → b → a/,
  );
  refused(
    { a: { entry, jobs: { maxConcurent: 1 } } },
    /groups\.a\.jobs\.maxConcurent: unknown key; did you mean maxConcurrent\?/,
  );
  refused({ a: { entry, jobs: { pick: "best" } } }, /groups\.a\.jobs\.pick: "best" is not accepted/);
});

test("jobs in a group that nobody can call fail its start, with the way out", async (t) => {
  const pool = poolFor(t, { name: "x", groups: { w: { entry: fixture("work.mjs") } } });
  await pool.start();
  const end = await pool.closed;
  assert.is(end.exitCode, 2);
  assert.match(end.reason, "this worker has jobs, and group w is a service that nobody can call");
});

test("a job group whose entry has no jobs fails its start, with the way out", async (t) => {
  for (const source of [
    "export default { run: (worker) => worker.stopping };",
    "setInterval(() => {}, 1e4);",
  ]) {
    const entry = join(mkdtempSync(join(tmpdir(), "e-")), "entry.mjs");
    writeFileSync(entry, source);
    const pool = poolFor(t, { name: "x", groups: { w: { type: "job", entry } } });
    await pool.start();
    const end = await pool.closed;
    assert.is(end.exitCode, 2);
    assert.match(end.reason, "group w runs jobs, and its entry has none: export default defineWorker({ jobs");
  }
});

test("a plain program of the same user connects by the pool's folder", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "p-"));
  const config = { name: "shop", groups: { w: work() }, plugins: [control({ directory })] };
  const pool = poolFor(t, config, { directory });
  await pool.start();
  const sockets = readdirSync(join(directory, "jobs")).map((name) => join("jobs", name));
  for (const name of ["jobs.sock", "jobs.token", ...sockets]) {
    const info = lstatSync(join(directory, name));
    assert.is(info.isSocket(), name !== "jobs.token", name);
    assert.is(info.mode & 0o777, 0o600, name);
  }
  // Who does not show the token is told nothing.
  await new Promise<void>((resolve, reject) => {
    const stranger = connect(join(directory, "jobs.sock"));
    stranger.on("data", () => reject(new Error("a stranger was answered")));
    stranger.on("close", () => resolve());
    stranger.write('{"type":"hello","token":"wrong"}\n{"type":"watch","group":"w"}\n');
  });
  const program = `
    import { connectPool } from ${JSON.stringify(new URL("../../dist/index.mjs", import.meta.url).href)};
    const pool = await connectPool({ directory: process.argv[1] });
    console.log(await pool.jobs("w").run("add", 41));
    console.log(await pool.jobs("nope").run("add", 41).catch(({ code }) => code));
    pool.close();
  `;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program, directory]);
  assert.is(stdout, "42\nUNKNOWN_GROUP\n");
  const gone = mkdtempSync(join(tmpdir(), "p-"));
  const error = await connectPool({ directory: gone }).catch((thrown: { code: string }) => thrown);
  assert.is((error as { code: string }).code, "E_NOT_RUNNING");
});

test("who does not know the secret is hung up on, and takes nobody's place", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "p-"));
  const pool = poolFor(t, { name: "x", groups: { w: work() } }, { directory });
  await pool.start();
  const path = join(directory, "jobs", readdirSync(join(directory, "jobs"))[0]!);
  const closed = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(path);
      socket.on("error", () => {});
      socket.on("close", () => resolve());
      socket.write(bytes);
    });
  // A run without a hello, a hello with a wrong token, a frame longer than a stranger's may be, no frame at all.
  await closed(Buffer.from([0, 0, 0, 5, 2, 0, 0, 0, 1]));
  await closed(Buffer.from([0, 0, 0, 6, 1, 0, 0, 0, 0, 0x80]));
  await closed(Buffer.from([0, 1, 0, 0, 1, 0, 0, 0, 0]));
  await closed(Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0]));
  const connection = await connectPool(pool);
  t.defer(() => connection.close());
  assert.is(await connection.jobs("w").run("add", 1), 2);
});

test.run();
