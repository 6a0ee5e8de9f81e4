import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { spoil } from "./bundle.ts";
import { jobMutants } from "./jobs/mutants.data.ts";
import { mutants } from "./mutants.data.ts";

const test = suite("mutants");
const all = [...mutants, ...jobMutants];

test("every hand-made fault still fits the kernel, and changes it", () => {
  for (const mutant of all) assert.ok(spoil(mutant).includes(mutant.replace), mutant.what);
  assert.is(new Set(all.map(({ file, find, replace }) => file + find + replace)).size, all.length);
});

test("a fault that does not fit once is refused", () => {
  const mutant = { file: "core/reducer/state/queue.ts", replace: "", what: "" };
  assert.throws(() => spoil({ ...mutant, find: "no such text" }), /is there 0 times/);
  assert.throws(() => spoil({ ...mutant, find: "queue" }), /is there \d+ times, expected once/);
});

test.run();
