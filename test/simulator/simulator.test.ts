// timeout: 300
import * as assert from "uvu/assert";
import { IS_BRIEF, suite } from "../_suite.ts";
import { drawHistory } from "./history.ts";
import { playMany } from "./many.ts";
import { hash } from "./random.ts";
import { play } from "./run.ts";
import { explain } from "./shrink.ts";

const test = suite("simulator");

const HISTORIES = IS_BRIEF ? 5_000 : 52_000;
/** In how many of them each of {@link MEETINGS} must happen. */
const OFTEN_ENOUGH = HISTORIES / 260;

/** What must come together often enough to be worth something. */
const MEETINGS = [
  "crash in a soft reload",
  "crash in a hard reload",
  "scale in a soft reload",
  "scale in a hard reload",
  "restart in a soft reload",
  "restart in a hard reload",
  "stop in a soft reload",
  "stop in a hard reload",
  "reload in a reload",
  "a degraded slot",
  "a slot recovers",
  "a pool gives up",
];

test(`${HISTORIES} random histories break no invariant`, { timeout: 280_000 }, () => {
  const { fault, histories, steps, virtualHours, ended, met } = playMany(HISTORIES, 1);
  assert.is(fault, undefined, fault);
  console.log(
    `${histories} histories, ${steps} events, ${Math.round(virtualHours)} virtual hours, ${ended} pools ended`,
  );
  for (const name of MEETINGS) {
    console.log(`${name}: ${met.get(name)} histories`);
    assert.ok(met.get(name)! >= OFTEN_ENOUGH, `${name}: only ${met.get(name)} histories`);
  }
});

test("the same history gives the same trace (I21)", () => {
  for (let index = 0; index < HISTORIES / 130; index++) {
    const history = drawHistory(hash(2, index));
    assert.equal(play(history, { trace: true }).trace, play(history, { trace: true }).trace);
  }
});

test("the reducer changes no state in place", () => {
  for (let index = 0; index < HISTORIES / 34; index++) {
    const history = drawHistory(hash(3, index));
    const { fault } = play(history, { pure: true });
    assert.is(fault, undefined, fault && `${fault.message}\n${explain(history)}`);
  }
});

test.run();
