import * as assert from "uvu/assert";
import type { Queue } from "../../core/reducer/state/queue.ts";
import { dequeue, EMPTY_QUEUE, enqueue } from "../../core/reducer/state/queue.ts";
import { suite } from "../_suite.ts";
import { Random } from "../simulator/random.ts";

const test = suite("queue");

function drain<T>(queue: Queue<T>): T[] {
  const values: T[] = [];
  for (let next = dequeue(queue); next; next = dequeue(next.rest)) values.push(next.value);
  return values;
}

test("nothing comes out of an empty one", () => {
  assert.is(dequeue(EMPTY_QUEUE), undefined);
});

test("first in is first out, whatever comes between", () => {
  const random = new Random(5);
  const expected: number[] = [];
  let queue: Queue<number> = EMPTY_QUEUE;
  for (let step = 0; step < 5000; step++) {
    if (random.chance(0.55)) {
      queue = enqueue(queue, step);
      expected.push(step);
    } else {
      const next = dequeue(queue);
      assert.is(next?.value, expected.shift());
      if (next) queue = next.rest;
    }
  }
  assert.equal(drain(queue), expected);
});

test("an old queue still holds what it held", () => {
  const old = enqueue(enqueue(EMPTY_QUEUE as Queue<number>, 1), 2);
  const next = enqueue(dequeue(old)!.rest, 3);
  assert.equal(drain(old), [1, 2]);
  assert.equal(drain(next), [2, 3]);
  assert.equal(drain(old), [1, 2]);
});

test("a long one needs no stack", () => {
  let queue: Queue<number> = EMPTY_QUEUE;
  for (let index = 0; index < 200_000; index++) queue = enqueue(queue, index);
  const all = drain(queue);
  assert.is(all.length, 200_000);
  assert.is(all.at(-1), 199_999);
});

test.run();
