import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { Agent, get } from "node:https";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import * as assert from "uvu/assert";
import { openListener } from "../../runtimes/sockets/listener.ts";
import type { Suite, TestContext } from "../_suite.ts";
import { testsIn } from "../behaviour/_pool.ts";
import type { World } from "../behaviour/_worlds.ts";
import { fixture, observe, runtime, type Observed } from "./_spawn.ts";

/** How a worker ends that serves TLS, HTTP/2, WebSockets, or plain TCP. */
export function protocolBehaviours(suite: Suite, world: World): void {
  const test = testsIn(suite, world);
  /** Of HTTP/2: what a client begins with, and the type of frame that begins a stream. */
  const PREFACE_BYTES = 24;
  const HEADERS = 1;

  interface Served {
    readonly port: number;
    spawn(...args: string[]): Promise<Observed>;
  }

  async function served(t: TestContext): Promise<Served> {
    const made = await runtime(t, world.runtime);
    const listener = await openListener({ port: 0 });
    t.defer(() => listener.close());
    const listeners = [{ name: "default", fd: listener.fd, port: listener.port }];
    return {
      port: listener.port!,
      async spawn(...args) {
        const worker = observe(t, made, fixture("protocols.worker.mjs"), {
          args,
          listeners,
          type: "reactor",
        });
        await worker.frame("ready");
        return worker;
      },
    };
  }

  async function ask(port: number, path: string, agent: Agent): Promise<[string, string | undefined]> {
    const options = { host: "127.0.0.1", port, path, agent, rejectUnauthorized: false };
    const [response] = (await once(get(options), "response")) as [IncomingMessage];
    return [await text(response), response.headers.connection];
  }

  function agentOf(t: TestContext): Agent {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.defer(() => agent.destroy());
    return agent;
  }

  test(
    "https: what is asked is answered, what is idle is used once more, what shakes hands is not waited for",
    { brief: true },
    async (t) => {
      const { port, spawn } = await served(t);
      const worker = await spawn("https");
      const [busy, idle] = [agentOf(t), agentOf(t)];
      // Connected, and not a byte of a handshake.
      const silent = connect(port, "127.0.0.1").on("error", () => {});
      t.defer(() => silent.destroy());
      assert.equal(await ask(port, "/", idle), [`${worker.pid()}`, "keep-alive"]);
      await ask(port, "/", busy);
      const slow = ask(port, "/slow", busy);
      await new Promise((resolve) => setTimeout(resolve, 100));
      worker.send({ type: "drain" });
      assert.equal(await slow, [`slow ${worker.pid()}`, "close"]);
      assert.equal(await ask(port, "/", idle), [`${worker.pid()}`, "close"]);
      assert.is((await worker.end()).code, 0);
      assert.is((await worker.frame("goodbye")).kind, "drained");
    },
  );

  function session(t: TestContext, port: number, scheme: string): ClientHttp2Session {
    const made = connectHttp2(`${scheme}://127.0.0.1:${port}`, { rejectUnauthorized: false });
    made.on("error", () => {});
    t.defer(() => made.destroy());
    return made;
  }

  /** Passes bytes on, and counts the HEADERS frames of each client by its port. It speaks TLS for its clients. */
  async function sniff(
    t: TestContext,
    port: number,
    isSecure: boolean,
  ): Promise<{ port: number; written: Map<number, number> }> {
    const written = new Map<number, number>();
    const proxy = createServer((client) => {
      const name = client.remotePort!;
      const where = { host: "127.0.0.1", port };
      const server = isSecure
        ? connectTls({ ...where, ALPNProtocols: ["h2"], rejectUnauthorized: false })
        : connect(where);
      for (const [one, other] of [
        [client, server],
        [server, client],
      ] as const)
        one.pipe(other).on("error", () => one.destroy());
      let left: Buffer = Buffer.alloc(0);
      let isPreface = true;
      client.on("data", (chunk) => {
        left = Buffer.concat([left, chunk]);
        if (isPreface && left.length >= PREFACE_BYTES) {
          isPreface = false;
          left = left.subarray(PREFACE_BYTES);
        }
        while (!isPreface && left.length >= 9 && left.length >= 9 + left.readUIntBE(0, 3)) {
          if (left[3] === HEADERS) written.set(name, (written.get(name) ?? 0) + 1);
          left = left.subarray(9 + left.readUIntBE(0, 3));
        }
      });
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    t.defer(() => proxy.close());
    return { port: (proxy.address() as AddressInfo).port, written };
  }

  async function stream(of: ClientHttp2Session, path: string): Promise<string> {
    return await text(of.request({ ":path": path }));
  }

  for (const [protocol, scheme] of [
    ["h2c", "http"],
    ["streams", "http"],
    ["http2", "https"],
  ] as const) {
    test(`${protocol}: streams finish, the client is told to go, an idle session's next request is answered`, async (t) => {
      const { port, spawn } = await served(t);
      const worker = await spawn(protocol);
      const [busy, idle] = [session(t, port, scheme), session(t, port, scheme)];
      for (const each of [busy, idle]) assert.is(await stream(each, "/"), `${worker.pid()}`);
      const slow = Array.from({ length: 3 }, () => stream(busy, "/slow"));
      await new Promise((resolve) => setTimeout(resolve, 100));
      const goaways: number[] = [];
      for (const each of [busy, idle]) each.on("goaway", (code) => goaways.push(code));
      worker.send({ type: "drain" });
      for (const answer of slow) assert.is(await answer, `slow ${worker.pid()}`);
      // What has no body ends at once, and the client learns of it with the next.
      assert.is(await stream(idle, "/none"), "");
      const [head] = (await once(idle.request({ ":path": "/", ":method": "HEAD" }).resume(), "response")) as [
        Record<string, unknown>,
      ];
      assert.is(head[":status"], 200);
      assert.is(await stream(idle, "/"), `${worker.pid()}`);
      assert.is((await worker.end()).code, 0);
      assert.is((await worker.frame("goodbye")).kind, "drained");
      assert.ok(goaways.length > 1 && goaways.every((code) => code === 0), `GOAWAY ${goaways.join()}`);
    });

    test(`${protocol}: workers are replaced under load, and every stream that was written is answered`, async (t) => {
      const { port, spawn } = await served(t);
      let current = await spawn(protocol);
      const { port: sniffed, written } = await sniff(t, port, scheme === "https");
      let over = false;
      const answered = new Map<number, number>();
      const pids = new Set<string>();
      const client = async (): Promise<void> => {
        while (!over) {
          const open = session(t, sniffed, "http");
          await once(open, "connect");
          const { localPort = 0 } = open.socket;
          // What a client does that was told to go: the next stream is for the next session.
          while (!over && !open.closed && !open.destroyed) {
            try {
              pids.add(await stream(open, "/"));
              answered.set(localPort, (answered.get(localPort) ?? 0) + 1);
            } catch (error) {
              // The client's own refusal, of what it had not yet written when the notice came; or a loss.
              assert.match(String(error), "NGHTTP2_REFUSED_STREAM");
            }
          }
          open.close();
        }
      };
      const load = Promise.all(Array.from({ length: 6 }, client));
      for (let n = 0; n < 4; n++) {
        const next = await Promise.race([spawn(protocol), load]);
        current.send({ type: "drain" });
        await Promise.race([current.end(), load]);
        assert.is((await current.frame("goodbye")).kind, "drained");
        current = next as Observed;
      }
      over = true;
      await load;
      assert.ok(pids.size >= 4, `answers of ${pids.size} workers`);
      assert.ok(answered.size >= 20, `${answered.size} sessions`);
      for (const [connection, count] of answered) assert.is(count, written.get(connection), `${connection}`);
    });
  }

  test(
    "http2: an answer keeps its trailers, and a session that nobody uses ends",
    { brief: true },
    async (t) => {
      const { port, spawn } = await served(t);
      const worker = await spawn("h2c");
      const [busy, idle] = [session(t, port, "http"), session(t, port, "http")];
      for (const each of [busy, idle]) await stream(each, "/");
      worker.send({ type: "drain" });
      const asked = busy.request({ ":path": "/trailers" });
      const trailers = once(asked, "trailers");
      assert.is(await text(asked), "before");
      assert.is(((await trailers) as [Record<string, unknown>])[0]["x-trailer"], "after");
      assert.is((await worker.end()).code, 0);
      assert.is((await worker.frame("goodbye")).kind, "drained");
    },
  );

  /** A WebSocket as far as the upgrade. */
  async function upgrade(t: TestContext, port: number): Promise<Socket> {
    const headers = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    const asked = httpRequest({ host: "127.0.0.1", port, headers, agent: false });
    asked.end();
    const [, socket] = (await once(asked, "upgrade")) as [IncomingMessage, Socket];
    t.defer(() => socket.destroy());
    return socket;
  }

  test("WebSockets: the worker closes them at its drain event, and ends", { brief: true }, async (t) => {
    const { port, spawn } = await served(t);
    const worker = await spawn("upgrades", "close");
    const socket = await upgrade(t, port);
    const received: Buffer[] = [];
    socket.on("data", (data) => received.push(data));
    const ended = once(socket, "end");
    worker.send({ type: "drain" });
    await ended;
    socket.end();
    assert.equal([...Buffer.concat(received)], [0x88, 2, 0x03, 0xe9]);
    assert.is((await worker.end()).code, 0);
    assert.is((await worker.frame("goodbye")).kind, "drained");
  });

  test("WebSockets: those that the program leaves open are closed with 1012, one after the other", async (t) => {
    const { port, spawn } = await served(t);
    const worker = await spawn("upgrades");
    const ends: number[] = [];
    const sockets = await Promise.all(Array.from({ length: 5 }, () => upgrade(t, port)));
    const closes = sockets.map(async (socket) => {
      const chunks: Buffer[] = [];
      for await (const chunk of socket) {
        chunks.push(chunk as Buffer);
        const received = Buffer.concat(chunks);
        if (!received.subarray(-4).equals(Buffer.from([0x88, 2, 0x03, 0xf4]))) continue;
        ends.push(performance.now());
        socket.end();
      }
    });
    worker.send({ type: "drain", deadlineMs: 15_000 });
    const started = performance.now();
    await Promise.all(closes);
    assert.is((await worker.end()).code, 0);
    assert.is((await worker.frame("goodbye")).kind, "drained");
    assert.is(ends.length, 5);
    assert.ok(ends.at(-1)! - ends[0]! > 200, `within ${ends.at(-1)! - ends[0]!} ms`);
    assert.ok(performance.now() - started < 5_000, "in seconds");
    assert.not.ok(worker.frames.some(({ type }) => type === "log"));
  });

  test("event streams end when nothing else is left, and one that has an end of its own is not cut", async (t) => {
    const { port, spawn } = await served(t);
    const worker = await spawn("events");
    const options = { host: "127.0.0.1", port, agent: false } as const;
    const subscribed = httpRequest({ ...options, path: "/events" }).end();
    const [events] = (await once(subscribed, "response")) as [IncomingMessage];
    const posted = httpRequest({ ...options, path: "/events", method: "POST" }).end();
    const [answer] = (await once(posted, "response")) as [IncomingMessage];
    // A third of it for what lingers.
    worker.send({ type: "drain", deadlineMs: 3_000 });
    const ended = text(answer).then((all) => [all.slice(-4), performance.now()] as const);
    assert.match(await text(events), /data: 1/);
    const subscriptionEndedAt = performance.now();
    const [last, answeredAt] = await ended;
    assert.is(last, "end\n");
    assert.ok(answeredAt > subscriptionEndedAt - 1_000);
    await worker.end();
    assert.is((await worker.frame("goodbye")).kind, "drained");
  });
}
