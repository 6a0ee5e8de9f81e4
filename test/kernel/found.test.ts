/** Faults that the simulator has found in the kernel, one by one. */
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { crash, scenario } from "./_scenario.ts";

const test = suite("found by the simulator");

test("a pool without any worker stops when it is asked to", () => {
  const { closedAt, state } = scenario({ groups: [{ min: 0 }], ops: [{ at: 100, do: "stop", now: false }] });
  assert.is(closedAt, 100);
  assert.is(state.pool.state, "terminated");
});

test("with rest-for-one, what failed starts after the others are gone, also when it could start at once", () => {
  const { spawns, facts } = scenario({
    groups: [{}, {}],
    strategy: "rest-for-one",
    behave: (slot, epoch) => (slot === 0 && epoch === 1 ? crash(12_000) : { drainMs: 500 }),
  });
  const gone = facts("worker:exited").find(({ slot }) => slot === "g1#0")!.at;
  assert.is(spawns("g0#0")[1], gone);
  assert.ok(spawns("g1#0")[1]! > spawns("g0#0")[1]!);
});

test("a queued start of a group gives way when an earlier group is not ready any more", () => {
  // Nine of g0 are ready in two batches; g1 queues behind the limit of eight starts while g0 crashes.
  const story = scenario({
    groups: [
      { min: 1, max: 1 },
      { min: 10, max: 10 },
    ],
    strategy: "rest-for-one",
    behave: (slot, epoch) => (slot === 0 && epoch === 1 ? crash(15) : { readyMs: 100 }),
  });
  for (const id of ["g1#8", "g1#9"]) assert.is(story.slot(id).state, "ready");
});

test("scaling up in the middle of a hard reload starts the new generation", () => {
  const { facts, slot } = scenario({
    groups: [{ min: 1, max: 2 }],
    ops: [
      { at: 2000, do: "reload", hard: true, group: null, surge: 1, minReadyMs: 0 },
      { at: 2001, do: "scale", group: 0, count: 2 },
    ],
  });
  assert.is(facts("reload:done").length, 1);
  assert.equal([slot("g0#0").generation, slot("g0#1").generation], [2, 2]);
});

test("after a reload was rolled back, a slot that was left over starts from the generation before", () => {
  // Slot 0 takes over; slot 1 does not come up; slot 0 does not come up in the old generation either.
  const { facts, slot } = scenario({
    groups: [{ min: 2, max: 2 }],
    ops: [
      { at: 2000, do: "reload", hard: false, group: null, surge: 1, minReadyMs: 100 },
      { at: 9000, do: "signal", slot: 0, signal: "SIGKILL" },
    ],
    behave(slot, epoch) {
      if (slot === 1 && epoch === 2) return crash(5);
      return slot === 0 && epoch === 3 ? crash(5) : undefined;
    },
  });
  assert.equal(
    facts("reload:rolledback").map(({ failed }) => failed),
    [1],
  );
  assert.is(slot("g0#0").epoch, 4);
  assert.is(slot("g0#0").generation, 1);
});

test("a failed slot that was replaced comes back neither by a restart nor by a reload", () => {
  const { slot, state } = scenario({
    groups: [{ min: 2, max: 3, policy: "never" }],
    behave: (slot, epoch) => (slot === 0 && epoch === 1 ? crash(500) : undefined),
    ops: [
      { at: 1000, do: "scale", group: 0, count: 2 },
      { at: 2000, do: "restart", slot: 0 },
      { at: 3000, do: "reload", hard: false, group: null, surge: 2, minReadyMs: 0 },
      { at: 9000, do: "reload", hard: true, group: null, surge: 1, minReadyMs: 0 },
    ],
  });
  assert.is(slot("g0#0").state, "failed");
  assert.is(state.groups.get(0).counts.up, 2);
});

test.run();
