// timeout: 300
// only: matrix
import * as assert from "uvu/assert";
import { suite } from "../_suite.ts";
import { playMany } from "./many.ts";

const test = suite("simulator, more seeds");

test("52,000 other histories break no invariant", { timeout: 280_000 }, () => {
  const { fault, histories, steps, virtualHours, ended } = playMany(52_000, 4);
  assert.is(fault, undefined, fault);
  console.log(
    `${histories} histories, ${steps} events, ${Math.round(virtualHours)} virtual hours, ${ended} pools ended`,
  );
});

test.run();
