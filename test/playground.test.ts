// timeout: 240
// brief: node (marked)
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { freePort } from "./_free-port.ts";
import { suite } from "./_suite.ts";
import { createCli } from "./cli/_cli.ts";

const test = suite("playground");

function folder(name: string): string {
  return fileURLToPath(new URL(`../playground/${name}`, import.meta.url));
}

/** What a path does to the worker that answers it. Not all that there are. */
const ends: readonly [path: string, line: RegExp][] = [
  ["/crash", /uncaught \(code 1, Error: asked to crash\); restart in/],
  ["/overflow", /stackOverflow \(code 1, RangeError/],
  ["/kill", /killed \(SIGKILL, not sent by the supervisor\)/],
  ["/oom", /oom \(SIGABRT, "JavaScript heap out of memory"\)/],
  ["/done", /selfRestart \(goodbye restart: enough for today\)/],
  ["/retire", /permanent \(goodbye permanent: not needed any more\); ended for good/],
  ["/fatal", /fatal \(goodbye fatal: nothing can go on\); the pool shuts down/],
];

test("web: each path answers, and ends its worker as it says", { timeout: 60_000 }, async (t) => {
  const cli = await createCli(t);
  const pool = cli.start(["start", folder("web")], { env: { PORT: "0" } });
  await pool.says("pool playground is running");
  const [, url] = /web listens on (\S+)/.exec(await pool.says("web listens on"))!;
  for (const [path, line] of ends) {
    const response = await fetch(url + path, { headers: { connection: "close" } });
    assert.is(((await response.json()) as { provoked: string }).provoked, path);
    await pool.says(line);
  }
  const { code, stdout } = await pool.finished;
  assert.is(code, 1);
  assert.match(stdout, "critical, exit code 1: goodbye fatal: nothing can go on\n");
});

test("policy: a plugin decides by the exit code", async (t) => {
  const cli = await createCli(t);
  const pool = cli.start(["start", folder("policy")]);
  await pool.says(/broken#0 .* uncaught \(code 78\); failed: EX_CONFIG: .*\[sysexits\]/);
  await pool.says(/busy#0 .* uncaught \(code 75\); restart in 3 s: EX_TEMPFAIL: later \[sysexits\]/);
  await pool.says(/busy#0 \| ready[\s\S]*busy#0 \| ready/);
  assert.is((await cli.run(["stop"])).code, 0);
  assert.is((await pool.finished).code, 0);
});

/** Asks on fresh connections, several at a time, until every one of `names` has answered. */
async function askAll(
  url: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const answered = new Map<string, number>();
  const ask = async (): Promise<void> => {
    const response = await fetch(url, { headers: { connection: "close" }, signal });
    const [, name, pid] = /^hello from (\w+) [\d.]+, process (\d+)\n$/.exec(await response.text())!;
    answered.set(name!, Number(pid));
  };
  while (!names.every((name) => answered.has(name))) await Promise.all(Array.from({ length: 8 }, ask));
  return answered;
}

for (const [title, executable] of [
  ["this Node", process.execPath],
  ["Node 24", fileURLToPath(new URL("../node_modules/node24/bin/node", import.meta.url))],
] as const) {
  test(
    `mixed: three runtimes answer on one port, supervised by ${title}`,
    { brief: title === "this Node", timeout: 60_000 },
    async (t) => {
      const cli = await createCli(t, executable);
      const port = String(await freePort());
      const pool = cli.start(["start", folder("mixed")], { env: { PORT: port } });
      await pool.says("pool mixed is running");
      const url = `http://127.0.0.1:${port}`;
      const names = ["Node", "Bun", "Deno"];
      const before = await askAll(url, names, t.signal);
      assert.is(new Set(before.values()).size, 3);

      for (const name of names) process.kill(before.get(name)!, "SIGKILL");
      for (const name of names)
        await pool.says(
          new RegExp(`${name.toLowerCase()}#0 \\| ready[\\s\\S]*${name.toLowerCase()}#0 \\| ready`),
        );
      const after = await askAll(url, names, t.signal);
      for (const name of names) assert.is.not(after.get(name), before.get(name), name);

      const reload = await cli.run(["reload"]);
      assert.match(reload.stdout, "3 replaced, 0 failed");
      await askAll(url, names, t.signal);
      assert.is((await cli.run(["stop"])).code, 0);
      assert.is((await pool.finished).code, 0);
    },
  );
}

test(
  "warm: the half of a plugin fills a cache before its worker is ready, on three runtimes",
  { timeout: 60_000 },
  async (t) => {
    const cli = await createCli(t);
    const port = String(await freePort());
    const pool = cli.start(["start", folder("warm")], { env: { PORT: port } });
    for (const slot of ["node#0", "bun#0", "deno#0"])
      await pool.says(new RegExp(`warm: ${slot} has 2 entries after \\d+ ms`));
    await pool.says("pool warm is running");
    const response = await fetch(`http://127.0.0.1:${port}/apple`, { headers: { connection: "close" } });
    assert.match(await response.text(), /^30, from (?:node|bun|deno)#0, 2 entries\n$/);
    assert.is((await cli.run(["stop"])).code, 0);
    assert.is((await pool.finished).code, 0);
  },
);

test(
  "jobs: a web server wakes job workers up, and has more of them under load",
  { brief: true, timeout: 60_000 },
  async (t) => {
    const cli = await createCli(t);
    const pool = cli.start(["start", folder("jobs")], { env: { PORT: "0" } });
    await pool.says("pool playground-jobs is running");
    const [, url] = /web listens on (\S+)/.exec(await pool.says("web listens on"))!;
    const ask = async (path: string): Promise<Response> =>
      fetch(url + path, { headers: { connection: "close" } });
    assert.is(await (await ask("/square?of=7")).json(), 49);
    assert.is(((await (await ask("/primes?below=1000")).json()) as { count: number }).count, 168);
    assert.is(await (await ask("/stream?below=12")).text(), "2\n3\n5\n7\n11\n");
    const many = ask("/many?jobs=200");
    await pool.says(/maths .*2/);
    assert.ok(((await (await many).json()) as { workers: number }).workers >= 2);
    assert.is((await cli.run(["stop"])).code, 0);
    assert.is((await pool.finished).code, 0);
  },
);

test.run();
