// timeout: 200
import * as assert from "uvu/assert";
import { suite } from "../../_suite.ts";
import { hash } from "../random.ts";
import { drawPlan } from "./plan.ts";
import { play } from "./play.ts";
import { explain, search } from "./search.ts";

const test = suite("simulator of jobs");

/** Ends that must come often enough to be worth something. */
const ENDS = [
  "result",
  "JOB_FAILED",
  "QUEUE_TIMEOUT",
  "RUN_TIMEOUT",
  "ABORTED",
  "WORKER_LOST",
  "QUARANTINED",
  "POOL_STOPPING",
  "NO_WORKER",
  "QUEUE_FULL",
];

test("3,000 random histories of calls break no invariant (I14 to I16)", { timeout: 180_000 }, () => {
  const { histories, steps, ends, kills, found } = search(3_000, 1);
  assert.ok(!found, found && explain(found));
  console.log(`${histories} histories, ${steps} events, ${kills} workers lost`);
  for (const end of ENDS) {
    console.log(`${end}: ${ends.get(end)} calls`);
    assert.ok((ends.get(end) ?? 0) >= 100, `${end}: only ${ends.get(end)} calls`);
  }
});

test("the same history comes to the same end (I21)", () => {
  for (let index = 0; index < 50; index++) {
    const plan = drawPlan(hash(2, index));
    assert.equal(play(plan), play(plan));
  }
});

test.run();
