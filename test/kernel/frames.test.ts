import process from "node:process";
import * as assert from "uvu/assert";
import type { Frame, FrameFault } from "../../core/protocol/frames.ts";
import { createFrameDecoder, encodeFrame, MAX_FRAME_BYTES } from "../../core/protocol/frames.ts";
import { suite } from "../_suite.ts";

const test = suite("frames");

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Decodes chunks one after the other. */
function decode(
  chunks: readonly Uint8Array[],
  limit?: number,
): { frames: Frame[]; fault: FrameFault | undefined } {
  const decoder = createFrameDecoder(limit);
  const frames: Frame[] = [];
  let fault: FrameFault | undefined;
  for (const chunk of chunks) fault = decoder.push(chunk, (frame) => void frames.push(frame));
  return { frames, fault };
}

const SAID: readonly Frame[] = [
  { type: "hello", protocol: 1 },
  { type: "log", message: "naïve ☕ 🦊 \u0000 \n", data: [1, null, { deep: true }] },
  { type: "ready" },
];
const WIRE = bytes(SAID.map(encodeFrame).join(""));

test("many frames in one chunk come in order", () => {
  assert.equal(decode([WIRE]), { frames: SAID, fault: undefined });
});

test("chunks may be cut anywhere, in the middle of a character too", () => {
  for (let size = 1; size <= WIRE.length; size++) {
    const chunks: Uint8Array[] = [];
    for (let start = 0; start < WIRE.length; start += size) chunks.push(WIRE.subarray(start, start + size));
    assert.equal(decode(chunks), { frames: SAID, fault: undefined }, `cut every ${size} bytes`);
  }
});

test("a frame without its newline is not handed out", () => {
  assert.equal(decode([bytes('{"type":"ready"}')]), { frames: [], fault: undefined });
});

test("an empty chunk is nothing", () => {
  assert.equal(decode([bytes(""), WIRE, bytes("")]), { frames: SAID, fault: undefined });
});

test("a chunk whose memory is used again does no harm", () => {
  const decoder = createFrameDecoder();
  const frames: Frame[] = [];
  const shared = new Uint8Array(8);
  for (const byte of WIRE) {
    shared[0] = byte;
    decoder.push(shared.subarray(0, 1), (frame) => void frames.push(frame));
    shared.fill(0x7b);
  }
  assert.equal(frames, SAID);
});

for (const [what, line, detail] of [
  ["an empty line", "", "a line that is not JSON"],
  ["half of a frame", '{"type":"re', "a line that is not JSON"],
  ["a text", '"ready"', "JSON that is not an object"],
  ["null", "null", "JSON that is not an object"],
  ["a list", '[{"type":"ready"}]', "JSON that is not an object"],
  ["no type", '{"kind":"done"}', "an object without a type"],
  ["a type that is no text", '{"type":1}', "an object without a type"],
  ["a type of its prototype only", '{"__proto__":{"type":"ready"}}', "an object without a type"],
  ["an HTTP request", "GET / HTTP/1.1\r", "a line that is not JSON"],
] as const) {
  test(`malformed: ${what}`, () => {
    const { frames, fault } = decode([bytes(`{"type":"hello"}\n${line}\n{"type":"ready"}\n`)]);
    assert.equal(frames, [{ type: "hello" }]);
    assert.equal(fault, { kind: "malformed", detail });
  });
}

test("malformed: bytes that are not UTF-8", () => {
  for (const junk of [[0xff, 0xfe], [0xc3], [0xed, 0xa0, 0x80], [0x80]]) {
    const { fault } = decode([Uint8Array.of(...bytes('{"type":"'), ...junk, ...bytes('"}\n'))]);
    assert.equal(fault, { kind: "malformed", detail: "bytes that are not UTF-8" }, junk.join());
  }
});

test("a key named __proto__ changes no prototype", () => {
  const { frames } = decode([bytes('{"type":"event","__proto__":{"polluted":true}}\n')]);
  assert.is(frames[0]!["polluted"], undefined);
  assert.is(({} as { polluted?: boolean }).polluted, undefined);
});

test("JSON of 100,000 levels is read or refused, and throws nothing", () => {
  const deep = `{"type":"event","data":${"[".repeat(100_000)}${"]".repeat(100_000)}}\n`;
  const { frames, fault } = decode([bytes(deep)]);
  assert.is(frames.length + (fault ? 1 : 0), 1);
});

test("the limit is the frame without its newline, to the byte", () => {
  const frame = bytes('{"type":"ready"}\n');
  const oversized = { kind: "oversized", detail: "a frame of more than 15 bytes" };
  for (const chunks of [[frame], [...frame].map((byte) => Uint8Array.of(byte))]) {
    assert.equal(decode(chunks, 16), { frames: [{ type: "ready" }], fault: undefined });
    assert.equal(decode(chunks, 15), { frames: [], fault: oversized });
  }
});

test("a frame that never ends is refused before its end", () => {
  const decoder = createFrameDecoder();
  const chunk = new Uint8Array(64 * 1024).fill(0x61);
  let pushed = 0;
  while (!decoder.push(chunk, () => {})) pushed += chunk.length;
  assert.is(pushed, MAX_FRAME_BYTES);
});

test("after a fault nothing more is decoded", () => {
  const decoder = createFrameDecoder();
  const frames: Frame[] = [];
  const fault = decoder.push(bytes("junk\n"), () => assert.unreachable());
  assert.is(
    decoder.push(WIRE, (frame) => void frames.push(frame)),
    fault,
  );
  assert.equal(frames, []);
});

test("whoever handles a frame may close: nothing after it is handed out", () => {
  const frames: Frame[] = [];
  const fault = createFrameDecoder().push(WIRE, (frame) => {
    frames.push(frame);
    return frame.type !== "log";
  });
  assert.is(fault, undefined);
  assert.equal(
    frames.map(({ type }) => type),
    ["hello", "log"],
  );
});

test("a worker that sends byte by byte costs no more memory than the limit", () => {
  const decoder = createFrameDecoder();
  const byte = bytes("a");
  const before = used();
  for (let sent = 0; sent < 500_000; sent++) decoder.push(byte, () => assert.unreachable());
  const grown = used() - before;
  assert.ok(grown < 16 * 1024 * 1024, `${Math.round(grown / 1024 / 1024)} MiB are held for 500,000 bytes`);
  // The decoder is still in use: what it holds was not collected.
  assert.is(decoder.push(bytes("\n"), () => assert.unreachable())?.kind, "malformed");
});

function used(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test.run();
