import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { mutants } from "./mutants.data.ts";
import { spoil } from "./bundle.ts";

const test = suite("mutants");

test("every hand-made fault still fits the kernel, and changes it", () => {
  for (const mutant of mutants) assert.ok(spoil(mutant).includes(mutant.replace), mutant.what);
  assert.is(new Set(mutants.map(({ file, find, replace }) => file + find + replace)).size, mutants.length);
});

test("a fault that does not fit once is refused", () => {
  const mutant = { file: "core/queue.ts", replace: "", what: "" };
  assert.throws(() => spoil({ ...mutant, find: "no such text" }), /is there 0 times/);
  assert.throws(() => spoil({ ...mutant, find: "queue" }), /is there \d+ times, expected once/);
});

test.run();
