// brief: node (marked)
/** What has arrived is read before a deadline comes, whatever the supervisor runs under (race 42). */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { findExecutables } from "../../runtimes/discovery/executable.ts";
import { suite } from "../_suite.ts";

const test = suite("runtimes/clock");

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));
const root = path("..");
const words: Readonly<Record<string, string[]>> = {
  node: ["--import", path("harness/register.mjs")],
  bun: [],
  deno: ["run", "-A"],
};

for (const runtime of ["node", "bun", "deno"] as const) {
  test(
    `${runtime}: words that came while it was blocked, then the deadline`,
    { brief: runtime === "node", timeout: 30_000 },
    async () => {
      const [found] = findExecutables(runtime, { root, env: process.env });
      const args = [...words[runtime]!, path("fixtures/runtimes/blocked.ts"), process.execPath];
      const { stdout } = await promisify(execFile)(found!.file, args, { timeout: 25_000, cwd: root });
      const order = stdout.trim().split(" ");
      assert.equal(order.toSorted(), ["due", "known", "stranger"]);
      assert.is(order.at(-1), "due");
    },
  );
}

test.run();
