// timeout: 180
// brief: node (marked)
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { GroupConfig } from "../../index.ts";
import { suite } from "../_suite.ts";
import { ask, supervise, type Supervisor } from "./_sockets.ts";

const test = suite("sockets/refuse");
const entry = fileURLToPath(new URL("../fixtures/sockets/flaky.mjs", import.meta.url));

/** Asks until it is answered so; `hangs` is what waits in the queue. */
async function until(at: string, wanted: RegExp): Promise<void> {
  for (;;) {
    const { text } = await ask(at, "/", 200);
    if (wanted.test(text)) return;
    await sleep(20);
  }
}

/** Runs until its only worker cannot start any more. */
async function runAndFail(
  supervisor: Supervisor,
  group: Partial<GroupConfig>,
): Promise<{ at: string; repair(): Promise<void> }> {
  const down = join(process.env["TMPDIR"]!, `down-${supervisor.pid}`);
  const [{ at } = { at: "" }] = await supervisor.start({ entry, args: [down], ...group });
  assert.ok((await ask(at)).ok);
  await writeFile(down, "");
  await supervisor.call("kill", "w#0", false);
  return { at, repair: () => rm(down) };
}

for (const [name, listen] of Object.entries({
  ring: { port: 0, strategy: "ring" },
  shared: { port: 0, strategy: "shared" },
  "a path": { path: `${process.env["TMPDIR"]}/refuse.sock` },
})) {
  test(
    `clients are refused while no worker is ready, until one is: ${name}`,
    { brief: name === "ring", timeout: 60_000 },
    async (t) => {
      const supervisor = supervise(t);
      const { at, repair } = await runAndFail(supervisor, { listen: { ...listen, refuseAfter: 300 } });
      await until(at, /^ECONNREFUSED$/);
      assert.is((await supervisor.status()).refusing, true);
      assert.equal(
        new Set(await times(8, () => ask(at).then(({ text }) => text))),
        new Set(["ECONNREFUSED"]),
      );
      await repair();
      await until(at, /^w#0 \d/);
      assert.is((await supervisor.status()).refusing, false);
      // The port is still the pool's, and what a crash leaves in the queue is answered again.
      await supervisor.call("kill", "w#0", true);
      await until(at, /^w#0 \d/);
      assert.equal(await supervisor.call("lines"), []);
    },
  );
}

test("refuseAfter: false lets clients wait", async (t) => {
  const supervisor = supervise(t);
  const { at, repair } = await runAndFail(supervisor, { listen: { port: 0, refuseAfter: false } });
  const waiting = ask(at, "/", 10_000);
  await supervisor.call("lines");
  assert.is((await supervisor.status()).refusing, false);
  await repair();
  assert.match((await waiting).text, /^w#0 \d/);
});

async function times<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, work));
}

test.run();
