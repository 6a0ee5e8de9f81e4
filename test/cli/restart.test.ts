// brief: node (marked)
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { executables } from "../unchanged/_program.ts";
import { createCli } from "./_cli.ts";

const test = suite("cli restart");

for (const [how, text] of [
  ["without work left", "console.log('did', process.argv[2])"],
  ["with process.exit(0)", "setTimeout(() => { console.log('did', process.argv[2]); process.exit(0); }, 50)"],
] as const) {
  test(`a program that ends ${how} runs once`, async (t) => {
    const cli = await createCli(t);
    await writeFile(join(cli.runtimeFolder, "batch.mjs"), text);
    const { code, stdout } = await cli.run(["start", "batch.mjs", "--", "--all"]);
    assert.is(code, 0);
    assert.is(stdout.match(/did --all/g)?.length, 1, stdout);
    assert.match(stdout, "ended in order and is not repeated; `--restart always` repeats it");
  });
}

test(
  "--restart always repeats a program, never runs one that fails once, on-failure again",
  { brief: true },
  async (t) => {
    const cli = await createCli(t);
    await writeFile(join(cli.runtimeFolder, "batch.mjs"), "console.log('did it')");
    await writeFile(
      join(cli.runtimeFolder, "fails.mjs"),
      "setTimeout(() => { console.log('failed'); process.exit(3); }, 50)",
    );
    const twice = (what: string): RegExp => new RegExp(`${what}[^]*${what}`);
    const always = cli.start(["start", "batch.mjs", "--restart", "always"]);
    const onFailure = cli.start(["start", "fails.mjs", "--restart", "on-failure", "--name", "again"]);
    const never = cli.run(["start", "fails.mjs", "--restart", "never", "--name", "once"]);
    await Promise.all([always.says(twice("did it")), onFailure.says(twice("failed"))]);
    const { code, stdout } = await never;
    assert.is(code, 75, stdout);
    assert.is(stdout.match(/\| failed/g)?.length, 1, stdout);
    for (const pool of [always, onFailure]) {
      pool.child.kill("SIGTERM");
      await pool.finished;
    }
  },
);

test("a config names a policy as the command line does", async (t) => {
  const cli = await createCli(t);
  await writeFile(
    join(cli.runtimeFolder, "batch.mjs"),
    "setTimeout(() => { console.log('did'); process.exit(0); }, 50)",
  );
  await writeFile(
    join(cli.runtimeFolder, "poolable.config.mjs"),
    `const entry = "./batch.mjs";
    const groups = { never: { entry, restart: "never" }, failure: { entry, restart: "on-failure" } };
    export default { name: "named", groups };`,
  );
  const { code, stdout } = await cli.run(["start"]);
  assert.is(code, 0, stdout);
  assert.is(stdout.match(/\| did/g)?.length, 2, stdout);
  assert.match(stdout, /never#0 .*: never restarted \[restart of group never\]/);
  assert.match(stdout, /failure#0 .*: ended in order \[restart of group failure\]/);
});

for (const runtime of ["node", "bun", "deno"]) {
  test(`a program that works in its top-level await is no failed start: ${runtime}`, async (t) => {
    const cli = await createCli(t);
    const write = (name: string, text: string): Promise<void> =>
      writeFile(join(cli.runtimeFolder, name), text);
    // Deno needs one to find what is installed.
    await write("package.json", "{}");
    await write("exits.mjs", "console.log('did'); process.exit(0);");
    const work = "await new Promise((resolve) => setTimeout(resolve, 3_000));";
    await write("works.mjs", `${work} console.log("did");`);
    await write("fails.mjs", `${work} throw new Error("late");`);
    await write(
      "poolable.config.mjs",
      `const group = { runtime: "${runtime}", restart: "never", ready: "2s" };
      const of = (name) => ({ ...group, entry: \`./\${name}.mjs\` });
      const groups = Object.fromEntries(["exits", "works", "fails"].map((name) => [name, of(name)]));
      export default { name: "work", executables: ${JSON.stringify(executables)}, groups };`,
    );
    const { code, stdout } = await cli.run(["start"]);
    assert.is(code, 75, stdout);
    assert.is(stdout.match(/\| did/g)?.length, 2, stdout);
    assert.match(stdout, /exits#0 .*: abrupt \(code 0 without a goodbye\); stays idle: never restarted/);
    assert.match(stdout, /works#0 \| ready in /);
    assert.match(stdout, /works#0 .*: ordered \(goodbye done\); stays idle: never restarted/);
    assert.match(stdout, /fails#0 \| .*[eE]rror: late/);
    assert.match(stdout, /fails#0 .*: uncaught \(code 1, Error: late\); failed: never restarted/);
  });
}

test("a program in its top-level await hears of a stop by its own handler", { brief: true }, async (t) => {
  const cli = await createCli(t);
  await writeFile(
    join(cli.runtimeFolder, "poolable.config.mjs"),
    'export default { name: "work", groups: { poll: { entry: "./poll.mjs", ready: "1s" } } };',
  );
  await writeFile(
    join(cli.runtimeFolder, "poll.mjs"),
    `process.on("SIGTERM", () => { console.log("bye"); process.exit(0); });
    for (;;) await new Promise((resolve) => setTimeout(resolve, 100));`,
  );
  const pool = cli.start(["start"]);
  await pool.says(/pool work is running/);
  pool.child.kill("SIGTERM");
  const { code, stdout } = await pool.finished;
  assert.is(code, 0, stdout);
  assert.match(stdout, /poll#0 \| bye/);
  assert.match(stdout, /stop asked, clean/);
});

test("every line has the time in front where stdout is not a terminal", { brief: true }, async (t) => {
  const cli = await createCli(t);
  await writeFile(join(cli.runtimeFolder, "batch.mjs"), "console.log('did it')");
  const { stdout } = await cli.run(["start", "--timestamps", "batch.mjs"]);
  for (const line of stdout.trimEnd().split("\n"))
    assert.match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z \S| {2}batch/);
  assert.match(stdout, /Z batch#0 \| did it$/m);
});

test.run();
