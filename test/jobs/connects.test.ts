// timeout: 120
/** A program's connection outlives the supervisor. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import type { ConnectionState, PoolConnection } from "../../index.ts";
import { connectPool } from "../../index.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";
import { errorOf, fixture, notes } from "./_pool.ts";

const test = suite("job connections");

const dist = new URL("../../dist/index.mjs", import.meta.url).href;

/** Starts a supervisor of its own in this folder. */
async function supervisor(t: TestContext, directory: string, plus = ""): Promise<ChildProcess> {
  const groups = `w: { type: "job", entry: ${JSON.stringify(fixture("work.mjs"))} } ${plus}`;
  const program = `
    import { createPool } from ${JSON.stringify(dist)};
    const pool = createPool({ name: "x", groups: { ${groups} } }, { directory: ${JSON.stringify(directory)} });
    process.on("SIGTERM", () => void pool.stop());
    await pool.start();
    console.log("ready");
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.defer(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  await once(child.stdout!, "data");
  return child;
}

/** Resolves when the connection is so. */
function until(connection: PoolConnection, state: ConnectionState): Promise<void> {
  return new Promise((resolve) => {
    if (connection.state === state) return resolve();
    const remove = connection.onState((next) => {
      if (next !== state) return;
      remove();
      resolve();
    });
  });
}

test(
  "a killed supervisor: what was pending settles, and calls go on when it is back",
  { timeout: 60_000 },
  async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "p-"));
    const file = join(directory, "notes");
    writeFileSync(file, "");
    const first = await supervisor(t, directory);
    const connection = await connectPool({ directory });
    t.defer(() => connection.close());
    const jobs = connection.jobs("w");
    const states: ConnectionState[] = [];
    connection.onState((state) => states.push(state));
    assert.is(connection.state, "connected");
    assert.is((await errorOf(connection.jobs("late").run("add", 1))).code, "UNKNOWN_GROUP");
    const lost = errorOf(jobs.run("untilStopped", { file, id: "lost" }));
    const again = jobs.run("untilStopped", { file, id: "again" }, { retries: 2, queueTimeout: "50s" });
    while (notes(file).begun.size < 2) await sleep(10);
    const away = until(connection, "away");
    first.kill("SIGKILL");
    await away;
    const waits = jobs.run("add", 1, { queueTimeout: "50s" });
    assert.is((await errorOf(jobs.run("add", 1, { wait: false }))).code, "NO_WORKER");
    assert.is((await errorOf(jobs.run("add", 1, { queueTimeout: 50 }))).code, "QUEUE_TIMEOUT");
    const entry = JSON.stringify(fixture("work.mjs"));
    const second = await supervisor(t, directory, `, late: { type: "job", entry: ${entry} }`);
    assert.is(await waits, 2);
    assert.is(await again, 2);
    assert.is((await lost).code, "WORKER_LOST");
    assert.is(await connection.jobs("late").run("add", 1), 2, "the config of the next one counts");
    assert.equal(states, ["away", "connected"]);
    // A stop in order says so first.
    const back = until(connection, "away");
    second.kill("SIGTERM");
    await back;
    connection.close();
    assert.is(connection.state, "closed");
    assert.is((await errorOf(jobs.run("add", 1))).code, "POOL_STOPPING");
  },
);

test.run();
