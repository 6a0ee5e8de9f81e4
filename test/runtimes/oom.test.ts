import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { memoryGroups } from "../../runtimes/figures/memory-groups.ts";
import { watchOom } from "../../runtimes/figures/oom-kills.ts";
import { suite } from "../_suite.ts";
import type { TestContext } from "../_suite.ts";

const test = suite("runtimes/oom");

const top = memoryGroups("self").at(-1);
const folder = top && join(top.folder, `poolable-test-${process.pid}`);
const skip = makeGroup() ? undefined : "no control group with a limit of memory can be made here";

/** A group of 24 MiB, whatever the version. */
function makeGroup(): boolean {
  if (!top || !folder) return false;
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, top.version === 1 ? "memory.limit_in_bytes" : "memory.max"), "24M");
    return true;
  } catch {
    return false;
  }
}

/** A process in the group that takes all memory once it is told to. */
async function start(t: TestContext): Promise<{ child: ChildProcess; ended: Promise<unknown[]> }> {
  const script = 'echo $$ > "$0/cgroup.procs"; echo in; read go; exec tail /dev/zero';
  const child = spawn("/bin/sh", ["-c", script, folder!], { stdio: ["pipe", "pipe", "ignore"] });
  const ended = once(child, "exit");
  t.defer(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  await once(child.stdout!, "data");
  return { child, ended };
}

test.after(() => {
  if (!skip) rmdirSync(folder!);
});

test("a kill by the memory controller is told once, and a later one by hand is none", { skip }, async (t) => {
  const [hungry, other] = [await start(t), await start(t)];
  assert.is(dirname(memoryGroups(hungry.child.pid!)[0]!.folder), top!.folder);
  const [ofHungry, ofOther] = [watchOom(hungry.child.pid!), watchOom(other.child.pid!)];
  hungry.child.stdin!.write("go\n");
  assert.is((await hungry.ended)[1], "SIGKILL");
  assert.is(ofHungry.take(), 1);
  assert.is(ofHungry.take(), undefined);
  other.child.kill("SIGKILL");
  await other.ended;
  assert.is(ofOther.take(), 0);
});

test("without a control group nothing is known, and nothing is thrown", () => {
  const watch = watchOom(2 ** 30);
  assert.is(watch.take(), undefined);
  watch.close();
});

test.run();
