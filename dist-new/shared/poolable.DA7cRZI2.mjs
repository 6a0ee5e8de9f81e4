const MAX_FRAME_BYTES = 1024 * 1024;
function encodeFrame(frame) {
  return JSON.stringify(frame) + "\n";
}
const NEWLINE = 10;
const NOTHING = new Uint8Array(0);
function createFrameDecoder(limit = MAX_FRAME_BYTES) {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let held = NOTHING;
  let heldBytes = 0;
  let fault;
  const oversized = () => ({ kind: "oversized", detail: `a frame of more than ${limit} bytes` });
  function hold(bytes) {
    const needed = heldBytes + bytes.length;
    if (needed > held.length) {
      const room = new Uint8Array(Math.max(needed, Math.min(limit, 2 * held.length)));
      room.set(held.subarray(0, heldBytes));
      held = room;
    }
    held.set(bytes, heldBytes);
    heldBytes = needed;
  }
  function take(bytes) {
    if (heldBytes === 0) return bytes;
    hold(bytes);
    const whole = held.subarray(0, heldBytes);
    held = NOTHING;
    heldBytes = 0;
    return whole;
  }
  return {
    push(chunk, onFrame) {
      if (fault) return fault;
      let start = 0;
      for (; ; ) {
        const end = chunk.indexOf(NEWLINE, start);
        if (end === -1) break;
        if (heldBytes + end - start > limit) return fault = oversized();
        const frame = parse(decoder, take(chunk.subarray(start, end)));
        if (typeof frame === "string") return fault = { kind: "malformed", detail: frame };
        start = end + 1;
        if (onFrame(frame) === false) return void 0;
      }
      const rest = chunk.length - start;
      if (heldBytes + rest > limit) return fault = oversized();
      if (rest > 0) hold(chunk.subarray(start));
      return void 0;
    }
  };
}
function parse(decoder, bytes) {
  let text;
  try {
    text = decoder.decode(bytes);
  } catch {
    return "bytes that are not UTF-8";
  }
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return "a line that is not JSON";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return "JSON that is not an object";
  if (!Object.hasOwn(value, "type") || typeof value.type !== "string")
    return "an object without a type";
  return value;
}

export { createFrameDecoder as c, encodeFrame as e };
