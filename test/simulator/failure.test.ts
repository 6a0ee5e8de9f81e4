import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { bundle } from "./bundle.ts";
import { drawHistory } from "./history.ts";
import type { Mutant } from "./mutants.data.ts";

const test = suite("a failure of the simulator");

/** The kernel, broken: its workers are killed where they should drain. */
const mutant: Mutant = {
  file: "core/reducer/commands.ts",
  find: 'draft.change(index, { wanted: false });\n    end(draft, index, "scale", "drain");',
  replace: 'draft.change(index, { wanted: false });\n    end(draft, index, "scale", "kill");',
  what: "scaling down kills at once",
};

interface Said {
  readonly code: number;
  readonly lines: readonly string[];
}

function run(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<Said> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [file, ...args],
      { env: { ...process.env, ...env } },
      (_, stdout) => resolve({ code: child.exitCode ?? -1, lines: stdout.trimEnd().split("\n") }),
    );
  });
}

test("says the invariant, the seed, the shrunk history, and the command that replays it", async (t) => {
  const folder = process.env["TMPDIR"] ?? "/tmp";
  const [seek, replay, healthy] = ["seek.cjs", "replay.cjs", "healthy.cjs"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  t.defer(() => Promise.all([seek, replay, healthy].map((file) => rm(file, { force: true }))));
  await bundle("test/simulator/seek.ts", seek, mutant);
  await bundle("test/simulator/replay.ts", replay, mutant);
  await bundle("test/simulator/replay.ts", healthy);

  const { lines } = await run(seek, ["1000", "1", "explain"]);
  const [first, about, ...rest] = lines;
  const command =
    /^I12: .+ \(replay: SIM_SEED=(\d+) node --import \.\/test\/harness\/register\.mjs (\S+)\)$/.exec(first!);
  assert.ok(command, first);
  const [, seed, script] = command as unknown as [string, string, string];
  assert.is(script, "test/simulator/replay.ts");
  assert.ok(about!.startsWith(`seed ${seed}, `), about);
  const ops = rest.slice(0, rest.indexOf("what happens:")).filter((line) => line.startsWith("op at "));
  assert.ok(ops.length < drawHistory(Number(seed)).ops.length, "nothing was left out");
  for (const op of ops) assert.match(op, /^op at \d+ ms.*: scale \{/);
  assert.match(lines.at(-1)!, /signal \d+:\d+ SIGKILL/);

  const again = await run(replay, [], { SIM_SEED: seed, SIM_LINES: "60" });
  assert.equal(again.lines, lines);
  assert.is(again.code, 1);

  const sound = await run(healthy, [], { SIM_SEED: seed });
  assert.match(sound.lines[0]!, /^no fault/);
  assert.is(sound.code, 0);
});

test.run();
