// supervisors: node, bun, deno (inside)
import { lstat, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import type { Frame } from "../../core/protocol/frames.ts";
import { createPrivate } from "../../plugins/control/directory.ts";
import { connectControl, control } from "../../plugins/control/index.ts";
import { acquireLock, readLock } from "../../plugins/control/lock.ts";
import { openControlServer } from "../../plugins/control/server.ts";
import type { TestContext } from "../_suite.ts";
import { suite } from "../_suite.ts";
import type { FakePool, RawClient } from "./_helpers.ts";
import { connectRaw, createFakePool, setUp, temporaryFolder } from "./_helpers.ts";

const test = suite("control socket");

interface Setup {
  directory: string;
  pool: FakePool;
  audit: string[];
  dispose: () => Promise<void>;
}

async function start(t: TestContext): Promise<Setup> {
  const directory = join(await temporaryFolder(t), "shop");
  const pool = createFakePool();
  const audit: string[] = [];
  const dispose = await setUp(control({ directory, audit: (line) => audit.push(line) }), pool, t);
  return { directory, pool, audit, dispose };
}

const command = (id: unknown, name: string, args?: unknown): string =>
  `${JSON.stringify({ type: "command", id, command: name, args })}\n`;

async function ask(client: RawClient, name: string, args?: unknown): Promise<Frame> {
  client.send(command("q", name, args));
  return (await client.frames(1))[0]!;
}

const errorOf = (frame: Frame): { code: string; message: string } => frame.error as never;

test("carries out the four commands and audits those that change something", async (t) => {
  const { directory, pool, audit } = await start(t);
  const client = await connectControl(directory);
  t.defer(() => client.close());
  assert.equal(await client.call("status"), JSON.parse(JSON.stringify(pool.status())));
  assert.equal(await client.call("restart", { slot: "web#0" }), { slot: "web#0" });
  assert.equal(await client.call("scale", { group: "web", count: 4 }), { group: "web", from: 2, to: 4 });
  assert.equal(await client.call("scale", { group: "web", delta: -1 }), { group: "web", from: 4, to: 3 });
  assert.equal(await client.call("stop", { now: true }), { exitCode: 0, reason: "asked" });
  assert.equal(pool.calls, ["restart web#0", "scale web 4 control", "scale web 3 control", "stop true"]);
  assert.equal(audit, [
    "control client 1: restart web#0",
    "control client 1: scale web 4",
    "control client 1: scale web -1",
    "control client 1: stop --now",
  ]);
});

test("a pool's own error reaches the client with its code", async (t) => {
  const { directory } = await start(t);
  const client = await connectControl(directory);
  t.defer(() => client.close());
  for (const [name, args, code] of [
    ["restart", { slot: "web#9" }, "E_UNKNOWN_SLOT"],
    ["scale", { group: "nope", delta: 1 }, "E_UNKNOWN_GROUP"],
    ["reload", { surge: {} }, "E_CONFIG"],
    ["reload", { minReady: [] }, "E_CONFIG"],
  ] as const) {
    const error = await client.call(name, args).catch((error: unknown) => error as { code: string });
    assert.is((error as { code: string }).code, code);
  }
});

test("unknown commands and wrong arguments are answered, and nothing happens", async (t) => {
  const { directory, pool, audit } = await start(t);
  const client = await connectRaw(directory, t);
  for (const [name, args, expected] of [
    ["__proto__", {}, "no such command; there are status, restart, reload, scale, stop"],
    ["constructor", {}, "no such command"],
    ["status", { verbose: true }, "the only arguments are: none"],
    ["status", [], "args must be an object"],
    ["status", "x", "args must be an object"],
    ["restart", {}, "slot must be text"],
    ["restart", { slot: "a\u001b[31m" }, "slot must be text"],
    ["restart", { slot: "x".repeat(201) }, "slot must be text"],
    ["scale", { group: "web" }, "scale takes either count or delta"],
    ["scale", { group: "web", count: 1, delta: 1 }, "scale takes either count or delta"],
    ["scale", { group: "web", count: -1 }, "count must be a whole number"],
    ["scale", { group: "web", count: 1.5 }, "count must be a whole number"],
    ["scale", { group: "web", count: "2" }, "count must be a whole number"],
    ["scale", { group: "web", delta: 1e9 }, "delta must be a whole number"],
    ["stop", { now: "yes" }, "now must be true or false"],
  ] as const) {
    const reply = await ask(client, name, args);
    assert.is(reply.ok, false);
    assert.is(errorOf(reply).code, "E_CONTROL");
    assert.match(errorOf(reply).message, expected);
  }
  assert.equal([pool.calls, audit], [[], []]);
  assert.is((await ask(client, "status")).ok, true);
});

test("requests may be cut anywhere and come together", async (t) => {
  const { directory } = await start(t);
  const client = await connectRaw(directory, t);
  for (const byte of Buffer.from(command(1, "status"))) {
    client.send(Uint8Array.of(byte));
    await sleep(1);
  }
  assert.is((await client.frames(1))[0]?.id, 1);
  client.send(command(2, "status") + command(3, "status"));
  const ids = (await client.frames(2)).map(({ id }) => id);
  assert.equal(ids, [2, 3]);
});

test("junk, oversized and nameless requests end the connection with one reply", async (t) => {
  const { directory } = await start(t);
  for (const bytes of [
    "GET / HTTP/1.1\r\n\r\n",
    "\n",
    "[1]\n",
    Uint8Array.of(0xff, 0xfe, 10),
    "x".repeat(70_000),
    command(1, "restart", { slot: "x".repeat(70_000) }),
    command(undefined, "status"),
    command({ toString: 1 }, "status"),
    '{"type":"other","id":1}\n',
    "[".repeat(60_000) + "\n",
  ]) {
    const client = await connectRaw(directory, t);
    client.send(bytes);
    await client.ended;
    const frames = await client.frames(2);
    assert.is(frames.length, 1, String(bytes).slice(0, 30));
    assert.is(frames[0]!.ok, false);
  }
  assert.is((await ask(await connectRaw(directory, t), "status")).ok, true);
});

test("a client that goes away in the middle of its command harms nothing", async (t) => {
  const { directory, pool } = await start(t);
  const leaver = await connectRaw(directory, t);
  leaver.send(command(1, "restart", { slot: "web#1" }));
  while (pool.calls.length === 0) await sleep(1);
  leaver.destroy();
  await sleep(20);
  pool.slow.finish();
  await sleep(20);
  assert.is((await ask(await connectRaw(directory, t), "status")).ok, true);
});

test("a client that closed its half still gets its reply", async (t) => {
  const { directory, pool } = await start(t);
  const client = await connectRaw(directory, t);
  client.send(command(1, "restart", { slot: "web#1" }));
  client.halfClose();
  await sleep(20);
  pool.slow.finish();
  assert.equal(
    (await client.frames(2)).map(({ ok }) => ok),
    [true],
  );
});

test("a command that waits does not hold up the next, and there are at most 16", async (t) => {
  const { directory, pool } = await start(t);
  const client = await connectRaw(directory, t);
  for (let id = 0; id < 20; id++) client.send(command(id, "restart", { slot: "web#1" }));
  const refused = await client.frames(4);
  assert.equal(
    refused.map(({ id, ok }) => [id, ok]),
    [16, 17, 18, 19].map((id) => [id, false]),
  );
  pool.slow.finish();
  const done: Frame[] = [];
  while (done.length < 16) done.push(...(await client.frames(1)));
  assert.ok(done.every(({ ok }) => ok === true));
});

test("an idle client is sent away, however slowly it dribbles; one that waits is not", async (t) => {
  const directory = await temporaryFolder(t);
  const pool = createFakePool();
  const path = join(directory, "control.sock");
  const server = await openControlServer(path, { pool, audit() {}, isKnown: () => true, idleMs: 200 });
  t.defer(() => server.close());
  const [slow, waits] = [await connectRaw(directory, t, "any"), await connectRaw(directory, t, "any")];
  waits.send(command(1, "restart", { slot: "web#1" }));
  const dribble = setInterval(() => slow.send("{"), 20);
  t.defer(() => clearInterval(dribble));
  await slow.ended;
  assert.match(errorOf((await slow.frames(1))[0]!).message, "no command came");
  await sleep(250);
  pool.slow.finish();
  assert.is((await waits.frames(1))[0]?.ok, true);
});

test("the 33rd client is told to try again, and gets in when another has left", async (t) => {
  const { directory } = await start(t);
  const clients = await Promise.all(Array.from({ length: 32 }, () => connectRaw(directory, t)));
  assert.is((await ask(clients[31]!, "status")).ok, true);
  const late = await connectRaw(directory, t);
  assert.match(errorOf((await late.frames(1))[0]!).message, "more than 32 clients");
  await late.ended;
  clients[0]!.destroy();
  await sleep(50);
  assert.is((await ask(await connectRaw(directory, t), "status")).ok, true);
});

test("the socket and its folder are private from the start, and the umask is as before", async (t) => {
  const before = process.umask();
  const { directory } = await start(t);
  assert.is((await lstat(join(directory, "control.sock"))).mode & 0o777, 0o600);
  assert.is((await lstat(directory)).mode & 0o777, 0o700);
  assert.is(process.umask(), before);
});

test("a second pool of the name is refused; after the first it starts, over a dead socket too", async (t) => {
  const { directory, dispose } = await start(t);
  const second = control({ directory });
  const error = await Promise.resolve(second.setup(createFakePool())).catch(
    (error: unknown) => error as Error,
  );
  assert.match(String((error as Error).message), `pool "shop" is already running as process ${process.pid}`);
  await dispose();
  await assertGone(join(directory, "lock"));
  await assertGone(join(directory, "control.sock"));
  // What SIGKILL leaves: a bound path that nobody listens on.
  const dead = createServer();
  await new Promise<void>((resolve) => dead.listen(join(directory, "other"), resolve));
  await rename(join(directory, "other"), join(directory, "control.sock"));
  await new Promise((resolve) => dead.close(resolve));
  await setUp(second, createFakePool(), t);
  assert.is((await ask(await connectRaw(directory, t), "status")).ok, true);
});

test("the reply to stop arrives although the plugin is disposed of at once", async (t) => {
  const { directory, pool, dispose } = await start(t);
  pool.hooks.hook("pool:stopped", () => void dispose());
  const client = await connectControl(directory);
  assert.equal(await client.call("stop"), { exitCode: 0, reason: "asked" });
  const error = await client.call("status").catch((error: unknown) => error as Error);
  assert.match(String((error as Error).message), /pool "shop".* closed the connection/);
});

test("dispose does not wait for a command that never ends", async (t) => {
  const { directory, pool, dispose } = await start(t);
  const client = await connectControl(directory);
  const call = client.call("restart", { slot: "web#1" }).catch((error: unknown) => error as Error);
  while (pool.calls.length === 0) await sleep(1);
  const begun = performance.now();
  await dispose();
  assert.ok(performance.now() - begun < 2_000);
  assert.match(String(((await call) as Error).message), "closed the connection before it answered");
});

test("without a pool the client says so, with the way out", async (t) => {
  const directory = join(await temporaryFolder(t), "shop");
  for (const step of [
    () => {},
    () => setUp(control({ directory }), createFakePool(), t).then((end) => end()),
  ]) {
    await step();
    const error = await connectControl(directory).catch(
      (error: unknown) => error as Error & { code: string },
    );
    assert.is((error as { code: string }).code, "E_NOT_RUNNING");
    assert.match((error as Error).message, 'pool "shop" is not running: start it with `poolable start`');
  }
});

test("a supervisor that does not answer is named with its pid", async (t) => {
  const directory = join(await temporaryFolder(t), "shop");
  await createPrivate(directory);
  await acquireLock(directory);
  await writeFile(join(directory, "control.token"), "any");
  const mute = createServer((socket) => t.defer(() => void socket.destroy()));
  await new Promise<void>((resolve) => mute.listen(join(directory, "control.sock"), resolve));
  t.defer(() => void mute.close());
  const client = await connectControl(directory);
  const error = await client.call("status").catch((error: unknown) => error as Error);
  assert.match(
    String((error as Error).message),
    new RegExp(`pool ".+" \\(pid ${process.pid}\\) does not answer`),
  );
});

test("who does not show the token of this run changes nothing, also with a command that follows", async (t) => {
  const { directory, pool, audit } = await start(t);
  const token = join(directory, "control.token");
  assert.is((await lstat(token)).mode & 0o777, 0o600);
  const right = await readFile(token, "utf8");
  for (const given of [null, "", "wrong", right.slice(1), "x".repeat(1_000)]) {
    const client = await connectRaw(directory, t, given);
    client.send(command(1, "stop"));
    await client.ended;
    const frames = await client.frames(2);
    assert.is(frames.length, 1);
    assert.match(errorOf(frames[0]!).message, "the token of this pool's run");
  }
  assert.equal([pool.calls, audit], [[], []]);
  const { dispose } = await start(t);
  await dispose();
});

test("the next run has another token, and the file is gone after it", async (t) => {
  const { directory, dispose } = await start(t);
  const token = join(directory, "control.token");
  const first = await readFile(token, "utf8");
  await dispose();
  await assertGone(token);
  await setUp(control({ directory }), createFakePool(), t);
  assert.is.not(await readFile(token, "utf8"), first);
});

test("strangers take no place of the clients: the oldest of too many is sent away", async (t) => {
  const { directory } = await start(t);
  const strangers: RawClient[] = [];
  for (let count = 0; count < 40; count++) strangers.push(await connectRaw(directory, t, null));
  assert.is((await ask(await connectRaw(directory, t), "status")).ok, true);
  await strangers[0]!.ended;
});

test("a stranger that says nothing is sent away", async (t) => {
  const directory = await temporaryFolder(t);
  const context = { pool: createFakePool(), audit() {}, isKnown: () => true, strangerMs: 50 };
  const server = await openControlServer(join(directory, "control.sock"), context);
  t.defer(() => server.close());
  const client = await connectRaw(directory, t, null);
  await client.ended;
  assert.match(errorOf((await client.frames(1))[0]!).message, "no token came");
});

test("a client that sends commands without pause is refused some, and its neighbour none", async (t) => {
  const { directory } = await start(t);
  const [busy, calm] = [await connectRaw(directory, t), await connectRaw(directory, t)];
  const replies: Frame[] = [];
  for (let id = 0; id < 60; id++) {
    busy.send(command(id, "status"));
    replies.push(...(await busy.frames(1)));
  }
  const refused = replies.filter(({ ok }) => ok === false);
  assert.ok(refused.length > 0, "none was refused");
  assert.match(errorOf(refused[0]!).message, "more than 20 commands a second");
  assert.is((await ask(calm, "status")).ok, true);
});

test("names in the audit are one printable line", async (t) => {
  const { directory, audit } = await start(t);
  const client = await connectRaw(directory, t);
  client.send(
    command(1, "reload", { groups: ["a\ncontrol client 9: stop", "\u001b[2J", "\u202eweb", "\u009b1m"] }),
  );
  await client.frames(1);
  await ask(client, "scale", { group: "x\u202ey", count: 1 });
  assert.equal(audit, [
    'control client 1: reload "a\\ncontrol client 9: stop" "\\u001b[2J" "\\u202eweb" "\\u009b1m"',
    'control client 1: scale "x\\u202ey" 1',
  ]);
});

test("all comes back within a second when the folder is removed, and stays this pool's", async (t) => {
  const { directory, pool } = await start(t);
  const before = await connectRaw(directory, t);
  assert.is((await ask(before, "status")).ok, true);
  await rm(dirname(directory), { recursive: true });
  await mkdir(dirname(directory), { mode: 0o700 });
  const removedAt = performance.now();
  const client = await until(() => connectControl(directory));
  t.defer(() => client.close());
  await until(async () => assert.is((await readLock(directory))?.pid, process.pid));
  assert.ok(performance.now() - removedAt < 1_500, `${performance.now() - removedAt} ms`);
  assert.equal(await client.call("restart", { slot: "web#0" }), { slot: "web#0" });
  assert.equal(pool.calls, ["restart web#0"]);
  // A connection from before is not touched.
  assert.is((await ask(before, "status")).ok, true);
  assert.is((await lstat(join(directory, "control.sock"))).mode & 0o777, 0o600);
  const second = await Promise.resolve(control({ directory }).setup(createFakePool())).catch(String);
  assert.match(String(second), "is already running");
});

/** Tries until it succeeds; the test's own time bounds it. */
async function until<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch {
      await sleep(10);
    }
  }
}

async function assertGone(path: string): Promise<void> {
  assert.is(await lstat(path).catch((error: NodeJS.ErrnoException) => error.code), "ENOENT");
}

test.run();
