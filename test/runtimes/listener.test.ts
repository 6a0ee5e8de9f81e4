// supervisors: node, bun, deno (inside)
import { once } from "node:events";
import { existsSync, lstatSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { PoolError } from "../../core/contract/errors.ts";
import type { OpenListener, Runtime } from "../../core/contract/runtime.ts";
import { openListener } from "../../runtimes/sockets/listener.ts";
import { suite, type TestContext } from "../_suite.ts";
import { fixture, folder, observe, runtime, type Observed } from "./_spawn.ts";

const test = suite("runtimes/listener");

async function open(t: TestContext, address: Parameters<typeof openListener>[0]): Promise<OpenListener> {
  const listener = await openListener(address);
  t.defer(() => listener.close());
  return listener;
}

async function refused(address: Parameters<typeof openListener>[0], message: RegExp): Promise<void> {
  try {
    (await openListener(address)).close();
  } catch (error) {
    assert.instance(error, PoolError);
    assert.is((error as PoolError).code, "E_LISTEN");
    assert.match((error as PoolError).message, message);
    return;
  }
  assert.unreachable("it was opened");
}

async function occupy(
  t: TestContext,
  where: { port?: number; host?: string; path?: string },
): Promise<Server> {
  const server = createServer().listen(where);
  t.defer(() => server.close());
  await once(server, "listening");
  return server;
}

function serve(t: TestContext, from: Runtime, listener: OpenListener, name = "default"): Observed {
  const listeners = [{ name, fd: listener.fd, port: listener.port, path: listener.path }];
  return observe(t, from, fixture("parts.worker.ts"), { args: ["listen"], listeners, type: "reactor" });
}

const fetchText = async (options: object): Promise<string> => {
  const [response] = await once(get({ agent: false, ...options }), "response");
  let text = "";
  for await (const chunk of response) text += chunk;
  return text;
};

test("workers answer on one inherited socket: IPv4, a host name, IPv6, a path", async (t) => {
  const made = await runtime(t);
  for (const address of [
    { port: 0 },
    { port: 0, host: "localhost" },
    { port: 0, host: "::1" },
    { path: join(folder(t), "s.sock") },
  ]) {
    const listener = await open(t, address);
    const workers = [serve(t, made, listener), serve(t, made, listener, "other")];
    await Promise.all(workers.map((worker) => worker.frame("ready")));
    const { port, host, path } = listener;
    const pids = workers.map((worker) => String(worker.pid()));
    assert.ok(pids.includes(await fetchText(path === undefined ? { port, host } : { socketPath: path })));
  }
});

test("an address that cannot be listened on is refused in one line", { brief: true }, async (t) => {
  const { port } = (await occupy(t, { port: 0, host: "127.0.0.1" })).address() as { port: number };
  await refused({ port }, new RegExp(`port ${port} is in use`));
  await refused({ port, host: "0.0.0.0" }, /in use/);
  await refused({ port: 0, host: "192.0.2.1" }, /no address 192\.0\.2\.1/);
  await refused({ port: 0, host: "no.such.host.invalid" }, /no address is known/);
});

test("a port that the workers of another supervisor listen on is in use", async (t) => {
  const listener = await open(t, { port: 0 });
  await serve(t, await runtime(t), listener).frame("ready");
  await refused({ port: listener.port! }, /in use/);
});

test("a privileged port is refused", { skip: process.getuid?.() === 0 && "runs as root" }, async () => {
  await refused({ port: 81 }, /need privileges/);
});

test("a stale socket file is replaced, a live one and a file are not", { brief: true }, async (t) => {
  const path = join(folder(t), "s.sock");
  const first = await openListener({ path });
  // What a killed supervisor leaves: its file, and nobody behind it.
  const { ino } = lstatSync(path);
  const second = await openListener({ path });
  assert.is.not(lstatSync(path).ino, ino);
  // The first one's file is gone; its close leaves the second one's alone.
  first.close();
  assert.ok(existsSync(path));
  second.close();
  assert.not.ok(existsSync(path));
  const live = await occupy(t, { path });
  await refused({ path }, /another program listens/);
  await new Promise((resolve) => live.close(resolve));
  writeFileSync(path, "precious");
  await refused({ path }, /not a socket/);
  assert.ok(existsSync(path));
  rmSync(path);
  await refused({ path: "/nowhere/s.sock" }, /folder does not exist/);
  await refused({ path: join(folder(t), "x".repeat(110)) }, /shorter folder/);
});

test("the file of a path has the mode and the owner that are asked for, or nothing is opened", async (t) => {
  const path = join(folder(t), "s.sock");
  const [user, group] = [process.geteuid!(), process.getegid!()];
  for (const [mode, expected] of [
    [0o660, 0o660],
    ["606", 0o606],
  ] as const) {
    const opened = await openListener({ path, mode, owner: `${user}:${group}` });
    const info = lstatSync(path);
    assert.equal([info.mode & 0o777, info.uid, info.gid], [expected, user, group]);
    opened.close();
  }
  await refused(
    { path, owner: "nobody-of-this-name" },
    /has no user "nobody-of-this-name"; a number is accepted/,
  );
  assert.not.ok(existsSync(path));
  if (user === 0) {
    const opened = await openListener({ path, mode: 0o600, owner: "12345:23456" });
    const { uid, gid } = lstatSync(path);
    assert.equal([uid, gid], [12345, 23456]);
    opened.close();
  } else await refused({ path, owner: "0" }, /only root can give it to 0/);
});

test("a worker that asks for a listener that is not there fails with the names that are", async (t) => {
  const made = await runtime(t);
  const { fd } = await open(t, { port: 0 });
  const worker = observe(t, made, fixture("parts.worker.ts"), {
    args: ["listen", "admin"],
    listeners: [{ name: "web", fd }],
  });
  await worker.end();
  const { message } = (await worker.frame("error")).error as Error;
  assert.match(message, /no listener called "admin": it has web/);
  assert.not.ok(worker.frames.some(({ type }) => type === "ready"));
});

test.run();
