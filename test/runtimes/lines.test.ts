import * as assert from "uvu/assert";
import { workerEnvironment } from "../../runtimes/spawn/environment.ts";
import { createLineReader, createTail } from "../../runtimes/spawn/lines.ts";
import { suite } from "../_suite.ts";

const test = suite("runtimes/lines");

function read(chunks: Uint8Array[], limit?: number): string[] {
  const lines: string[] = [];
  const reader = createLineReader((line) => lines.push(line), limit);
  for (const chunk of chunks) {
    reader.push(chunk);
    // A few at a time, as they are taken.
    while (reader.take(2) === 2);
  }
  reader.end();
  return lines;
}

test("cut at any byte, the lines are the same", () => {
  const bytes = Buffer.from("one\r\n\nzwölf €\n🦊 end");
  const expected = ["one", "", "zwölf €", "🦊 end"];
  for (let at = 0; at <= bytes.length; at++) {
    assert.equal(read([bytes.subarray(0, at), bytes.subarray(at)]), expected);
  }
  assert.equal(read([...bytes].map((byte) => Uint8Array.of(byte))), expected);
});

test("a line without end comes in pieces, and no piece cuts a character", () => {
  for (const [text, limit] of [
    ["x".repeat(100_000), 16_384],
    ["€".repeat(10_000), 16_384],
    ["🦊".repeat(100), 7],
  ] as const) {
    const pieces = read([Buffer.from(text)], limit);
    assert.is(pieces.join(""), text);
    assert.ok(pieces.every((piece) => Buffer.byteLength(piece) <= limit));
  }
  assert.equal(read([Buffer.from("abcd\nabcde\n")], 4), ["abcd", "abcd", "e"]);
});

test("bytes that are no text are replaced, never thrown at", () => {
  assert.equal(read([Uint8Array.of(0xff, 0xfe, 10, 0x80, 0x80)]), ["\ufffd\ufffd", "\ufffd\ufffd"]);
  assert.is(read([new Uint8Array(100_000).fill(0x80)]).join("").length, 100_000);
});

test("a tail keeps the last bytes", () => {
  const tail = createTail(8);
  for (const part of ["first", "second", "x€€"]) tail.push(Buffer.from(part));
  assert.is(tail.text(), "x€€".padStart(4, "d"));
  tail.push(Buffer.from("0123456789"));
  assert.is(tail.text(), "23456789");
});

test("an environment is the allow-list and what the group says", () => {
  const source = {
    PATH: "/bin",
    LC_ALL: "C",
    SECRET: "s",
    AWS_KEY: "k",
    AWS_ID: "i",
    POOLABLE_TOKEN: "t",
    NODE_CHANNEL_FD: "3",
    HOME: undefined,
    "A.B": "dot",
    AXB: "x",
  };
  assert.equal(workerEnvironment(source), { PATH: "/bin", LC_ALL: "C" });
  assert.equal(workerEnvironment(source, { "AWS_*": true, AWS_ID: false, MODE: "a", "LC_*": false }), {
    PATH: "/bin",
    AWS_KEY: "k",
    MODE: "a",
  });
  assert.equal(workerEnvironment(source, { "*": false, "A.B": true }), { "A.B": "dot" });
  const all = workerEnvironment(source, {
    "*": true,
    "POOLABLE_*": true,
    POOLABLE_X: "x",
    NODE_CHANNEL_FD: "9",
  });
  assert.not.ok(Object.keys(all).some((name) => name.startsWith("POOLABLE_") || name === "NODE_CHANNEL_FD"));
  assert.is(all.SECRET, "s");
  assert.is(workerEnvironment(source, { __proto__: "x" } as Record<string, string>).PATH, "/bin");
});

test.run();
