// supervisors: node, bun, deno (beside)
// only: matrix
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { PoolStatus, SlotStatus } from "../../core/contract/status.ts";
import { suite } from "../_suite.ts";
import { createCli } from "./_cli.ts";

const test = suite("cli flood");
const fixture = fileURLToPath(new URL("../fixtures/cli/flood", import.meta.url));

const ROUNDS = 2;
/** Usually 0.2 s, and 0.25 to 0.6 s of backoff. */
const PROMPT_MS = 5_000;
const MAX_GROWTH = 64 * 2 ** 20;

test(
  "beside a worker that floods its output another one is replaced promptly",
  { timeout: 90_000, brief: true },
  async (t) => {
    const cli = await createCli(t);
    const pool = cli.start(["start", fixture]);
    // Nothing of it is kept here.
    for (const name of ["stdout", "stderr"] as const) pool.child[name]!.removeAllListeners("data").resume();
    const status = async (): Promise<Pick<PoolStatus, "groups">> => {
      const { code, stdout } = await cli.run(["status", "flood", "--json"]);
      return code === 0 ? JSON.parse(stdout) : { groups: [] };
    };
    const ready = async (group: number, epoch: number): Promise<SlotStatus> => {
      for (;;) {
        t.signal.throwIfAborted();
        const slot = (await status()).groups[group]?.slots[0];
        if (slot?.state === "ready" && slot.epoch >= epoch) return slot;
        await sleep(20);
      }
    };
    await ready(1, 1);
    const rss = (): number =>
      process.platform === "linux"
        ? 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pool.child.pid}/status`, "utf8"))![1])
        : 0;
    await sleep(1_000);
    const before = rss();
    for (let epoch = 1; epoch <= ROUNDS; epoch++) {
      const { pid } = await ready(0, epoch);
      const at = performance.now();
      process.kill(pid!, "SIGKILL");
      const { uptimeMs: youngMs } = await ready(0, epoch + 1);
      const tookMs = performance.now() - at - (youngMs ?? 0);
      assert.ok(tookMs < PROMPT_MS, `replaced after ${Math.round(tookMs)} ms`);
    }
    const grown = rss() - before;
    assert.ok(grown < MAX_GROWTH, `grown by ${Math.round(grown / 2 ** 20)} MiB`);
    assert.is((await cli.run(["stop", "flood", "--now"])).code, 0);
    assert.is((await pool.finished).code, 0);
  },
);

test.run();
