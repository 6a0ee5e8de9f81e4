import * as assert from "uvu/assert";
import type { Phase, ViolationKind } from "../../core/protocol/frame-order.ts";
import { judgeFrame, phaseOf } from "../../core/protocol/frame-order.ts";
import type { GoodbyeKind } from "../../core/protocol/goodbye.ts";
import { goodbyeOf } from "../../core/protocol/goodbye.ts";
import { suite } from "../_suite.ts";

const test = suite("order of frames");

const PHASES: readonly Phase[] = ["connected", "greeted", "serving", "parted"];

type Row = readonly ("ok" | ViolationKind)[];
const UNKNOWN: Row = ["unknownFrame", "unknownFrame", "unknownFrame", "afterGoodbye"];

/** What comes of a frame in each phase: `ok`, or the violation. */
const TABLE: Readonly<Record<string, Row>> = {
  hello: ["ok", "secondHello", "secondHello", "afterGoodbye"],
  ready: ["outOfOrder", "ok", "outOfOrder", "afterGoodbye"],
  heartbeat: ["outOfOrder", "ok", "ok", "afterGoodbye"],
  log: ["outOfOrder", "ok", "ok", "afterGoodbye"],
  error: ["outOfOrder", "ok", "ok", "afterGoodbye"],
  listening: ["outOfOrder", "ok", "ok", "afterGoodbye"],
  secure: ["outOfOrder", "ok", "ok", "afterGoodbye"],
  needWorker: ["outOfOrder", "ok", "ok", "afterGoodbye"],
  drainRequest: ["outOfOrder", "ok", "ok", "afterGoodbye"],
  plugin: ["outOfOrder", "ok", "ok", "afterGoodbye"],
  goodbye: ["outOfOrder", "ok", "ok", "afterGoodbye"],
  // The supervisor's own words, and words of nobody.
  welcome: UNKNOWN,
  drain: UNKNOWN,
  "": UNKNOWN,
  constructor: UNKNOWN,
  toString: UNKNOWN,
};

for (const [type, kinds] of [...Object.entries(TABLE), ["__proto__", UNKNOWN] as const]) {
  test(`${type || "a frame of no name"} in each phase`, () => {
    for (const [index, phase] of PHASES.entries()) {
      const violation = judgeFrame(phase, { type });
      assert.is(violation?.kind ?? "ok", kinds[index], phase);
    }
  });
}

test("a violation never repeats a name that is not known", () => {
  for (const phase of PHASES) {
    const { detail } = judgeFrame(phase, { type: "\u001b[2Jevil\n" })!;
    assert.match(detail, /^[\w ]+$/);
  }
});

for (const [type, phase, detail] of [
  ["ready", "connected", "ready before hello"],
  ["ready", "serving", "a second ready"],
  ["heartbeat", "connected", "heartbeat before hello"],
  ["plugin", "connected", "plugin before hello"],
  ["hello", "serving", "a second hello"],
  ["log", "parted", "log after goodbye"],
  ["what", "parted", "a frame of an unknown type after goodbye"],
  ["what", "serving", "a frame of an unknown type is no frame of a worker"],
] as const) {
  test(`in words: ${detail}`, () => {
    assert.is(judgeFrame(phase, { type })?.detail, detail);
  });
}

test("a worker stands where its words have brought it", () => {
  const at = (hello: boolean, ready: boolean, goodbye?: GoodbyeKind): Phase =>
    phaseOf({ hello, ready, goodbye });
  assert.is(at(false, false), "connected");
  assert.is(at(true, false), "greeted");
  assert.is(at(true, true), "serving");
  assert.is(at(true, true, "done"), "parted");
  assert.is(at(true, false, "startFailed"), "parted");
});

test("goodbyes of known kinds only", () => {
  for (const kind of ["done", "drained", "restart", "permanent", "fatal", "startFailed"]) {
    assert.is(goodbyeOf({ type: "goodbye", kind }), kind);
  }
  for (const kind of [undefined, null, "", "Done", "toString", "__proto__", 1, ["done"], {}]) {
    assert.is(goodbyeOf({ type: "goodbye", kind }), undefined, String(kind));
  }
});

test.run();
