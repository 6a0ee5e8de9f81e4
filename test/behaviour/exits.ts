import * as assert from "uvu/assert";
import type { GroupConfig, PoolConfig } from "../../index.ts";
import { exitSentence } from "../../plugins/index.ts";
import type { Suite } from "../_suite.ts";
import { firstEnd, fixture, poolsIn, rogue, testsIn } from "./_pool.ts";
import type { World } from "./_worlds.ts";

/** One way to end, and what is to be made of it. */
interface Row {
  /** What the worker does. */
  readonly act: string[];
  readonly group?: Partial<GroupConfig>;
  readonly pool?: () => Partial<PoolConfig>;
  /** The class, and a part of its indicators. */
  readonly is: readonly [name: string, indicator: string | RegExp];
  readonly action: string;
}

/** One of each class, and each kind of violation that a stream of bytes can have. */
const brief: ReadonlySet<string> = new Set([
  ...["exit n", "exit 0 without goodbye", "throw", "stack overflow", "heap OOM", "SIGKILL", "SIGSTOP"],
  ...[
    "import throws",
    "no such folder",
    "goodbye done",
    "goodbye restart",
    "goodbye permanent",
    "goodbye fatal",
  ],
  ...["closed channel", "afterGoodbye", "junk", "oversized", "flood", "another protocol"],
]);

const shortly: Partial<GroupConfig> = { hello: "1s", ready: "1s", heartbeat: "1s" };
/** Every exit class of the design, each provoked in a real process. */
function rowsOf(world: World): Record<string, Row> {
  const violation = (act: string, indicator: string): [string, Row] => [
    act,
    {
      act: ["serve"],
      group: rogue(world, act),
      is: ["flowViolation", indicator],
      action: "restart",
    },
  ];
  return {
    "exit n": { act: ["late", "3"], is: ["uncaught", "code 3"], action: "restart" },
    "exit 0 without goodbye": { act: ["late", "0"], is: ["abrupt", "without a goodbye"], action: "restart" },
    "exit in run": { act: ["exit", "4"], is: ["startFailure", "code 4 before ready"], action: "shutdown" },
    throw: { act: ["throw"], is: ["uncaught", "thrown"], action: "restart" },
    rejection: { act: ["reject"], is: ["uncaught", "rejected"], action: "restart" },
    "stack overflow": { act: ["overflow"], is: ["stackOverflow", "RangeError"], action: "restart" },
    "heap OOM": {
      act: ["oom"],
      ...world.smallHeap,
      is: ["oom", world.outOfMemory],
      action: "restart",
    },
    abort: { act: ["abort"], is: ["killed", "SIGABRT"], action: "restart" },
    SIGKILL: { act: ["signal", "SIGKILL"], is: ["killed", "SIGKILL"], action: "restart" },
    SIGSEGV: { act: ["signal", "SIGSEGV"], is: ["stackOverflow", "SIGSEGV"], action: "restart" },
    SIGSTOP: {
      act: ["signal", "SIGSTOP"],
      group: { heartbeat: "1s" },
      is: ["stall", "no heartbeat"],
      action: "restart",
    },
    "no hello": {
      act: ["serve"],
      group: { ...shortly, execArgv: world.preload(fixture("silent.mjs")) },
      is: ["startFailure", "no hello in time"],
      action: "shutdown",
    },
    "never ready": {
      act: ["neverReady"],
      group: { ready: "1s" },
      is: ["startFailure", "not ready in time"],
      action: "shutdown",
    },
    "setup throws": { act: ["setupThrows"], is: ["startFailure", "from setup"], action: "shutdown" },
    "import throws": {
      act: [],
      group: { entry: fixture("throws.mjs") },
      is: ["startFailure", "thrown at import"],
      action: "shutdown",
    },
    "no such folder": {
      act: ["serve"],
      group: { cwd: "/nowhere/at/all" },
      is: ["startFailure", "does not exist"],
      action: "shutdown",
    },
    "goodbye done": { act: ["done"], is: ["ordered", "goodbye done"], action: "restart" },
    "goodbye restart": { act: ["restart"], is: ["selfRestart", "quota"], action: "restart" },
    "goodbye permanent": { act: ["permanent"], is: ["permanent", "not needed"], action: "permanent" },
    "goodbye fatal": { act: ["fatal"], is: ["fatal", "nothing can go on"], action: "shutdown" },
    "closed channel": {
      act: ["serve"],
      group: rogue(world, "closedChannel"),
      is: ["channelLost", "its connection was gone"],
      action: "restart",
    },
    ...Object.fromEntries([
      violation("secondHello", "a second hello"),
      violation("readyFirst", "ready before hello"),
      violation("readyTwice", "a second ready"),
      violation("wrongEpoch", "not epoch 1"),
      violation("afterGoodbye", "heartbeat after goodbye"),
      violation("twoGoodbyes", "goodbye after goodbye"),
      violation("unknownFrame", "a frame of an unknown type"),
      violation("unknownGoodbye", "a goodbye of an unknown kind"),
      violation("junk", "not JSON"),
      violation("oversized", "more than 1048576 bytes"),
      violation("endless", "more than 1048576 bytes"),
      violation("flood", "without credit"),
      violation("contradiction", "goodbye fatal, then code 0 instead of 1"),
    ]),
    "another protocol": {
      act: ["serve"],
      group: rogue(world, "wrongVersion"),
      is: ["flowViolation", "protocol 99"],
      action: "shutdown",
    },
  };
}

/** Adds a test for each row: classified, decided and said in one line as the table says. */
export function exitBehaviours(suite: Suite, world: World): void {
  const test = testsIn(suite, world);
  const { poolOf } = poolsIn(world);
  for (const [name, row] of Object.entries(rowsOf(world))) {
    test(`exit: ${name}`, { brief: brief.has(name) }, async (t) => {
      const pool = poolOf(t, row.act, row.group, row.pool?.());
      const ended = firstEnd(pool);
      void pool.start();
      const fact = await ended;
      const line = exitSentence(fact);
      const [expected, indicator] = row.is;
      assert.is(fact.verdict.class, expected, line);
      assert.match(fact.verdict.reason, indicator);
      assert.is(fact.action, row.action, line);
      assert.match(line, `w#0`);
      assert.not.match(line, "\n");
    });
  }
}
