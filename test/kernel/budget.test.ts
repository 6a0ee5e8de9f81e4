import * as assert from "uvu/assert";
import {
  backoffMs,
  earlyEndBackoffMs,
  isHealthy,
  longestBackoffMs,
  withinWindow,
} from "../../core/reducer/restart-budget.ts";
import { suite } from "../_suite.ts";

const test = suite("budget");

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

test("a degraded slot waits the longest, jittered", () => {
  assert.equal([0, 0.5, 0.999999].map(longestBackoffMs), [24_000, 30_000, 30_000]);
});

test("ends soon after the start wait nothing once, and then twice as long each time", () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 50].map((ends) => earlyEndBackoffMs(ends, 0.5));
  assert.equal(waits, [0, 0, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test("healthy is ready for 60 s", () => {
  assert.not(isHealthy({ ready: true, readyAt: 1000 }, 60_999));
  assert.ok(isHealthy({ ready: true, readyAt: 1000 }, 61_000));
  assert.not(isHealthy({ ready: false, readyAt: 0 }, 1e9));
});

test.run();
