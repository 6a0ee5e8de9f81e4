import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { spoil } from "./bundle.ts";
import { allMutants } from "./mutation.ts";

const test = suite("mutants");

test("every hand-made fault still fits the kernel, and changes it", () => {
  for (const mutant of allMutants) assert.ok(spoil(mutant).includes(mutant.replace), mutant.what);
  assert.is(
    new Set(allMutants.map(({ file, find, replace }) => file + find + replace)).size,
    allMutants.length,
  );
});

test("a fault that does not fit once is refused", () => {
  const mutant = { file: "core/reducer/state/queue.ts", replace: "", what: "" };
  assert.throws(() => spoil({ ...mutant, find: "no such text" }), /is there 0 times/);
  assert.throws(() => spoil({ ...mutant, find: "queue" }), /is there \d+ times, expected once/);
});

test.run();
