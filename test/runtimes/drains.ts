import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { stripVTControlCharacters } from "node:util";
import * as assert from "uvu/assert";
import { openListener } from "../../runtimes/sockets/listener.ts";
import type { Suite, TestContext } from "../_suite.ts";
import { testsIn } from "../behaviour/_pool.ts";
import type { World } from "../behaviour/_worlds.ts";
import { fixture, observe, runtime, type Observed } from "./_spawn.ts";

/** How a worker that serves HTTP on an inherited socket ends. */
export function drainBehaviours(suite: Suite, world: World): void {
  const test = testsIn(suite, world);
  interface Served {
    readonly port: number;
    spawn(entry?: string, ...args: string[]): Observed;
  }

  async function served(t: TestContext): Promise<Served> {
    const made = await runtime(t, world.runtime);
    const listener = await openListener({ port: 0 });
    t.defer(() => listener.close());
    const listeners = [{ name: "default", fd: listener.fd, port: listener.port }];
    const spawn = (entry: string = "fetch.worker.mjs", ...args: string[]): Observed =>
      observe(t, made, fixture(entry), { args: ["listen", ...args], listeners, type: "reactor" });
    return { port: listener.port!, spawn };
  }

  async function ask(port: number, path: string, agent: Agent | false): Promise<[string, IncomingMessage]> {
    const [response] = (await once(get({ host: "127.0.0.1", port, path, agent }), "response")) as [
      IncomingMessage,
    ];
    let text = "";
    for await (const chunk of response) text += chunk;
    return [text, response];
  }

  test("a module with fetch is ready when it listens, and answers", { brief: true }, async (t) => {
    const { port, spawn } = await served(t);
    const worker = spawn();
    await worker.frame("ready");
    assert.is((await ask(port, "/hello", false))[0], "/hello");
    worker.send({ type: "stop" });
    assert.is((await worker.end()).code, 0);
  });

  test(
    "fetch without a listener fails before ready, in one line that says what to do",
    { brief: true },
    async (t) => {
      const worker = observe(t, await runtime(t, world.runtime), fixture("fetch.worker.mjs"));
      assert.is((await worker.end()).code, 1);
      const { kind, stage, reason } = await worker.frame("goodbye");
      assert.equal([kind, stage], ["startFailed", "import"]);
      assert.match(
        String(reason),
        /exports fetch, and group group listens nowhere: add `listen: 3000` to its config/,
      );
      assert.not.ok(worker.frames.some(({ type }) => type === "ready"));
      // Not its stack, and not what Deno advises.
      assert.equal(worker.lines.stderr, []);
    },
  );

  test("a run that returns before anything listens is a failed start", async (t) => {
    const { spawn } = await served(t);
    const worker = spawn("returns.worker.mjs");
    assert.is((await worker.end()).code, 1);
    const { kind, stage, reason } = await worker.frame("goodbye");
    assert.equal([kind, stage], ["startFailed", "import"]);
    assert.match(String(reason), /returned, and nothing listens: call worker\.listen\(server\)/);
  });

  test(
    "a fetch that fails is a 500 with its stack in the log, and the worker goes on",
    { brief: true },
    async (t) => {
      const { port, spawn } = await served(t);
      const worker = spawn();
      await worker.frame("ready");
      for (const [path, message] of [
        ["/throw", "it throws"],
        ["/reject", "it rejects"],
        ["/nothing", "fetch returned undefined, not a Response"],
      ] as const) {
        const [, { statusCode }] = await ask(port, path, false);
        assert.is(statusCode, 500, path);
        const isTold = (line: string): boolean => stripVTControlCharacters(line).includes(message);
        await worker.until(message, () => worker.lines.stderr.some(isTold));
      }
      await worker.until("a stack", () =>
        worker.lines.stderr.some((line) => line.includes("fetch.worker.mjs:")),
      );
      const told = worker.lines.stderr.length;
      const cut = get({ host: "127.0.0.1", port, path: "/abort", agent: false }).on("error", () => {});
      await worker.until("the request", () => worker.lines.stdout.includes("waiting"));
      cut.destroy();
      await worker.until("its abort", () => worker.lines.stdout.includes("aborted"));
      assert.is((await ask(port, "/hello", false))[0], "/hello");
      assert.is(worker.lines.stderr.length, told, "a client that leaves is no error");
      await ask(port, "/body", false).catch(() => {});
      assert.is((await ask(port, "/hello", false))[0], "/hello");
      assert.not.ok(worker.ends.length);
    },
  );

  test("fetch is given the worker, and any module can import it", async (t) => {
    const { port, spawn } = await served(t);
    await spawn().frame("ready");
    assert.is((await ask(port, "/worker", false))[0], "group#0 group#0");
  });

  for (const entry of ["fetch.worker.mjs", "parts.worker.ts"]) {
    test(`a drain answers what is asked, closes politely, and ends drained: ${entry}`, async (t) => {
      const { port, spawn } = await served(t);
      const worker = spawn(entry);
      await worker.frame("ready");
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      t.defer(() => agent.destroy());
      // One idle kept-alive connection, and one with a request under way.
      assert.is.not((await ask(port, "/a", agent))[1].headers.connection, "close");
      const slow = ask(port, "/slow", false);
      const [quick] = [ask(port, "/slow", agent)];
      await new Promise((resolve) => setTimeout(resolve, 100));
      worker.send({ type: "drain" });
      assert.match((await slow)[0], /slow/);
      assert.is((await quick)[1].headers.connection, "close");
      assert.is((await worker.end()).code, 0);
      assert.is((await worker.frame("goodbye")).kind, "drained");
    });
  }

  test("an idle connection is used once more during a drain, not cut", { brief: true }, async (t) => {
    const { port, spawn } = await served(t);
    const worker = spawn("parts.worker.ts");
    await worker.frame("ready");
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.defer(() => agent.destroy());
    await ask(port, "/a", agent);
    worker.send({ type: "drain" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const [pid, response] = await ask(port, "/b", agent);
    assert.equal([pid, response.headers.connection], [String(worker.pid()), "close"]);
    await worker.end();
    assert.is((await worker.frame("goodbye")).kind, "drained");
  });

  test("an idle connection that is kept for longer than a drain takes holds nothing up", async (t) => {
    const { port, spawn } = await served(t);
    const worker = spawn("parts.worker.ts", "keep");
    await worker.frame("ready");
    const [idle, used] = [0, 1].map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
    t.defer(() => [idle, used].forEach((agent) => agent!.destroy()));
    for (const agent of [idle, used]) await ask(port, "/", agent!);
    const started = performance.now();
    worker.send({ type: "drain", deadlineMs: 2_500 });
    await worker.until("the drain", () => worker.lines.stdout.includes("draining"));
    // Its connections are told a few turns later.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const [pid, response] = await ask(port, "/", used!);
    assert.equal([pid, response.headers.connection], [String(worker.pid()), "close"]);
    await worker.end();
    assert.ok(performance.now() - started < 2_500, `${performance.now() - started} ms`);
    assert.is((await worker.frame("goodbye")).kind, "drained");
    assert.not.ok(
      worker.frames.some(({ type }) => type === "log"),
      "nothing was cut",
    );
  });

  test("a SIGTERM from outside cuts no request", async (t) => {
    const { port, spawn } = await served(t);
    const worker = spawn("parts.worker.ts");
    await worker.frame("ready");
    const busy = ask(port, "/busy", false);
    await worker.until("its busy time", () => worker.lines.stdout.includes("busy"));
    const slow = ask(port, "/slow", false);
    process.kill(worker.pid()!, "SIGTERM");
    assert.equal([(await busy)[0], (await slow)[0]], ["busy", "slow"]);
    await worker.end();
    assert.is((await worker.frame("goodbye")).kind, "drained");
  });

  test("who waits in the accept queue when a drain begins is answered", async (t) => {
    const { port, spawn } = await served(t);
    const worker = spawn("parts.worker.ts");
    await worker.frame("ready");
    // All of them wait, and the drain too, until it has finished computing.
    const busy = ask(port, "/busy", false);
    await worker.until("its busy time", () => worker.lines.stdout.includes("busy"));
    const answers = Array.from({ length: 30 }, () => ask(port, "/", false));
    worker.send({ type: "drain" });
    for (const [pid] of await Promise.all(answers)) assert.is(pid, String(worker.pid()));
    await busy;
    await worker.end();
    assert.is((await worker.frame("goodbye")).kind, "drained");
  });

  test("workers are replaced under load, and no request is lost", { brief: true }, async (t) => {
    const { port, spawn } = await served(t);
    let current = spawn("parts.worker.ts");
    await current.frame("ready");
    const agents = [
      false,
      false,
      ...Array.from({ length: 4 }, () => new Agent({ keepAlive: true, maxSockets: 1 })),
    ];
    t.defer(() => agents.forEach((agent) => agent instanceof Agent && agent.destroy()));
    let over = false;
    let answered = 0;
    const clients = agents.map(async (agent) => {
      while (!over) {
        await ask(port, "/", agent as Agent | false);
        answered++;
      }
    });
    const load = Promise.all(clients);
    for (let n = 0; n < 4; n++) {
      const next = spawn("parts.worker.ts");
      await Promise.race([next.frame("ready"), load]);
      const before = answered;
      current.send({ type: "drain" });
      await Promise.race([current.end(), load]);
      assert.is((await current.frame("goodbye")).kind, "drained");
      assert.ok(answered > before);
      current = next;
    }
    over = true;
    await load;
  });
}
