/** The pieces that jobs are made of, without processes. */
import * as assert from "uvu/assert";
import { decode, encode } from "../../plugins/jobs/wire/codec.ts";
import { errorOf, failureOf } from "../../plugins/jobs/wire/failure.ts";
import { createFrameReader } from "../../plugins/jobs/wire/frames.ts";
import { Heap, orderOf } from "../../plugins/jobs/wire/heap.ts";
import {
  HEAD_BYTES,
  readRunHead,
  RUN_HEAD_BYTES,
  shortFrame,
  writeHead,
  KIND,
  writeRunHead,
} from "../../plugins/jobs/wire/wire.ts";
import { Pace } from "../../plugins/jobs/worker/pace.ts";
import { suite } from "../_suite.ts";

const test = suite("job parts");

function frame(kind: number, id: number, value: unknown): Uint8Array {
  const bytes = encode(value, HEAD_BYTES);
  writeHead(bytes, kind, id);
  return bytes;
}

test("frames, cut at every byte, come out whole and in order", () => {
  const sent = [
    frame(2, 1, "one"),
    shortFrame(3, 2),
    frame(20, 2 ** 32 - 1, Buffer.alloc(300, 5)),
    shortFrame(4, 7, 9),
  ];
  const bytes = Buffer.concat(sent);
  for (let cut = 0; cut <= bytes.length; cut++) {
    for (const step of [bytes.length, 1]) {
      const got: string[] = [];
      const reader = createFrameReader(1_000, (kind, id, chunk, start, end, owned) => {
        const body =
          end - start > HEAD_BYTES + 4 ? decode(chunk, start + HEAD_BYTES, end, owned) : end - start;
        got.push(`${kind} ${id} ${body instanceof Uint8Array ? body.length : String(body)}`);
      });
      assert.is(reader.push(bytes.subarray(0, cut)), undefined);
      for (let at = cut; at < bytes.length; at += step)
        assert.is(reader.push(bytes.subarray(at, Math.min(bytes.length, at + step))), undefined);
      assert.equal(got, ["2 1 13", "3 2 9", "20 4294967295 300", "4 7 13"]);
    }
  }
});

test("frames that are too short or too long, and random bytes, end the reading", () => {
  const fault = (bytes: Uint8Array): string | undefined => createFrameReader(100, () => {}).push(bytes);
  assert.match(fault(Buffer.from([0, 0, 0, 4, 1, 0, 0, 0, 0]))!, "a frame of 4 bytes");
  assert.match(fault(Buffer.from([0, 0, 0, 0, 1, 0, 0, 0, 0]))!, "a frame of 0 bytes");
  assert.match(fault(Buffer.from([255, 255, 255, 255, 1, 0, 0, 0, 0]))!, "more than 100 bytes");
  assert.is(fault(Buffer.from([0, 0, 0, 105, 1, 0, 0, 0, 0])), undefined, "the limit itself is allowed");
  let seed = 1;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647);
  for (let round = 0; round < 2_000; round++) {
    const bytes = Uint8Array.from({ length: random() % 200 }, () => random() % 256);
    createFrameReader(100, (_kind, _id, chunk, start, end) => {
      try {
        decode(chunk, start + HEAD_BYTES, end, false);
      } catch (error) {
        assert.ok(error instanceof Error);
      }
    }).push(bytes);
  }
});

test("a reader that is told to stop reads nothing more", () => {
  const bytes = Buffer.concat([shortFrame(1, 1), shortFrame(1, 2), shortFrame(1, 3)]);
  const got: number[] = [];
  const reader = createFrameReader(100, (_, id) => {
    got.push(id);
    return id < 2;
  });
  reader.push(bytes);
  reader.push(bytes);
  assert.equal(got, [1, 2]);
});

test("the head of a run says what it was told", () => {
  const bytes = encode("x", RUN_HEAD_BYTES);
  const head = { flags: 31, attempt: 3, name: 515, weight: 65_535, priority: 100, timeout: 4_000_000_000 };
  writeRunHead(bytes, KIND.run, 7, head);
  assert.equal(readRunHead(bytes, 0), head);
  assert.is(decode(bytes, RUN_HEAD_BYTES, bytes.length, true), "x");
});

test("a small value does not hold on to the chunk that brought it", () => {
  const chunk = Buffer.alloc(64 * 1024);
  const bytes = encode(Buffer.from("small"), 0);
  chunk.set(bytes, 100);
  const value = decode(chunk, 100, 100 + bytes.length, false) as Buffer;
  assert.is(value.toString(), "small");
  assert.ok(value.buffer !== chunk.buffer);
});

test("keys that reach a prototype do not", () => {
  const evil = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}');
  const value = decode(encode(evil, 0), 0, encode(evil, 0).length, true) as Record<string, unknown>;
  assert.is((value as { polluted?: unknown }).polluted, undefined);
  assert.is(({} as { polluted?: unknown }).polluted, undefined);
});

test("errors cross whatever they are", () => {
  const cyclic = new Error("a");
  cyclic.cause = cyclic;
  const hostile = {
    get message(): string {
      throw new Error("no");
    },
  };
  Object.setPrototypeOf(hostile, Error.prototype);
  for (const thrown of [
    cyclic,
    hostile,
    undefined,
    null,
    Symbol("s"),
    { a: 1 },
    "text",
    new Error("x".repeat(1e6)),
  ]) {
    const failure = failureOf(thrown);
    assert.ok(encode(failure, 0).length < 200_000);
    assert.is(errorOf(failure, "g.job").code, "JOB_FAILED");
  }
  for (const junk of [undefined, 7, [], { code: "constructor" }, { code: "JOB_FAILED", error: { cause: 1 } }])
    assert.is(errorOf(junk, "g.job").code, "JOB_FAILED");
});

test("the queue: priority first, and a level is worth a second", () => {
  const heap = new Heap<{ order: number; id: number; place: number; name: string }>();
  let id = 0;
  const add = (name: string, at: number, priority: number): void =>
    heap.push({ order: orderOf(at, priority), id: ++id, place: -1, name });
  add("old and low", 0, 0);
  add("later and high", 500, 5);
  add("equal", 500, 5);
  add("late and higher", 4_000, 5);
  add("too late", 6_000, 5);
  const removed = { order: orderOf(0, 100), id: ++id, place: -1, name: "removed" };
  heap.push(removed);
  assert.ok(heap.delete(removed));
  assert.not(heap.delete(removed));
  const names = Array.from({ length: 5 }, () => heap.pop()!.name);
  assert.equal(names, ["later and high", "equal", "late and higher", "old and low", "too late"]);
  assert.is(heap.pop(), undefined);
});

test("the queue holds its order under random use", () => {
  let seed = 7;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const heap = new Heap<{ order: number; id: number; place: number }>();
  const there = new Set<{ order: number; id: number; place: number }>();
  for (let id = 0; id < 5_000; id++) {
    if (random() < 0.6) {
      const item = { order: Math.floor(random() * 50), id, place: -1 };
      heap.push(item);
      there.add(item);
    } else if (random() < 0.5) {
      const [item] = there;
      if (item) assert.ok(heap.delete(item) && there.delete(item));
    } else {
      const least = [...there].toSorted((a, b) => a.order - b.order || a.id - b.id)[0];
      assert.is(heap.pop(), least);
      if (least) there.delete(least);
    }
    assert.is(heap.size, there.size);
  }
});

test("the pace: many short jobs ahead, few long ones, and what waits elsewhere at once", () => {
  const after = (jobs: number, ms: number): Pace => {
    const pace = new Pace();
    for (let job = 0; job < jobs; job++) {
      pace.begin(job * ms);
      pace.settle((job + 1) * ms);
    }
    return pace;
  };
  assert.is(new Pace().window(32), 4, "before anything is known");
  assert.is(after(100, 0.01).window(32), 256);
  assert.is(after(100, 1).window(32), 5);
  assert.is(after(10, 100).window(32), 2, "one that runs and one that waits");
  const pace = after(10, 100);
  for (let job = 0; job < 8; job++) pace.begin(1_000);
  assert.is(pace.window(32), 16, "eight wait for something else than this process: twice as many may come");
  for (let job = 0; job < 24; job++) pace.begin(1_000);
  assert.is(pace.window(32), 33);
});

test.run();
