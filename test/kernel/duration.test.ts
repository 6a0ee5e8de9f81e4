import * as assert from "uvu/assert";
import { formatDuration, parseDuration } from "../../core/contract/duration.ts";
import { suite } from "../_suite.ts";

const test = suite("duration");

for (const [given, ms] of [
  [0, 0],
  [250, 250],
  [1.5, 1.5],
  ["0ms", 0],
  ["250ms", 250],
  ["30s", 30_000],
  ["1.5s", 1500],
  ["5m", 300_000],
  ["1h", 3_600_000],
  [" 2s ", 2000],
  ["8760h", 31_536_000_000],
] as const) {
  test(`${JSON.stringify(given)} is ${ms} ms`, () => assert.is(parseDuration(given), ms));
}

for (const given of [
  -1,
  Number.NaN,
  Infinity,
  "",
  "30",
  "s",
  "-1s",
  "1 s",
  "1d",
  "1e3ms",
  "1,5s",
  "0x10ms",
  "Infinityms",
  "9".repeat(400) + "s",
  "8761h",
  31_536_000_001,
  null,
  undefined,
  true,
  {},
  [1000],
  10n,
]) {
  test(`${typeof given === "string" ? JSON.stringify(given.slice(0, 20)) : String(given)} (${typeof given}) is none`, () =>
    assert.is(parseDuration(given), undefined));
}

for (const [ms, text] of [
  [0, "0 ms"],
  [0.4, "0 ms"],
  [740, "740 ms"],
  [999.4, "999 ms"],
  [999.6, "1 s"],
  [1000, "1 s"],
  [12_340, "12.3 s"],
  [59_940, "59.9 s"],
  [59_960, "1 min 00 s"],
  [60_000, "1 min 00 s"],
  [119_999, "1 min 59 s"],
  [245_000, "4 min 05 s"],
  [3_599_999, "59 min 59 s"],
  [3_600_000, "1 h 00 min"],
  [11_520_000, "3 h 12 min"],
  [360_000_000, "100 h 00 min"],
] as const) {
  test(`${ms} ms reads ${text}`, () => assert.is(formatDuration(ms), text));
}

test.run();
