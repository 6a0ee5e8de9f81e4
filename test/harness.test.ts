// timeout: 300
// brief: node (marked)
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "./_suite.ts";

/** Where these runs keep how long files take. */
const cache = join(tmpdir(), "cache");

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
  ["unknown-header", 0, 1, 'unknown-header.fixture.ts:2: "// supervisor: bun" is no header'],
];

/** Those of them that the brief run has. */
const inBrief: ReadonlySet<string> = new Set([
  "passes",
  "forgotten-run",
  "hangs",
  "leaks-process",
  "unknown-header",
]);

/** Headers that are refused, and what is said about them. */
const refused: readonly [header: string, says: string][] = [
  [
    "// Timeout: 5",
    ':1: "// Timeout: 5" is no header; expected "// key: value" with timeout, supervisors, brief or only',
  ],
  ["// timeout: 5s", ':1: "timeout: 5s" is not accepted; expected whole seconds'],
  ["// timeout: 5\n// timeout: 6", ':2: a second header "timeout"'],
  ["import 'x';\n// timeout: 5", ':2: "// timeout: 5" is a header and stands below the first line of code'],
  ["// supervisors: node, bun", 'expected names, then "(inside)" or "(beside)"'],
  ["// supervisors: node, bum (inside)", ':1: supervisor "bum" is not accepted; expected node, bun, deno,'],
  ["// supervisors: node, bun, node (inside)", ':1: supervisor "node" stands twice'],
  ["// brief: bun", ':1: supervisor "bun" is not accepted; expected node'],
  ["// only: brief", ':1: "only: brief" is not accepted; expected "matrix"'],
  ["// brief: node\n// only: matrix", ':1: the file is "only: matrix"'],
];

/** The runs of `fixtures/scopes`: what is asked for, how many tests pass, and what the output says. */
const scopes: readonly [title: string, args: string[], full: string, passed: number, says: string][] = [
  [
    "the brief run has the marked tests, and says what it leaves out",
    [],
    "",
    3,
    "left out: 1 files of the matrix run, 1 runs of other files under other supervisors, and 1 tests of files that ran",
  ],
  ["the matrix run has everything", [], "matrix", 6, "scopes/slow.test.ts  1 passed"],
  ["a file that is named runs whole", ["marked"], "", 2, "scopes/marked.test.ts  2 passed"],
  [
    "a file that is left to the matrix runs when it is named",
    ["slow"],
    "",
    1,
    "scopes/slow.test.ts  1 passed",
  ],
  [
    "a supervisor that is named runs its files",
    ["--supervisor", "bun"],
    "",
    1,
    "(supervisor: bun)  1 passed",
  ],
];

const test = suite("harness");

for (const [fixture, passed, failed, says, env] of expected) {
  test(
    `${fixture}${env ? ` ${JSON.stringify(env)}` : ""}: ${passed} passed, ${failed} failed, ${says}`,
    { brief: inBrief.has(fixture) },
    async (t) => {
      const result = await run(t.signal, ["--verbose", fixtureFile(fixture)], env);
      assert.match(result.output, says);
      assert.is(result.output.trimEnd().split("\n").at(-1), `${passed} passed, ${failed} failed`);
      assert.is(result.code, failed > 0 ? 1 : 0);
    },
  );
}

test("nothing to run is a failure", { brief: true }, async (t) => {
  const result = await run(t.signal, ["no-such-test"]);
  assert.match(result.output, "nothing ran");
  assert.is(result.code, 1);
});

test("a header that is not understood is refused with file and line", { brief: true }, async () => {
  const { parseHeader } = await import(new URL("harness/header.mjs", import.meta.url).href);
  for (const [text, says] of refused) {
    assert.throws(
      () => parseHeader(`${text}\n`, "a.test.ts"),
      (error: Error) => error.message.startsWith("a.test.ts:") && error.message.includes(says),
      text,
    );
  }
});

for (const [title, args, full, passed, says] of scopes) {
  test(title, { brief: args.length === 0 }, async (t) => {
    const folder = fileURLToPath(new URL("harness/fixtures/scopes", import.meta.url));
    const result = await run(t.signal, ["--folder", folder, ...args], { POOLABLE_FULL: full });
    assert.match(result.output, says);
    assert.is(result.output.trimEnd().split("\n").at(-1), `${passed} passed, 0 failed`);
  });
}

test("the slowest file of the last run starts first", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "s-"));
  const suiteFile = fileURLToPath(new URL("_suite.ts", import.meta.url));
  for (const [name, ms] of [
    ["a", 0],
    ["b", 1000],
  ] as const) {
    const body = `await new Promise((resolve) => setTimeout(resolve, ${ms}))`;
    const text = `import { suite } from ${JSON.stringify(suiteFile)};\nconst test = suite("x");\ntest("x", async () => { ${body} });\ntest.run();\n`;
    await writeFile(join(folder, `${name}.test.ts`), text);
  }
  const orders: string[] = [];
  for (let turn = 0; turn < 2; turn++) {
    const { output } = await run(t.signal, ["--jobs", "1", "--folder", folder], { POOLABLE_FULL: "" });
    orders.push([...output.matchAll(/(\w)\.test\.ts  /g)].map(([, name]) => name).join());
  }
  assert.equal(orders, ["a,b", "b,a"]);
});

test("deferred clean-ups run last in, first out", { brief: true }, async (t) => {
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
  const words = [runner, "--cache", cache, ...args];
  const child = spawn(process.execPath, words, { env: { ...process.env, ...env }, signal });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (s) => (output += s));
  const [code] = await once(child, "close");
  return { code, output };
}
