import * as assert from "uvu/assert";
import {
  addCount,
  backoffMs,
  BUDGET_WINDOW_MS,
  isHealthy,
  NO_COUNT,
  poolBudget,
  sumCount,
  withinWindow,
} from "../../core/budget.ts";
import { suite } from "../_suite.ts";

const test = suite("budget");

test("the pool bears 10 counted exits, and 3 a slot where that is more", () => {
  const borne = [0, 1, 3, 4, 10, 1000].map(poolBudget);
  assert.equal(borne, [10, 10, 10, 12, 30, 3000]);
});

test("the backoff doubles from 250 ms up to 30 s", () => {
  const middle = Array.from({ length: 10 }, (_, streak) => backoffMs(streak, 0.5));
  assert.equal(middle, [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test("jitter is 20 % either way, and never more than 30 s", () => {
  assert.equal(
    [0, 3].map((streak) => backoffMs(streak, 0)),
    [200, 1600],
  );
  assert.equal(
    [0, 3].map((streak) => backoffMs(streak, 0.999999)),
    [300, 2400],
  );
  assert.is(backoffMs(7, 0.999999), 30_000);
  assert.is(backoffMs(7, 0), 24_000);
});

test("an endless streak is 30 s too", () => {
  for (const streak of [50, 1100, Number.MAX_SAFE_INTEGER]) assert.is(backoffMs(streak, 0.5), 30_000);
});

test("what is a window old has left it", () => {
  assert.equal(withinWindow([0, 1, 500, 59_999, 60_000], 60_000), [1, 500, 59_999, 60_000]);
  assert.equal(withinWindow([], 1e9), []);
});

test("a rolling count forgets by the second, and its size is bound", () => {
  let rolling = NO_COUNT;
  for (let now = 0; now < 300_000; now += 100) {
    rolling = addCount(rolling, 1, now);
    assert.ok(rolling.buckets.length <= BUDGET_WINDOW_MS / 1000);
  }
  assert.is(sumCount(rolling), 600);
  assert.is(sumCount(addCount(rolling, 2, 358_000)), 12);
  assert.is(sumCount(addCount(rolling, 2, 400_000)), 2);
  assert.is(sumCount(NO_COUNT), 0);
});

test("healthy is ready for 60 s", () => {
  assert.not(isHealthy({ ready: true, readyAt: 1000 }, 60_999));
  assert.ok(isHealthy({ ready: true, readyAt: 1000 }, 61_000));
  assert.not(isHealthy({ ready: false, readyAt: 0 }, 1e9));
});

test.run();
