import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { regenerate } from "../docs/_generate.ts";
import { parts } from "../docs/_parts.ts";
import { freePort } from "./_free-port.ts";
import { suite } from "./_suite.ts";
import type { TestContext } from "./_suite.ts";
import { commandLines, faultOf } from "./docs/_commands.ts";
import { checkExamples } from "./docs/_examples.ts";
import { anchorsOf, linksOf, pages, root } from "./docs/_markdown.ts";

const test = suite("docs");
const readme = pages.find(({ path }) => path === "README.md")!;

test("generated parts are up to date: npm run docs:tables", () => {
  for (const { path, text } of pages) assert.is(regenerate(text), text, path);
});

test("every key of the config and every hook has a meaning in its table", () => {
  for (const name of ["config-pool", "config-group", "config-listen", "config-jobs", "run-options"])
    assert.not.match(parts[name]!(), /\|\s+\|$/m, name);
  assert.not.match(parts.hooks!(), /\|\s+\|$/m);
});

test("relative links lead to a file, and to a heading in it", () => {
  const broken = pages.flatMap((page) =>
    linksOf(page).flatMap(({ href, file, anchor }) => {
      if (!existsSync(join(root, file))) return [`${page.path}: ${href}`];
      const target = pages.find(({ path }) => path === file);
      if (anchor === undefined || (target && anchorsOf(target).includes(anchor))) return [];
      return [`${page.path}: ${href} (there are ${target ? anchorsOf(target).join(", ") : "no headings"})`];
    }),
  );
  assert.equal(broken, []);
});

test("every page of docs/ stands in its index", () => {
  const index = pages.find(({ path }) => path === "docs/README.md")!;
  const listed = linksOf(index).map(({ file }) => file);
  const missing = pages
    .map(({ path }) => path)
    .filter((path) => path.startsWith("docs/") && path !== index.path && !listed.includes(path));
  assert.equal(missing, []);
});

test("examples that name their file pass the type checker, and a wrong one does not", () => {
  const code =
    '// web.mjs\nimport { defineConfig } from "poolable";\ndefineConfig({ nam: "x", groups: {} });\n';
  const wrong = {
    path: "wrong.md",
    text: "",
    prose: "",
    blocks: [{ language: "js", file: "web.mjs", code }],
  };
  assert.ok(readme.blocks.some(({ file }) => file === "web.mjs"));
  const faults = checkExamples([...pages, wrong]);
  assert.match(faults.pop()!, /^wrong\.md\/web\.mjs:3: .*nam/);
  assert.equal(faults, []);
});

test("commands that are shown exist, with these arguments and options", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const wrong = pages.flatMap((page) =>
    commandLines(page).flatMap((line) => {
      const fault = faultOf(line, scripts);
      return fault === undefined ? [] : [`${page.path}: ${line}: ${fault}`];
    }),
  );
  assert.equal(wrong, []);
  assert.match(faultOf("npx poolable start --worker 2", scripts)!, "did you mean --workers?");
  assert.is(faultOf("poolable scale <group> <n | +n | -n> [--json]", scripts), undefined);
  assert.is(faultOf("npm run nothing", scripts), "no npm script nothing");
});

test("the README's quick start runs as pasted", { timeout: 60_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "quick-"));
  const port = await freePort();
  const onPort = (text: string): string => text.replaceAll("3000", String(port));
  for (const { file, code } of readme.blocks) if (file) writeFileSync(join(folder, file), onPort(code));
  mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
  symlinkSync(root, join(folder, "node_modules/poolable"));
  symlinkSync("../poolable/dist/cli.mjs", join(folder, "node_modules/.bin/poolable"));
  assert.ok(statSync(join(folder, "node_modules/.bin/poolable")).mode & 0o100, "the command can be executed");

  const [start, use, unchanged] = readme.blocks
    .filter(({ language, code }) => language === "sh" && code.includes("poolable"))
    .map(({ code }) => onPort(code));
  const pool = shell(t, folder, start!);
  await pool.says("pool hello is running");
  const used = shell(t, folder, `set -e\n${CURL}\n${use}`);
  assert.is(await used.ended, 0, used.output());
  for (const line of [
    /^hello from process \d+$/m,
    /2 of 2 ready/,
    /2 replaced, 0 failed/,
    /has stopped with exit code 0/,
  ])
    assert.match(used.output(), line);
  assert.is(await pool.ended, 0, pool.output());

  const program = shell(t, folder, unchanged!);
  await program.says("pool server is running");
  assert.match(await (await fetch(`http://127.0.0.1:${port}`)).text(), /^hello from \d+\n$/);
  const stop = shell(t, folder, "npx poolable stop --name server");
  assert.is(await stop.ended, 0, stop.output());
  assert.is(await program.ended, 0, program.output());
});

test.run();

/** For a machine that has Node and npm, and nothing else. */
const CURL = `command -v curl >/dev/null || curl() { node -e 'fetch(process.argv[1]).then((r) => r.text()).then(console.log)' "$1"; }`;

interface Shell {
  readonly ended: Promise<number | null>;
  output(): string;
  says(text: string): Promise<void>;
}

/** Runs lines as a person pastes them, with this Node. */
function shell(t: TestContext, cwd: string, lines: string): Shell {
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH, NO_COLOR: "1", npm_config_update_notifier: "false" };
  const child = spawn("bash", ["-c", lines], { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      child.emit("text");
    });
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  t.defer(async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGKILL");
    await ended;
  });
  return {
    ended,
    output: () => output,
    async says(text) {
      while (!output.includes(text)) {
        const over = await Promise.race([once(child, "text").then(() => false), ended.then(() => true)]);
        if (over && !output.includes(text)) throw new Error(`ended without saying ${text}: ${output}`);
      }
    },
  };
}
