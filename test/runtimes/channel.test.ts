// supervisors: node, bun, deno (inside)
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ViolationKind } from "../../core/protocol/frame-order.ts";
import type { Frame } from "../../core/protocol/frames.ts";
import type { SupervisorMessage } from "../../core/protocol/messages.ts";
import { openChannel, type Channel, type ChannelLink } from "../../runtimes/channel/channel.ts";
import { suite, type TestContext } from "../_suite.ts";
import { node } from "../harness/supervisor.ts";
import { folder } from "./_spawn.ts";

const test = suite("runtimes/channel");
const token = "a".repeat(64);
const hello = { type: "hello", protocol: 1, epoch: 1, token, runtime: "test" };

interface Peer {
  readonly link: ChannelLink;
  readonly frames: Frame[];
  readonly violations: ViolationKind[];
  readonly disconnects: () => number;
  /** Resolves when the connection with the right token is gone. */
  readonly gone: Promise<void>;
}

async function open(t: TestContext): Promise<Channel> {
  const channel = await openChannel(folder(t));
  t.defer(() => channel.close());
  return channel;
}

function expect(channel: Channel, secret: string = token, onFrame: (frame: Frame) => void = () => {}): Peer {
  const frames: Frame[] = [];
  const violations: ViolationKind[] = [];
  let disconnects = 0;
  let leave = (): void => {};
  const gone = new Promise<void>((resolve) => (leave = resolve));
  const link = channel.expect(secret, 1, {
    frame(frame) {
      frames.push(frame);
      onFrame(frame);
    },
    violation: ({ kind }) => void violations.push(kind),
    disconnected() {
      disconnects++;
      leave();
    },
  });
  return { link, frames, violations, disconnects: () => disconnects, gone };
}

function dial(t: TestContext, channel: Channel): Socket {
  const socket = connect(channel.path);
  socket.on("error", () => {});
  t.defer(() => socket.destroy());
  return socket;
}

const lines = (...frames: unknown[]): Buffer =>
  Buffer.from(frames.map((frame) => `${JSON.stringify(frame)}\n`).join(""));

async function closed(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.closed) await once(socket, "close");
}

test("the socket of a supervisor that was killed is removed, and nothing else", async (t) => {
  const directory = folder(t);
  const left = (name: string): string => {
    const path = join(directory, name);
    const script =
      "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 9))";
    spawnSync(node, ["-e", script, path]);
    assert.ok(existsSync(path));
    return path;
  };
  const [stale, other] = [left("w0123456789ab.sock"), left("web.sock")];
  const first = await openChannel(directory);
  t.defer(() => first.close());
  const second = await openChannel(directory);
  t.defer(() => second.close());
  assert.equal([stale, other, first.path, second.path].map(existsSync), [false, true, true, true]);
});

test("the socket is 0600 and removed at the end; a path that is too long is refused", async (t) => {
  const channel = await openChannel(folder(t));
  assert.is(statSync(channel.path).mode & 0o777, 0o600);
  await channel.close();
  assert.not.ok(existsSync(channel.path));
  try {
    await openChannel(`/tmp/${"x".repeat(110)}`);
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /shorter folder/);
  }
});

test("frames before the end of a connection come first, cut anywhere", async (t) => {
  const channel = await open(t);
  const bytes = lines(
    hello,
    { type: "ready" },
    { type: "log", message: "ö" },
    { type: "goodbye", kind: "done" },
  );
  const each = async (at: number): Promise<void> => {
    const secret = `${at}`.padStart(64, "0");
    const mine = Buffer.from(bytes.toString().replace(token, secret));
    const peer = expect(channel, secret);
    const socket = dial(t, channel);
    socket.write(mine.subarray(0, at));
    await new Promise(setImmediate);
    socket.end(mine.subarray(at));
    socket.resume();
    await peer.gone;
    assert.equal(
      [peer.frames.map(({ type }) => type), peer.violations, peer.disconnects()],
      [["hello", "ready", "log", "goodbye"], [], 1],
    );
    assert.is(peer.frames[2]!.message, "ö");
  };
  for (let at = 0; at <= bytes.length; at += 8) {
    await Promise.all(
      [0, 1, 2, 3, 4, 5, 6, 7].map((n) => (at + n <= bytes.length ? each(at + n) : undefined)),
    );
  }
});

test("strangers are cut off without a word, and cannot fill the house", async (t) => {
  const channel = await open(t);
  const peer = expect(channel);
  for (const junk of [
    "junk\n",
    "{}\n",
    '{"type":"ready"}\n',
    `${JSON.stringify({ ...hello, token: "b".repeat(64) })}\n`,
    `${JSON.stringify({ ...hello, token: 7 })}\n`,
    "\0\xff\xfe\n",
    "x".repeat(70_000),
  ]) {
    const socket = dial(t, channel);
    socket.write(junk);
    await closed(socket);
  }
  // However many say nothing, a worker is let in at once.
  const many = Array.from({ length: 64 }, () => dial(t, channel));
  await Promise.all(many.map((socket) => once(socket, "connect")));
  const socket = dial(t, channel);
  socket.end(lines(hello));
  socket.resume();
  await peer.gone;
  assert.equal([peer.frames.length, peer.violations], [1, []]);
});

for (const [what, bytes, kind] of [
  ["another epoch", lines({ ...hello, epoch: 2 }), "badHello"],
  ["another protocol", lines({ ...hello, protocol: 2 }), "protocolMismatch"],
  ["no protocol", lines({ ...hello, protocol: undefined }), "protocolMismatch"],
  ["junk", Buffer.concat([lines(hello), Buffer.from("{oops\n")]), "malformed"],
  ["no type", lines(hello, { kind: "x" }), "malformed"],
  ["no UTF-8", Buffer.concat([lines(hello), Uint8Array.of(0xff, 10)]), "malformed"],
  ["an endless frame", Buffer.concat([lines(hello), Buffer.alloc(1024 * 1024 + 1, 32)]), "oversized"],
  [
    "too much at once",
    lines(hello, ...Array.from({ length: 400 }, () => ({ type: "log" }))),
    "creditExceeded",
  ],
] as const) {
  test(`${what} is one violation, and nothing comes after it`, async (t) => {
    const channel = await open(t);
    const peer = expect(channel);
    const socket = dial(t, channel);
    socket.write(Buffer.concat([bytes, lines({ type: "ready" })]));
    await closed(socket);
    await peer.gone;
    assert.equal([peer.violations, peer.disconnects()], [[kind], 1]);
    assert.not.ok(peer.frames.some(({ type }) => type === "ready"));
  });
}

test("a second connection with the token is a violation, and ends both", async (t) => {
  const channel = await open(t);
  const peer = expect(channel);
  const first = dial(t, channel);
  first.write(lines(hello));
  const second = dial(t, channel);
  second.write(lines(hello));
  await Promise.all([closed(first), closed(second), peer.gone]);
  assert.equal([peer.violations, peer.frames.length, peer.disconnects()], [["secondHello"], 1, 1]);
});

test("deep JSON and prototype keys hurt nobody", async (t) => {
  const channel = await open(t);
  const peer = expect(channel);
  const deep = `{"type":"log","data":${"[".repeat(100_000)}${"]".repeat(100_000)}}\n`;
  const socket = dial(t, channel);
  socket.end(
    Buffer.concat([lines(hello), Buffer.from(deep), Buffer.from('{"type":"log","__proto__":{"x":1}}\n')]),
  );
  socket.resume();
  await peer.gone;
  assert.is(peer.frames.length, 3);
  assert.is(({} as { x?: number }).x, undefined);
});

test("a disconnected worker is not heard again, and a forgotten token is unknown", async (t) => {
  const channel = await open(t);
  const peer = expect(channel, token, (frame) => frame.type === "hello" && peer.link.disconnect());
  const socket = dial(t, channel);
  socket.write(lines(hello, { type: "ready" }));
  await peer.gone;
  assert.equal([peer.frames.length, peer.violations], [1, []]);
  assert.is(peer.link.send({ type: "stop" }), false);
  peer.link.forget();
  const again = dial(t, channel);
  again.write(lines(hello));
  await closed(again);
  assert.equal(peer.violations, []);
});

test("the oldest that say nothing make room for others", async (t) => {
  const channel = await open(t);
  const many = Array.from({ length: 64 }, () => dial(t, channel));
  await Promise.all(many.map((socket) => once(socket, "connect")));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const late = dial(t, channel);
  await once(late, "connect");
  await Promise.race(many.map((socket) => closed(socket)));
  assert.is(late.destroyed, false);
  assert.is(many.filter((socket) => socket.destroyed).length, 1);
});

test("a worker that sends but never reads is a violation, and its credit does not grow the supervisor", async (t) => {
  const channel = await open(t);
  let greet = (): void => {};
  const greeted = new Promise<void>((resolve) => (greet = resolve));
  const peer = expect(channel, token, () => greet());
  const socket = dial(t, channel);
  socket.pause();
  socket.write(lines(hello));
  await greeted;
  const data = "x".repeat(100_000);
  let isGone = false;
  void peer.gone.then(() => (isGone = true));
  // The kernel takes a part of what waits.
  for (let turn = 0; !isGone; turn++) {
    assert.ok(turn < 10_000);
    while (peer.link.send({ type: "plugin", plugin: "p", message: data }));
    socket.write(lines({ type: "heartbeat" }));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.equal(peer.violations, ["creditExceeded"]);
});

test("what waits for a worker that does not read is bounded", async (t) => {
  const channel = await open(t);
  let greet = (): void => {};
  const greeted = new Promise<void>((resolve) => (greet = resolve));
  const peer = expect(channel, token, () => greet());
  const socket = dial(t, channel);
  socket.pause();
  socket.write(lines(hello));
  await greeted;
  const data = "x".repeat(100_000);
  let sent = 0;
  while (peer.link.send({ type: "plugin", plugin: "p", message: data })) assert.ok(++sent < 1000);
  assert.is(peer.link.send({ type: "stop" }), false);
  const circular: Record<string, unknown> = { type: "plugin" };
  circular.circular = circular;
  assert.is(peer.link.send(circular as unknown as SupervisorMessage), false);
});

test("a worker that floods does not starve another", async (t) => {
  const channel = await open(t);
  const flood = dial(t, channel);
  let ended = false;
  let flooded = 0;
  const noisy = expect(channel, token, () => flooded++);
  flood.write(lines(hello));
  const batch = Array.from({ length: 128 }, () => ({ type: "log", message: "x".repeat(200) }));
  // Two windows of half the credit each in flight: as fast as is allowed, for ever.
  let spare = 256;
  const pump = (): void => {
    while (!ended && spare >= 128) {
      spare -= 128;
      flood.write(lines(...batch));
    }
  };
  flood.on("data", (chunk: Buffer) => {
    for (const line of chunk.toString().trim().split("\n")) spare += (JSON.parse(line) as { n: number }).n;
    pump();
  });
  pump();
  const quiet = "b".repeat(64);
  let answer = (): void => {};
  const peer = expect(channel, quiet, () => answer());
  const socket = dial(t, channel);
  socket.resume();
  socket.write(lines({ ...hello, token: quiet }));
  for (let n = 0; n < 50; n++) {
    const before = flooded;
    await new Promise<void>((resolve) => {
      answer = resolve;
      socket.write(lines({ type: "heartbeat" }));
    });
    // A bound in frames, not in time: some windows of the loud one, however slow the machine is.
    assert.ok(flooded - before <= 10 * 256, `${flooded - before} frames of the loud one between`);
  }
  ended = true;
  assert.equal([peer.violations, noisy.violations], [[], []]);
});

test.run();
