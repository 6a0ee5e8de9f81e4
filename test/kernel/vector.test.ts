import * as assert from "uvu/assert";
import { vectorOf } from "../../core/reducer/state/vector.ts";
import { suite } from "../_suite.ts";
import { Random } from "../simulator/random.ts";

const test = suite("vector");

for (const length of [0, 1, 63, 64, 65, 128, 1000]) {
  test(`${length} entries are there, in order`, () => {
    const list = Array.from({ length }, (_, index) => `v${index}`);
    const vector = vectorOf(list);
    assert.is(vector.length, length);
    assert.equal([...vector], list);
    for (let index = 0; index < length; index++) assert.is(vector.get(index), list[index]);
  });
}

test("a change makes a new vector and leaves the old one", () => {
  const random = new Random(1);
  const list = Array.from({ length: 200 }, (_, index) => index);
  let vector = vectorOf(list);
  for (let step = 0; step < 500; step++) {
    const index = random.int(0, 199);
    const before = vector;
    const copy = [...before];
    vector = vector.set(index, -step);
    list[index] = -step;
    assert.equal([...before], copy);
    assert.equal([...vector], list);
  }
});

test("the list that it was made of may change afterwards", () => {
  const list = [1, 2, 3];
  const vector = vectorOf(list);
  list[0] = 9;
  assert.is(vector.get(0), 1);
});

test.run();
