// timeout: 200
import * as assert from "uvu/assert";
import { IS_BRIEF, suite } from "../../_suite.ts";
import { hash } from "../random.ts";
import { drawPlan } from "./plan.ts";
import { play } from "./play.ts";
import { explain, search } from "./search.ts";

const test = suite("simulator of jobs");

const HISTORIES = IS_BRIEF ? 600 : 3_000;
/** How many calls must come to each of {@link ENDS}. */
const OFTEN_ENOUGH = HISTORIES / 30;

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

test(`${HISTORIES} random histories of calls break no invariant (I14 to I16)`, { timeout: 180_000 }, () => {
  const { histories, steps, ends, kills, found } = search(HISTORIES, 1);
  assert.ok(!found, found && explain(found));
  console.log(`${histories} histories, ${steps} events, ${kills} workers lost`);
  for (const end of ENDS) {
    console.log(`${end}: ${ends.get(end)} calls`);
    assert.ok((ends.get(end) ?? 0) >= OFTEN_ENOUGH, `${end}: only ${ends.get(end)} calls`);
  }
});

test("the same history comes to the same end (I21)", () => {
  for (let index = 0; index < 50; index++) {
    const plan = drawPlan(hash(2, index));
    assert.equal(play(plan), play(plan));
  }
});

test.run();
