// timeout: 240
// supervisors: node, bun, deno (beside)
// brief: node (marked)
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import { createOutput } from "../../cli/output/output.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";
import { shellWords, startChatty } from "./_chatty.ts";
import type { Chatty } from "./_chatty.ts";

const test = suite("cli output");

const noScript = spawnSync("script", ["--version"]).error
  ? "there is no script(1) for a terminal"
  : undefined;
const STALLED_BYTES = 2 * 1024 * 1024;

/** Nobody has read anything of 2 MB: a worker is replaced all the same. */
async function goesOn({ cli, printed }: Chatty): Promise<void> {
  await printed(STALLED_BYTES);
  const restarted = await cli.run(["restart", "web#0", "--name", "chatty"]);
  assert.equal([restarted.code, restarted.stderr], [0, ""]);
}

/** Reads until the pool says `wanted`, then goes on reading. */
async function reads(t: TestContext, { child }: Chatty, wanted: RegExp): Promise<void> {
  let text = "";
  child.stdout!.setEncoding("utf8").on("data", (chunk: string) => {
    // A line may be cut.
    text = text.slice(-1_000) + chunk;
    if (wanted.test(text)) child.stdout!.emit("found");
  });
  await once(child.stdout!, "found", { signal: t.signal });
}

test("a pipe that nobody reads holds up nothing", { timeout: 60_000, brief: true }, async (t) => {
  const chatty = await startChatty(t, ["ignore", "pipe", "ignore"]);
  await goesOn(chatty);
  await reads(t, chatty, /\(\d+ lines were dropped: the reader is too slow\)/);
});

test("a terminal that nobody reads holds up nothing", { timeout: 60_000, skip: noScript }, async (t) => {
  const words = ["script", "-qfc", `exec ${shellWords()}`, "/dev/null"];
  const chatty = await startChatty(t, ["pipe", "pipe", "ignore"], words);
  await goesOn(chatty);
  await reads(t, chatty, /\(\d+ lines were dropped: the reader is too slow\)/);
});

test(
  "a pool whose terminal nobody reads ends when it is asked to",
  { timeout: 60_000, skip: noScript },
  async (t) => {
    const words = ["script", "-qfc", `exec ${shellWords()}`, "/dev/null"];
    const { cli, printed } = await startChatty(t, ["pipe", "pipe", "ignore"], words);
    await printed(STALLED_BYTES);
    assert.is((await cli.run(["stop", "chatty"])).code, 0);
  },
);

test("a disk that was full is written to again", { timeout: 60_000 }, async (t) => {
  const folder = join("/tmp", `pfull-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "none", folder]).status === 0;
  t.defer(() => {
    if (mounted) spawnSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  // Where nothing may be mounted the sink of the next test has to do.
  if (!mounted) return;
  const log = join(folder, "log");
  const fd = openSync(log, "a");
  const filler = join(folder, "filler");
  writeFileSync(filler, Buffer.alloc(128 * 1024));
  const chatty = await startChatty(t, ["ignore", fd, "ignore"]);
  closeSync(fd);
  await goesOn(chatty);
  rmSync(filler);
  while (!/\(\d+ lines were dropped: no space left on the device\)/.test(readFileSync(log, "latin1"))) {
    t.signal.throwIfAborted();
    // Room again, as after a rotation.
    spawnSync("truncate", ["-s", "0", log]);
    await sleep(50);
  }
});

test(
  "after an error lines wait, are counted past a bound, and are written when it is over",
  { brief: true },
  async () => {
    const written: string[] = [];
    let error: Error | undefined = Object.assign(new Error("full"), { code: "ENOSPC" });
    const write = (bytes: Uint8Array): number => {
      if (error) throw error;
      written.push(Buffer.from(bytes).toString());
      return bytes.length;
    };
    const output = createOutput({ write, last: write });
    for (let index = 0; index < 2_000; index++) output.line("x".repeat(1_023), true);
    output.line("the pool's own");
    error = undefined;
    await output.flush(1_000);
    const lines = written.join("").split("\n");
    const kept = lines.filter((line) => line.startsWith("x")).length;
    assert.ok(kept > 800 && kept < 1_024, `${kept} lines`);
    assert.equal(lines.slice(kept), [
      `(${2_000 - kept} lines were dropped: no space left on the device)`,
      "the pool's own",
      "",
    ]);
  },
);

test("a pool's config and plugins print where it does, and never wait", async (t) => {
  const { cli } = await startChatty(t, "ignore", ["true"]);
  writeFileSync(
    join(cli.runtimeFolder, "poolable.config.mjs"),
    `console.log("out of", { the: "config" });
     process.stderr.write("a warning\\n");
     export default { name: "prints", groups: {} };`,
  );
  const { code, stdout, stderr } = await cli.run(["start"]);
  assert.is(code, 2);
  assert.is(stdout, "out of { the: 'config' }\n");
  assert.match(stderr, /^a warning\npoolable: .*groups/);
});

test.run();
