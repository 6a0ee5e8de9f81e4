// timeout: 240
// only: matrix
import { once } from "node:events";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite, type TestContext } from "../_suite.ts";
import { createCli } from "../cli/_cli.ts";
import { executables, pidOf, places, program, start, type Place, type Started } from "./_program.ts";

const test = suite("unchanged packages");

/** The client of `ws`, which has no types of its own. */
interface Client extends NodeJS.EventEmitter {
  send(text: string): void;
  close(): void;
}

const { WebSocket } = createRequire(import.meta.url)("ws") as { WebSocket: new (url: string) => Client };

/** A file of an installed package. */
const packaged = (path: string): string =>
  fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url));

/** Asks a pool once, and throws unless the answer is right. */
type Check = (pool: Started) => Promise<void>;

/** Checks that a pool answers, does so after a crash of a worker and during a reload, and ends in order. */
async function survives(pool: Started, check: Check): Promise<string> {
  await asks(pool, check);
  await crash(pool);
  await asks(pool, check);
  assert.ok((await reload(pool, check)) > 0);
  await asks(pool, check);
  return end(pool);
}

/** A program that listens where its package tells it to: the port that it wants is free, in each worker. */
async function finds(t: TestContext, place: Place, file: string): Promise<void> {
  const pool = await start(t, file, place);
  await survives(pool, async () => assert.is(await pool.ask("/"), `${pool.group} found ${pool.port}`));
}

/** Asks often enough that each of two workers is likely to answer. */
async function asks(pool: Started, check: Check): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await check(pool);
}

/** Kills a worker, and waits until another one is ready in its place. */
async function crash(pool: Started): Promise<void> {
  const ready = `${pool.group}#0 \\| ready`;
  const again = pool.supervisor.says(new RegExp(`${ready}[^]*${ready}`));
  process.kill(await pidOf(pool, `${pool.group}#0`), "SIGKILL");
  assert.match(await again, /killed \(SIGKILL/);
}

/** Reloads a pool while two clients ask it; resolves with the number of answers, all of which were right. */
async function reload(pool: Started, check: Check): Promise<number> {
  let over = false;
  let answers = 0;
  const client = async (): Promise<void> => {
    for (; !over; answers++) await check(pool);
  };
  const command = async (): Promise<void> => {
    const { code, stdout, stderr } = await pool.cli.run(["reload", pool.group]);
    over = true;
    assert.is(code, 0, stdout + stderr);
  };
  await Promise.all([command(), client(), client()]);
  return answers;
}

/** Ends a pool, and checks that both workers ended in order. */
async function end(pool: Started): Promise<string> {
  const { code, said } = await pool.stop();
  assert.is(code, 0, said);
  assert.is(said.match(/requested \(stop asked, clean\)/g)?.length, 2, said);
  assert.not.match(said, /which is not one of this group's listeners/);
  return said;
}

async function folder({ defer }: TestContext): Promise<string> {
  const path = await mkdtemp("/tmp/pp-");
  defer(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Starts `json-server --watch`, edits its file twice, and waits each time until both workers listen again. */
async function watches(t: TestContext, place: Place): Promise<void> {
  const data = join(await folder(t), "db.json");
  let title = "first";
  const edit = async (text: string): Promise<void> => {
    title = text;
    await writeFile(`${data}.new`, JSON.stringify({ posts: [{ id: 1, title }] }));
    // In one step: two events of one edit would have `json-server` listen twice, by hand too.
    await rename(`${data}.new`, data);
  };
  await edit("first");
  const args = (port: number): string[] => ["--watch", data, "--port", `${port}`];
  const pool = await start(t, packaged("json-server/lib/cli/bin.js"), { ...place, args });
  const check: Check = async () => assert.equal(JSON.parse(await pool.ask("/posts/1")), { id: 1, title });
  await asks(pool, check);
  for (const [index, text] of ["second", "third"].entries()) {
    await edit(text);
    for (const slot of ["bin#0", "bin#1"]) {
      await pool.supervisor.says(new RegExp(`(${slot} \\|  *Home\n[^]*){${index + 2}}`));
    }
    await asks(pool, check);
  }
  assert.not.match(await survives(pool, check), /Some error occurred/);
}

/** Has one WebSocket open during a reload, and one at the stop. */
async function connects(t: TestContext, place: Place): Promise<void> {
  const pool = await start(t, "ws.mjs", place);
  const url = `ws://127.0.0.1:${pool.port}`;
  const check: Check = async () => assert.match(await echo(url), /^\d+ hello$/);
  await asks(pool, check);
  await crash(pool);
  await asks(pool, check);
  const reloaded = await opened(url);
  assert.ok((await reload(pool, check)) > 0);
  assert.is(await reloaded.closed, 1012);
  await asks(pool, check);
  const stopped = await opened(url);
  await end(pool);
  assert.is(await stopped.closed, 1012);
}

/** An open WebSocket, and the code that it will be closed with. */
async function opened(url: string): Promise<{ socket: Client; closed: Promise<number> }> {
  const socket = new WebSocket(url);
  const closed = once(socket, "close").then(([code]) => code as number);
  await once(socket, "open");
  return { socket, closed };
}

/** Opens a WebSocket, and resolves with the answer to one message. */
async function echo(url: string): Promise<string> {
  const { socket, closed } = await opened(url);
  const answer = once(socket, "message").then(([data]) => String(data));
  socket.send("hello");
  const said = await Promise.race([answer, closed]);
  // A worker that drains may have taken it last: the code says that the client may come back at once.
  if (said === 1012) return echo(url);
  socket.close();
  await closed;
  return String(said);
}

for (const [version, place] of Object.entries(places)) {
  const options = { timeout: 40_000 };

  test(`get-port finds the group's port free: ${version}`, options, (t) => finds(t, place, "get-port.mjs"));

  test(`serve, by its own bin, serves files: ${version}`, options, async (t) => {
    const site = await folder(t);
    await writeFile(join(site, "index.html"), "a page");
    // Without it, `serve` asks the registry for a newer version of itself.
    const env = { NO_UPDATE_CHECK: "1" };
    const pool = await start(t, packaged("serve/build/main.js"), { ...place, env, args: () => [site] });
    const said = await survives(pool, async () => assert.is(await pool.ask("/"), "a page"));
    assert.match(said, /Gracefully shutting down/);
  });

  test(`json-server opens its port again when its file changes: ${version}`, options, (t) =>
    watches(t, place),
  );

  test(`ws: a reload closes a socket with 1012, and new ones connect: ${version}`, options, (t) =>
    connects(t, place),
  );

  for (const restart of ["never", "on-failure"] as const) {
    test(`a batch program runs once (${restart}): ${version}`, async (t) => {
      const { runtime = "node" } = place;
      const group = { entry: program("batch.mjs"), runtime, type: "service", restart } as const;
      const config = () => ({ name: "batch", executables, groups: { batch: group } });
      const pool = await start(t, "batch.mjs", { ...place, config, until: "batch done" });
      const { code, stdout, stderr } = await pool.supervisor.finished;
      assert.is(code, 0, stderr);
      assert.is((stdout + stderr).match(/\| batch done\n/g)?.length, 1);
      assert.match(stdout, /every worker has ended for good/);
    });
  }
}

// These do the same in every runtime: one is enough.
for (const file of ["detect-port.mjs", "portfinder.cjs"]) {
  test(`${file.split(".")[0]} finds the group's port free`, { timeout: 40_000 }, (t) =>
    finds(t, places["Node 20"]!, file),
  );
}

test("polka answers", { timeout: 40_000 }, async (t) => {
  const pool = await start(t, "polka.cjs", places["Node 20"]);
  const said = await survives(pool, async () => assert.is(await pool.ask("/users/7"), "Hello, world: 7"));
  assert.match(said, /\| polka listens\n/);
});

test("a batch program runs once, by the command line", async (t) => {
  const cli = await createCli(t);
  const words = ["start", program("batch.mjs"), "--workers", "1", "--restart", "never"];
  const { code, stdout, stderr } = await cli.run(words);
  assert.is(code, 0, stderr);
  assert.is(stdout.match(/\| batch done\n/g)?.length, 1);
});

test.run();
