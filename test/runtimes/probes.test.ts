// timeout: 180
// brief: node (marked)
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { allRuntimes } from "../../runtimes/all.ts";
import { findInstalled } from "../../runtimes/discovery/installed.ts";
import type { RuntimeName } from "../../runtimes/discovery/traits.ts";
import { attempt } from "../../runtimes/probes/attempt.ts";
import { cpuLimit, memoryLimit } from "../../runtimes/probes/cgroup.ts";
import { examine, type RuntimeFound } from "../../runtimes/probes/examine.ts";
import { readLimits } from "../../runtimes/probes/limits.ts";
import { isKnownToBeAble, probes } from "../../runtimes/probes/table.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";
import { alive, folder, runtime } from "./_spawn.ts";

const test = suite("probes");

const root = fileURLToPath(new URL("../..", import.meta.url));
const node24 = join(root, "node_modules/node24/bin/node");

/** What was found of one runtime. */
async function examined(name: RuntimeName, executables: Record<string, string>): Promise<RuntimeFound> {
  const options = { root, executables };
  const only = allRuntimes(options).filter((each) => each.name === name);
  return (await examine(only, options)).runtimes[0]!;
}

for (const [title, name, executables] of [
  ["this Node", "node", {}],
  ["Node 24", "node", { node: node24 }],
  ["Bun", "bun", {}],
  ["Deno", "deno", {}],
] as const) {
  test(
    `${title} can what the table says, and refuses what it cannot`,
    { brief: title === "this Node", timeout: 60_000 },
    async () => {
      const found = await examined(name, executables);
      assert.is(found.problem, null);
      const { version, typescript } = found.installed!;
      const said = Object.fromEntries(found.abilities.map((each) => [each.name, each.can]));
      const known = probes.map((probe) => [probe.name, isKnownToBeAble(probe, name, version)]);
      assert.equal(said, Object.fromEntries(known), JSON.stringify(found.abilities));
      for (const { can, reason } of found.abilities) assert.is(reason === null, can);

      assert.is(said.typescript, typescript);
      assert.is(said.reusePort, found.sockets!.bindReusePort === true);
      const made = allRuntimes({ root, executables }).find((each) => each.name === name)!;
      await made.prepare!();
      const permissions = { net: true, env: true, sys: true };
      const refusal = made.refuse!({ entry: import.meta.filename, execArgv: [], permissions });
      assert.is(refusal?.key === "permissions", !said.permissions, JSON.stringify(refusal));
    },
  );
}

test("each probe has its own time, and its process is gone after it", async (t) => {
  const made = await runtime(t);
  const entry = join(folder(t), "hangs.mjs");
  writeFileSync(
    entry,
    `import { writeFileSync } from "node:fs";
     export default { run() { writeFileSync("pid", String(process.pid)); for (;;); } };`,
  );
  const probe = { ...probes[0]!, entry: { file: "hangs.mjs", source: "" } };
  const { can, reason } = await attempt(made, probe, entry, 1_500);
  assert.equal([can, reason], [false, "no answer in 1.5 s"]);
  assert.not.ok(alive(Number(readFileSync(join(dirname(entry), "pid"), "utf8"))));
});

for (const [title, source, why] of [
  ["throws", `export default { run() { throw new Error("no luck"); } };`, "no luck"],
  [
    "cannot be loaded",
    `import "./nowhere.mjs"; export default { run() {} };`,
    /^Cannot find module 'nowhere\.mjs'/,
  ],
  ["exits", `process.exit(3);`, "it ended with code 3"],
  ["asks for more", `export default { run: (worker) => worker.end({ restart: "more" }) };`, "more"],
] as const) {
  test(`a probe that ${title} has found that it cannot`, async (t) => {
    const made = await runtime(t);
    const entry = join(folder(t), "probe.mjs");
    writeFileSync(entry, source);
    const { can, reason } = await attempt(made, probes[0]!, entry, 15_000);
    assert.is(can, false);
    if (typeof why === "string") assert.is(reason, why);
    else assert.match(reason!, why);
  });
}

test("what is not here, or cannot be run, is told and rejects nothing", { brief: true }, async () => {
  const missing = await examined("bun", { bun: "/nowhere/bun" });
  assert.is(
    missing.problem,
    "/nowhere/bun cannot be run as Bun: there is no such executable (executables.bun says so)",
  );
  assert.equal([missing.installed, missing.abilities], [null, []]);
});

test("a version that nobody has tried is used, and told", async (t) => {
  const path = join(folder(t), "bun");
  const { file } = await findInstalled("bun", { root, env: {} });
  const answer = JSON.stringify({ versions: { bun: "2.1.0" }, typescript: true });
  writeFileSync(path, `#!/bin/sh\n[ "$1" = -p ] && echo '${answer}' || exec ${file} "$@"\n`, { mode: 0o755 });
  const found = await examined("bun", { bun: path });
  assert.equal([found.problem, found.note], [null, "newer than any version that was tried"]);
  assert.ok(found.abilities[0]!.can);
});

test("the limits of this machine are read", { brief: true }, () => {
  const limits = Object.fromEntries(readLimits().map((limit) => [limit.name, limit]));
  const names = ["openFiles", "listenQueue", "migrateRequests", "memory", "cpu"];
  assert.equal(Object.keys(limits), names);
  for (const { text, value } of Object.values(limits)) {
    assert.not.match(text, /undefined|null|NaN/);
    if (process.platform === "linux") assert.is.not(value, null);
  }
});

/** A tree of control groups. */
function cgroups(t: TestContext, own: string, files: Record<string, string>): { mount: string; own: string } {
  const mount = folder(t);
  for (const [path, text] of Object.entries({ ...files, own })) {
    mkdirSync(dirname(join(mount, path)), { recursive: true });
    writeFileSync(join(mount, path), `${text}\n`);
  }
  return { mount, own: join(mount, "own") };
}

test("the least limit of a control group and those above it counts: version 2", { brief: true }, (t) => {
  const places = cgroups(t, "0::/app/pool", {
    "app/memory.max": "1000000",
    "app/pool/memory.max": "2000000",
    "app/cpu.max": "max 100000",
    "app/pool/cpu.max": "150000 100000",
  });
  assert.equal([memoryLimit(places), cpuLimit(places)], [1_000_000, 1.5]);
});

test("of a container only its own root is mounted: version 1", { brief: true }, (t) => {
  const places = cgroups(t, "4:memory:/docker/0f\n2:cpu,cpuacct:/docker/0f\n0::/", {
    "memory/memory.limit_in_bytes": "536870912",
    "cpu/cpu.cfs_quota_us": "50000",
    "cpu/cpu.cfs_period_us": "100000",
  });
  assert.equal([memoryLimit(places), cpuLimit(places)], [536_870_912, 0.5]);
});

test("no limit, and no control groups", { brief: true }, (t) => {
  const v1 = cgroups(t, "4:memory:/\n1:cpu:/", {
    "memory/memory.limit_in_bytes": "9223372036854771712",
    "cpu/cpu.cfs_quota_us": "-1",
    "cpu/cpu.cfs_period_us": "100000",
  });
  const v2 = cgroups(t, "0::/", { "memory.max": "max", "cpu.max": "max 100000" });
  for (const places of [v1, v2, { mount: "/nowhere", own: "/nowhere" }]) {
    assert.equal([memoryLimit(places), cpuLimit(places)], [undefined, undefined]);
  }
});

test.run();
