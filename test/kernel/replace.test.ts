/** The worker of one slot, replaced by another of the same generation that comes up beside it. */
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { crash, scenario } from "./_scenario.ts";

const test = suite("replace");
const op = { at: 2_000, do: "replace", slot: 0, minReadyMs: 100 } as const;

test("the next worker is ready before the old one drains, and nothing counts", () => {
  const { facts, slot, spawns, state } = scenario({ groups: [{ min: 2, max: 2 }], ops: [op] });
  const ready = facts("worker:ready").find(({ slot: id, epoch }) => id === "g0#0" && epoch === 2)!.at;
  const drained = facts("worker:draining").find(({ slot: id, epoch }) => id === "g0#0" && epoch === 1)!;
  assert.is(drained.at, ready + 100);
  assert.is(drained.reason, "reload");
  assert.equal([slot("g0#0").epoch, slot("g0#1").epoch], [2, 1]);
  assert.equal(slot("g0#0").counted, []);
  assert.is(spawns("g0#0").length, 2);
  assert.equal([state.pool.generation, slot("g0#0").generation], [1, 1]);
  assert.equal(
    facts("reload:done").map(({ slot: id, replaced, generation }) => [id, replaced, generation]),
    [["g0#0", 1, 1]],
  );
});

test("one that does not come up leaves the old one where it is", () => {
  const { facts, slot, states } = scenario({
    ops: [op],
    behave: (_, epoch) => (epoch === 2 ? crash(5) : undefined),
  });
  assert.is(slot("g0#0").epoch, 1);
  assert.equal(states("g0#0"), ["starting", "ready"]);
  assert.match(facts("reload:rolledback")[0]!.reason, "g0#0 did not come up");
  assert.equal(slot("g0#0").counted, []);
});

test("an old one that crashes meanwhile is replaced all the same", () => {
  const { facts, slot } = scenario({
    ops: [op],
    behave: (_, epoch) => (epoch === 1 ? crash(1_995) : epoch === 2 ? { readyMs: 500 } : undefined),
  });
  assert.is(slot("g0#0").state, "ready");
  assert.is(facts("reload:done").length, 1);
});

test("a scale-down or a stop in the middle wins", () => {
  const scaled = scenario({
    groups: [{ min: 0, max: 1 }],
    ops: [{ at: 0, do: "scale", group: 0, count: 1 }, op, { at: 2_015, do: "scale", group: 0, count: 0 }],
  });
  assert.is(scaled.slot("g0#0").state, "idle");
  assert.is(scaled.state.pool.reload, null);
  const stopped = scenario({ ops: [op, { at: 2_015, do: "stop", now: false }] });
  assert.is(stopped.state.pool.state, "terminated");
});

test("after it, a reload takes every slot along", () => {
  const { facts, slot } = scenario({
    groups: [{ min: 2, max: 2 }],
    ops: [op, { at: 4_000, do: "reload", hard: false, group: null, surge: 1, minReadyMs: 0 }],
  });
  assert.equal([slot("g0#0").generation, slot("g0#1").generation], [2, 2]);
  assert.equal(
    facts("reload:done").map(({ replaced }) => replaced),
    [1, 2],
  );
});

test.run();
