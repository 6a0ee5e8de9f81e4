import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "./_suite.ts";

/** Who may import whom: the house of `docs/`, as the lint rules must enforce it. */
const table: readonly [file: string, allowed: readonly string[], refused: readonly string[]][] = [
  [
    "core/a.ts",
    ["./b.ts", "./sub/b.ts", "hookable", "tapable"],
    [
      "node:net",
      "net",
      "citty",
      "poolable",
      "../index.ts",
      "../worker-main.ts",
      "../plugins/a.ts",
      "../runtimes/a.ts",
      "../worker/a.ts",
      "../cli/a.ts",
      "../system/a.ts",
    ],
  ],
  [
    "system/a.ts",
    ["./b.ts", "../core/contract/a.ts", "node:net"],
    [
      "../core/shell/a.ts",
      "../core/index.ts",
      "../plugins/a.ts",
      "../runtimes/a.ts",
      "../worker/a.ts",
      "../index.ts",
    ],
  ],
  [
    "core/shell/a.ts",
    ["../reducer/b.ts", "../config/b.ts", "./b.ts"],
    ["../../plugins/a.ts", "../../worker/a.ts", "../../index.ts"],
  ],
  [
    "core/reducer/state/a.ts",
    ["../b.ts", "../../contract/b.ts", "../../protocol/b.ts"],
    ["../../shell/b.ts", "../../config/b.ts", "../../../plugins/a.ts", "../../../worker/a.ts"],
  ],
  [
    "core/config/a.ts",
    ["../contract/b.ts"],
    ["../reducer/b.ts", "../shell/b.ts", "../../worker/a.ts", "node:fs"],
  ],
  ...["contract", "protocol"].map((room): [string, string[], string[]] => [
    `core/${room}/a.ts`,
    ["../contract/b.ts", "../protocol/b.ts", "tapable"],
    [
      "../config/b.ts",
      "../reducer/b.ts",
      "../shell/b.ts",
      "../../worker/a.ts",
      "../../system/a.ts",
      "../../index.ts",
    ],
  ]),
  [
    "plugins/a.ts",
    [
      "../core/contract/a.ts",
      "../core/config/a.ts",
      "../core/protocol/a.ts",
      "../system/a.ts",
      "./b.ts",
      "./sub/index.ts",
      "node:net",
    ],
    [
      "../core/index.ts",
      "../core/reducer/a.ts",
      "../core/shell/a.ts",
      "../runtimes/a.ts",
      "../cli/a.ts",
      "../index.ts",
      "poolable/worker",
      "../test/_suite.ts",
    ],
  ],
  [
    "runtimes/spawn/a.ts",
    [
      "../../core/contract/a.ts",
      "../../core/config/a.ts",
      "../../core/protocol/a.ts",
      "../../system/a.ts",
      "../channel/b.ts",
      "node:net",
    ],
    [
      "../../core/shell/a.ts",
      "../../core/reducer/a.ts",
      "../../plugins/a.ts",
      "../../worker/a.ts",
      "../../cli/a.ts",
      "../../index.ts",
      "poolable",
    ],
  ],
  [
    "worker/drain/a.ts",
    ["../../core/contract/a.ts", "../../core/protocol/a.ts", "../../system/a.ts", "../listen/b.ts", "srvx"],
    [
      "../../core/shell/a.ts",
      "../../core/reducer/state/a.ts",
      "../../core/config/a.ts",
      "../../core/index.ts",
      "../../runtimes/a.ts",
      "../../plugins/jobs/wire/a.ts",
      "../../cli/a.ts",
      "../../index.ts",
      "poolable",
    ],
  ],
  // It knows plugins by their types alone.
  [
    "worker/contract/a.ts",
    ["../../core/contract/a.ts"],
    ["../../plugins/jobs/worker/plugin.ts", "../../plugins/scoreboard/wire/record.ts"],
  ],
  ...["wire", "client", "worker"].map((half): [string, string[], string[]] => [
    `plugins/jobs/${half}/a.ts`,
    [
      "../../../core/contract/a.ts",
      "../../../system/a.ts",
      "../../../worker/contract/plugin.ts",
      "./b.ts",
      "../wire/a.ts",
      "../../scoreboard/wire/board.ts",
      "node:net",
      "msgpackr",
    ],
    [
      "../index.ts",
      "../supervisor/a.ts",
      "../../index.ts",
      "../../sockets/a.ts",
      "../../scoreboard/supervisor/a.ts",
      "../../../worker/main.ts",
      "../../../worker/session/life.ts",
      "../../../runtimes/a.ts",
      "poolable/worker",
    ],
  ]),
  [
    "plugins/mine/worker/a.ts",
    ["../wire/a.ts"],
    ["../index.ts", "../supervisor/a.ts", "../../jobs/wire/a.ts"],
  ],
  ["cli/a.ts", ["../core/a.ts", "../plugins/a.ts", "../runtimes/a.ts", "citty"], ["../test/_suite.ts"]],
];

const globals = ["process", "Buffer", "setTimeout(() => {}, 1)", "Date", "performance", "globalThis"];

const root = fileURLToPath(new URL("..", import.meta.url));
const oxlint = join(dirname(createRequire(import.meta.url).resolve("oxlint/package.json")), "bin", "oxlint");
const test = suite("boundaries");

for (const [file, allowed, refused] of table) {
  test(`${file} imports what it may and nothing else`, async () => {
    const source = (names: readonly string[]): string =>
      names.map((name) => `export * from "${name}";\n`).join("");
    assert.is(await restricted(file, source(allowed)), 0);
    assert.is(await restricted(file, source(refused)), refused.length);
  });
}

test("the worker imports types of plugins", async () => {
  const source = 'import type { A } from "../../plugins/jobs/wire/job.ts";\nexport type B = A;\n';
  assert.is(await restricted("worker/contract/a.ts", source), 0);
});

test("core/a.ts sees no runtime's globals", async () => {
  const source = globals.map((name, index) => `export const v${index} = ${name};\n`).join("");
  assert.is(await restricted("core/a.ts", source), globals.length);
});

test.run();

/** How many times `no-restricted-*` complains about `source` where it stands in for `file`. */
async function restricted(file: string, source: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "lint-"));
  cpSync(join(root, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
  mkdirSync(join(folder, dirname(file)), { recursive: true });
  writeFileSync(join(folder, file), source);
  const { stdout } = spawnSync(process.execPath, [oxlint, "--format", "unix"], {
    cwd: folder,
    encoding: "utf8",
  });
  return stdout.match(/no-restricted-(imports|globals)\)/g)?.length ?? 0;
}
