import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "./_suite.ts";

const runner = fileURLToPath(new URL("run.mjs", import.meta.url));

/** What each fixture must come to: counts, exit code, and something that its output must say. */
const expected: readonly [fixture: string, passed: number, failed: number, says: string, env?: object][] = [
  ["passes", 2, 0, "skipped: passes › three: this machine has no moon"],
  ["throws-null", 0, 1, "thrown: null"],
  ["before-throws", 0, 2, "from before"],
  ["after-throws", 1, 1, "from after"],
  ["after-each-throws", 0, 2, "from after.each"],
  ["forgotten-run", 0, 1, "never run"],
  ["empty", 0, 1, "no test ran"],
  ["hangs", 1, 1, "cleaned up, aborted: true"],
  ["leaks-handle", 1, 1, "still open: "],
  ["stray-rejection", 1, 1, "unhandled rejection during stray-rejection › rejects beside itself"],
  ["stray-throw", 1, 1, "uncaught exception during stray-throw › throws beside itself"],
  ["only", 1, 0, "there is a test.only", { CI: "" }],
  ["only", 0, 2, "CI is set", { CI: "true" }],
  ["exits-early", 0, 1, "the process ended before the suite did"],
  ["defer-throws", 0, 1, "the other clean-up ran"],
  ["leaks-process", 1, 1, "left running and killed"],
  ["busy", 0, 2, "killed: longer than 1 s"],
  ["overdue", 0, 3, "the early failure"],
  ["overdue", 0, 3, "ended by SIGTERM during overdue › takes too long"],
  ["throws-on-load", 0, 1, "on load"],
];

const test = suite("harness");

for (const [fixture, passed, failed, says, env] of expected) {
  test(`${fixture}${env ? ` ${JSON.stringify(env)}` : ""}: ${passed} passed, ${failed} failed, ${says}`, async (t) => {
    const result = await run(t.signal, ["--verbose", fixtureFile(fixture)], env);
    assert.match(result.output, says);
    assert.is(result.output.trimEnd().split("\n").at(-1), `${passed} passed, ${failed} failed`);
    assert.is(result.code, failed > 0 ? 1 : 0);
  });
}

test("nothing to run is a failure", async (t) => {
  const result = await run(t.signal, ["no-such-test"]);
  assert.match(result.output, "nothing ran");
  assert.is(result.code, 1);
});

test("deferred clean-ups run last in, first out", async (t) => {
  const { output } = await run(t.signal, ["--verbose", fixtureFile("passes")]);
  assert.ok(output.indexOf("runs first") < output.indexOf("runs last"));
});

test.run();

function fixtureFile(name: string): string {
  return fileURLToPath(new URL(`harness/fixtures/${name}.fixture.ts`, import.meta.url));
}

/** Runs the runner itself on some files. */
async function run(
  signal: AbortSignal,
  args: string[],
  env: object = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [runner, ...args], { env: { ...process.env, ...env }, signal });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (s) => (output += s));
  const [code] = await once(child, "close");
  return { code, output };
}
